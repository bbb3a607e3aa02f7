"""What is remembered of a letter's links: where each leads, and how often it was opened on a day, of all readers.

Nothing here tells who opened one.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from sqlalchemy import Connection, func, select

from pipeline.store.schema import insert_new, letter_links, link_counts, upsert

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date

    from pipeline.model import EditionId


class Opened(NamedTuple):
    """How often a link was opened on a day; of one that never was, there is no day."""

    url: str
    day: date | None
    many: int


def keep(connection: Connection, edition: EditionId, links: Mapping[str, str]) -> None:
    """Remember where the ``links`` of an edition lead, by their names; those that are known stay as they are."""
    if links:
        rows = [{"name": name, "edition": edition, "url": url} for name, url in links.items()]
        connection.execute(insert_new(connection, letter_links), rows)


def target(connection: Connection, name: str) -> str | None:
    """Return where the link of this name leads."""
    return connection.scalar(select(letter_links.c.url).where(letter_links.c.name == name))


def add(connection: Connection, counts: Mapping[tuple[str, date], int]) -> None:
    """Add how often links were opened, by name and day."""
    for (name, day), many in counts.items():
        add_up = upsert(connection, link_counts, lambda new: {"many": link_counts.c.many + new.many})
        connection.execute(add_up.values(name=name, day=day, many=many))


def counts_of(connection: Connection, edition: EditionId) -> tuple[Opened, ...]:
    """Return how often each link of an edition was opened, by days; those that never were, with none."""
    many = func.coalesce(link_counts.c.many, 0).label("many")
    query = (
        select(letter_links.c.url, link_counts.c.day, many)
        .join(link_counts, isouter=True)
        .where(letter_links.c.edition == edition)
        .order_by(letter_links.c.url, link_counts.c.day)
    )
    return tuple(Opened(row.url, row.day, row.many) for row in connection.execute(query))

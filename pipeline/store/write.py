"""What the room ``write`` asks for: the stored source of a link."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import Connection, select

from pipeline.store.schema import entries
from pipeline.store.select import entry_of

if TYPE_CHECKING:
    from collections.abc import Iterable

    from pipeline.model import Entry, SafeUrl


def entries_by_link(connection: Connection, links: Iterable[SafeUrl]) -> dict[SafeUrl, tuple[Entry, ...]]:
    """Return for each of ``links`` the entries that have it, the first stored first."""
    wanted = list(links)
    found: dict[SafeUrl, tuple[Entry, ...]] = dict.fromkeys(wanted, ())
    for row in connection.execute(select(entries).where(entries.c.link.in_(wanted)).order_by(entries.c.id)):
        entry = entry_of(row)
        assert entry.link is not None
        found[entry.link] = (*found[entry.link], entry)
    return found

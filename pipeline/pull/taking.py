"""The entries of a feed taken in: which are new and which are known, and by what, and what is written down of each.

What comes in are the pages of a feed, the newest first. The newest says how things are now. An earlier one may hold
what has been edited since (RFC 5005, section 4), so that it only adds what is not known.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from pipeline.model import Naming, Recognised
from pipeline.pull.identity import are_reused, keyed, recognised, trusted
from pipeline.pull.settle import sensibly_dated
from pipeline.store import entries as kept

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime

    from sqlalchemy import Connection

    from pipeline.model import Feed, Key, Keyed, Known, ParsedEntry


@dataclass(frozen=True, slots=True, kw_only=True)
class Taken:
    """What came of the entries of a feed: how many were new, updated or passed over, and by what they are known."""

    new: int
    updated: int
    passed_over: int
    naming: Naming


def take_in(
    connection: Connection,
    feed: Feed,
    entries: Sequence[ParsedEntry],
    now: datetime,
    earlier: Sequence[Sequence[ParsedEntry]] = (),
) -> Taken:
    """Keep the ``entries`` that ``feed`` has now, what is new and what changed; of ``earlier`` pages what is new."""
    any_known = kept.hold(connection, feed.id)
    newest, *others = ([sensibly_dated(entry, now) for entry in page] for page in (entries, *earlier))
    naming = feed.naming if feed.keeps_naming else _trusted((newest, *others), feed.naming)
    told = keyed(newest, naming)
    known = _known(connection, feed, told) if any_known else {}
    if naming is Naming.BY_ID and not feed.keeps_naming and are_reused(told, known):
        naming = Naming.BY_LINK
        told = keyed(newest, naming)
        known = _known(connection, feed, told)
    new, updated = kept.keep_entries(connection, feed, recognised(told, known), known, now)
    new += sum(_add(connection, feed, keyed(page, naming), now) for page in others)
    return Taken(new=new, updated=updated, passed_over=len(entries) - len(told), naming=naming)


def _trusted(pages: Sequence[Sequence[ParsedEntry]], naming: Naming) -> Naming:
    """Return by what the entries of all ``pages`` are known; that one stands on two pages says nothing against it."""
    for page in pages:
        naming = trusted(page, naming)
    return naming


def _add(connection: Connection, feed: Feed, told: Sequence[Keyed], now: datetime) -> int:
    """Keep what is new of an earlier page, and leave what is known as it is. Return how many were new."""
    known = _known(connection, feed, told)
    added = Recognised(new=recognised(told, known).new, known={})
    return kept.keep_entries(connection, feed, added, known, now)[0]


def _known(connection: Connection, feed: Feed, told: Sequence[Keyed]) -> Mapping[Key, Known]:
    """Return what is kept of ``feed`` by the keys of the entries that it has now."""
    return kept.entries_by_key(connection, feed.id, [key for item in told for key in item.keys])

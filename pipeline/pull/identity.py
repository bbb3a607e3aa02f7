"""Which entry is which: one name for each entry of a feed, the same at every pull."""

from __future__ import annotations

import hashlib
from collections import Counter
from dataclasses import replace
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pipeline.model import ParsedEntry

LONGEST: Final = 600
"""Characters; four bytes each stay under the 2,704 bytes of a PostgreSQL index entry."""


def identified(entries: Sequence[ParsedEntry]) -> tuple[ParsedEntry, ...]:
    """Return the ``entries`` that say something, with a ``uid`` each that no other has.

    It is the publisher's id, else the link, else the text.

    Where a publisher gives one id to entries with different links, the ids of that feed's entries tell nothing,
    and the link stands in. Of entries that are the same throughout, the first is kept.
    """
    entries = [entry for entry in entries if entry.title or entry.link or entry.summary or entry.content]
    links_of = Counter(uid for uid, _ in {(entry.uid, entry.link) for entry in entries})
    named = {_bounded(_name(entry, trusted=links_of[entry.uid] == 1)): entry for entry in reversed(entries)}
    return tuple(replace(entry, uid=name) for name, entry in reversed(named.items()))


def _name(entry: ParsedEntry, *, trusted: bool) -> str:
    if entry.uid and trusted:
        return entry.uid
    if entry.link:
        return entry.link
    return _hashed("\n".join((entry.title, entry.summary, entry.content)))


def _bounded(name: str) -> str:
    """Return ``name``, or its hash where it is longer than an index of the store takes."""
    return name if len(name) <= LONGEST else _hashed(name)


def _hashed(text: str) -> str:
    return "sha256:" + hashlib.sha256(text.encode()).hexdigest()

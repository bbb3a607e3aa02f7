"""Which entry is which: one name for each entry of a feed, the same at every pull."""

from __future__ import annotations

import hashlib
from collections import Counter
from dataclasses import replace
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pipeline.model import ParsedEntry


def identified(entries: Sequence[ParsedEntry]) -> tuple[ParsedEntry, ...]:
    """Return ``entries`` with a ``uid`` each that no other has: the publisher's id, else the link, else the text.

    Where a publisher gives one id to entries with different links, the ids of that feed's entries tell nothing,
    and the link stands in. Of entries that are the same throughout, the first is kept.
    """
    links_of = Counter(uid for uid, _ in {(entry.uid, entry.link) for entry in entries})
    named = {_name(entry, trusted=links_of[entry.uid] == 1): entry for entry in reversed(entries)}
    return tuple(replace(entry, uid=name) for name, entry in reversed(named.items()))


def _name(entry: ParsedEntry, *, trusted: bool) -> str:
    if entry.uid and trusted:
        return entry.uid
    if entry.link:
        return entry.link
    text = "\n".join((entry.title, entry.summary, entry.content))
    return "sha256:" + hashlib.sha256(text.encode()).hexdigest()

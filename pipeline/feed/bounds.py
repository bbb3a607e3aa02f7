"""How much of a feed is taken: what is beyond is more than anybody reads, and some of it is meant to do harm."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Final, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

MOST_ENTRIES: Final = 2000
"""Entries of one feed; the newest are taken."""
MOST_TAGS: Final = 500_000
"""Tags of one feed, or attributes, or values where it is JSON, and so much memory; a large real one has some 50,000."""
LONGEST_TEXT: Final = 500_000
"""Characters of markup; a long book chapter has some 60,000."""
MOST_AUTHORS: Final = 20
LONGEST_DATE: Final = 100
"""Characters of a date; the longest real one has some 40."""
YEARS: Final = range(1900, 2200)
"""What a date must be in; databases stumble over the first and the last years that Python knows."""
_LONG_AGO: Final = datetime(YEARS.start, 1, 1, tzinfo=UTC)
_Item = TypeVar("_Item")


def newest(
    items: Sequence[_Item], dated: Callable[[_Item], datetime | None]
) -> tuple[Sequence[_Item], tuple[str, ...]]:
    """Return as many of ``items`` as are taken, in their order, and what is to be said of the others."""
    if len(items) <= MOST_ENTRIES:
        return items, ()
    ranked = sorted(range(len(items)), key=lambda at: dated(items[at]) or _LONG_AGO, reverse=True)
    chosen = [items[at] for at in sorted(ranked[:MOST_ENTRIES])]
    return chosen, (f"the oldest of {len(items)} entries passed over",)

"""How much of a feed is taken: what is beyond is more than anybody reads, and some of it is meant to do harm."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Final, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from pipeline.model import ParsedEntry

MOST_ENTRIES: Final = 2000
"""Entries of one feed; the newest are taken."""
MOST_TAGS: Final = 500_000
"""Tags of one feed, or attributes, or values where it is JSON, and so much memory; a large real one has some 50,000."""
MOST_REFERENCES: Final = 300_000
"""Ampersands of a feed that has to be mended, and so much time and memory."""
LONGEST_TEXT: Final = 500_000
"""Characters of markup; a long book chapter has some 60,000."""
MOST_TEXTS: Final = 4
"""Contents of one entry that are looked at for the longest."""
MOST_CHARACTERS: Final = 32_000_000
"""Clean characters of all entries: a base of 2,000 characters makes a hundred times as many of short addresses."""
MOST_AUTHORS: Final = 20
RELATIONS: Final = frozenset({"prev-archive", "next"})
"""How the links to other pages of a feed are called that are asked for (RFC 5005; JSON Feed, next_url)."""
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


def entries(
    items: Iterable[_Item], read: Callable[[_Item, bool], ParsedEntry], called: str = "entries"
) -> tuple[tuple[ParsedEntry, ...], tuple[str, ...]]:
    """Return what ``read`` makes of ``items``, and what is to be said of what was passed over.

    ``read`` is told with each item whether there is room left for texts and authors.
    """
    found: list[ParsedEntry] = []
    left, broken, bare = MOST_CHARACTERS, 0, 0
    for item in items:
        bare += left <= 0
        try:
            found.append(read(item, left > 0))
        except Exception:  # noqa: BLE001  (what is broken in a way that nobody foresaw costs itself, not its feed)
            broken += 1
        else:
            left -= _length(found[-1])
    faulty = f"{broken} of {broken + len(found)} {called} are broken and were passed over"
    short = f"the texts of the last {bare} entries passed over: those before hold {MOST_CHARACTERS:,} characters"
    return tuple(found), (*((faulty,) if broken else ()), *((short,) if bare else ()))


def _length(entry: ParsedEntry) -> int:
    texts = (entry.uid, entry.title, entry.link or "", entry.summary, entry.content, entry.source, *entry.authors)
    return sum(map(len, texts))

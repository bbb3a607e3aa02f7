"""Quotations in running text: what stands between quotation marks, by the customs of many languages.

What comes in is a paragraph; what goes out is what it quotes, with its place. Whether that is true is not known here.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from itertools import islice
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterator

_CLOSED_BY: Final = {
    "“": "”", "„": '“”‟"', "‟": "”", "«": "»", "»": "«»", "‹": "›", "›": "‹", "「": "」", "『": "』",
    '"': '"', "”": "”", "‘": "’", "‚": "‘’", "'": "'’",
}  # fmt: skip
"""By which marks a quotation ends that one of these opens."""
_OTHER_SHAPES: Final = str.maketrans("＂″ʺˮ״❝❞🙶🙷🙸〝〞〟⟪⟫≪≫❛❜´`′＇ʼʻ｢｣", '"""""“”“”““””«»«»‘’’‘\'\'’‘「」')
"""Marks that stand for others, and count as these."""
_PAIRS: Final = re.compile("``|´´|''|,,(?=[^\\W\\d])|<<|>>")
"""Two marks that are typed for one."""
_TURNED: Final = frozenset("»›”\"'‘‚")
"""Marks that close or belong to a word as well: they open only before a word, and not behind one."""
_SINGLE: Final = frozenset("‘'‚")
_SINGLES: Final = re.compile("[‘'‚’]")
_FARTHEST: Final = 2_000
_MOST_MARKS: Final = 100
"""Within so many characters, and marks, single marks are closed, or are apostrophes."""
_NESTING: Final = frozenset("“«「『")
_CLOSING: Final = frozenset('"”»')
_ANY_END: Final = re.compile('(?<=[\\w.,;:!?…])["“”«»](?!\\w)')
"""What ends a quotation that was opened with another kind of mark, where nothing else does."""
_ELIDED: Final = re.compile(r"['‘’](?:(?:tis|twas|twere|em|til|till|cause|bout|round|n|s|t)\b|\d\ds?\b)", re.IGNORECASE)
"""Words and years whose beginning an apostrophe stands for."""
_BEGINS: Final = frozenset('([{…¿¡€$£#@§«“"')
"""What is no letter and may be the first of what single marks hold."""
_END: Final = re.compile(r"\s*(?:[.!?;:…)\]”\"»]|$)")
"""What stands behind a mark that ends a quotation, and hardly ever behind an apostrophe."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Quoted:
    """Words between quotation marks, and where they begin and end with their marks.

    Where an apostrophe may be the end, ``readings`` has what each would end; the last is the longest.
    """

    readings: tuple[str, ...]
    start: int
    end: int
    closed: bool = True

    @property
    def text(self) -> str:
        """The longest reading."""
        return self.readings[-1]


def quoted_in(paragraph: str) -> Iterator[Quoted]:
    """Yield what ``paragraph`` quotes, in order; a quotation within another belongs to the outer one."""
    same, at = _PAIRS.sub(_as_one, paragraph).translate(_OTHER_SHAPES), 0
    while at < len(same):
        found = _quoted(paragraph, same, at) if _opens(same, at) else None
        if found is not None:
            yield found
        at = found.end if found is not None else at + 1


def _as_one(pair: re.Match[str]) -> str:
    """Return the mark that two others stand for, as wide as they are."""
    before, behind = pair.string[: pair.start()][-1:], pair.string[pair.end() : pair.end() + 1]
    return "”\u200b" if not behind.strip() or before.strip(" ([{") else "\u200b“"


def _opens(text: str, at: int) -> bool:
    mark = text[at]
    if mark not in _CLOSED_BY:
        return False
    before, after = text[at - 1 : at] if at else "", text[at + 1 : at + 2]
    if mark not in _TURNED:
        return bool(after)
    if mark in _SINGLE:
        return not before.isalnum() and (after.isalnum() or after in _BEGINS)
    if before.isalnum() or before in {".", ",", "!", "?", "…", ":"}:  # it closes, unless a space is missing before it
        begins = after.isalnum() or after in _BEGINS or after in _SINGLE
        is_closed = any(text.find(end, at + 1) > 0 for end in _CLOSED_BY[mark])
        return mark in _CLOSING and before.isascii() and begins and is_closed
    return bool(after.strip()) or _is_set_apart(text, at)


def _is_set_apart(text: str, at: int) -> bool:
    """Tell whether the mark at ``at`` has a space on both sides, as has the one that would close it."""
    end = next((place for place in range(at + 1, len(text)) if text[place] in _CLOSED_BY[text[at]]), 0)
    return text[at + 1 : at + 2].isspace() and end > at + 2 and text[end - 1].isspace()


def _quoted(paragraph: str, text: str, at: int) -> Quoted | None:
    """Return what the mark at ``at`` opens in ``paragraph``, which is ``text`` but for the shapes of its marks."""
    ends = _single_ends(text, at) if text[at] in _SINGLE else list(_ends(text, at))
    readings = tuple(paragraph[at + 1 : end] for end in ends)
    if readings:
        return Quoted(readings=readings, start=at, end=ends[-1] + 1)
    if text[at] in _SINGLE and (text[at] != "‘" or _ELIDED.match(text, at)):  # more likely an apostrophe
        return None
    return Quoted(readings=(paragraph[at + 1 :],), start=at, end=len(text), closed=False)


def _ends(text: str, at: int) -> Iterator[int]:
    """Yield the place of the mark that ends what is opened at ``at``, if there is one."""
    mark, depth = text[at], 1
    for place in range(at + 1, len(text)):
        if text[place] in _CLOSED_BY[mark]:
            depth -= 1
            if depth == 0:
                yield place
                return
        elif text[place] == mark and mark in _NESTING:
            depth += 1
    last = text.rfind(_CLOSED_BY[mark][0], at + 1)
    if last > at:  # one of several is not closed, and nobody knows which
        yield last
    elif other := _ANY_END.search(text, at + 2):
        yield other.start()


def _single_ends(text: str, at: int) -> list[int]:
    """Return the places that may end single marks: one, unless it stands behind an s and may be an apostrophe.

    No single marks stand within single marks: where others open, these have ended.
    """
    maybe: list[int] = []
    for found in islice(_SINGLES.finditer(text, at + 2, at + _FARTHEST), _MOST_MARKS):
        place = found.start()
        mark, before = text[place], text[place - 1]
        if maybe and mark in _SINGLE and before.isspace() and _opens(text, place):
            return maybe
        is_inside = text[place + 1 : place + 2].isalnum() or before.isspace() or _ELIDED.match(text, place - 2)  # ’n’
        if mark not in _CLOSED_BY[text[at]] or is_inside:
            continue
        is_clear = before in ".,!?…" or _END.match(text, place + 1) or (before not in "sS" and text[place + 1] == ",")
        if _ELIDED.match(text, at) and not is_clear:
            continue
        if before not in "sS":
            return [place]
        maybe.append(place)
        if is_clear:
            return maybe
    return maybe

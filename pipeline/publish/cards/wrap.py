"""Lines out of a title: where it may break, at which size it fits, and lines of about one length.

What comes in is clean text and a function that measures; what goes out is a size and lines. Fonts are not known here.
"""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass, replace
from functools import lru_cache
from itertools import pairwise
from typing import TYPE_CHECKING, Final, TypeAlias

from pipeline.publish.cards.letters import BREAK, ELLIPSIS, SOFT_HYPHEN, clusters

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    Measure: TypeAlias = Callable[[str], float]  # the width of a text, in its own size

_NOT_FIRST: Final = frozenset(
    "、。，．・：；？！」』）〕】》〉｝］’”々ーぁぃぅぇぉっゃゅょゎァィゥェォッャュョヮヵヶ…‥〜%％°,.!?:;)]}"
)
_NOT_LAST: Final = frozenset("「『（〔【《〈｛［‘“([{$￥£€#＃")
_AFTER: Final = frozenset("-‐–—/")
_AFTER_IN_ADDRESSES: Final = frozenset("/.?&=_#:")
_LEADING_VOWELS: Final = frozenset("เแโใไເແໂໃໄ")  # Thai and Lao part no words; a syllable starts with these
_PUNCTUATION: Final = " ,;:.–—-/·…、。，"
_VOWELS: Final = frozenset("aeiouyαεηιουωаеиоуыэюяєі")
_TOGETHER: Final = frozenset("ch ck ph sh th qu".split())
_NEAR: Final = 8  # letters
_MOST_IN_LINE: Final = 120  # letters: of the narrowest there is no room for more, at the smallest size
_ROUNDS: Final = 7  # halvings on the way to the narrowest width: to a hundredth of a line


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """A size of type, and how many lines of it there is room for."""

    size: int
    lines: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Setting:
    """A text as it will stand."""

    size: int
    lines: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Piece:
    """Text that is not broken, what stands after it within a line, and what stands there at the end of one."""

    text: str
    width: float
    glue: str = ""
    hyphen: str = ""
    hyphen_width: float = 0.0


def fit(text: str, measure: Measure, steps: Sequence[Step], width: int) -> Setting:
    """Return a text at the first size at which it fits; at the last one it is broken and cut until it does."""
    pieces = _pieces(text, measure)
    space = measure(" ")
    for step in steps:
        room = width / step.size
        if all(piece.width <= room for piece in pieces) and len(_fill(pieces, space, room)) <= step.lines:
            return Setting(size=step.size, lines=_said(_balanced(pieces, space, room)))
    last = steps[-1]
    room = width / last.size
    broken = [part for piece in pieces for part in _broken(piece, measure, room)]
    lines = _fill(broken, space, room)
    if len(lines) <= last.lines:
        return Setting(size=last.size, lines=_said(_balanced(broken, space, room)))
    kept = [*lines[: last.lines - 1], _shortened(lines[last.lines - 1], space, room - measure(ELLIPSIS))]
    return Setting(size=last.size, lines=_said(kept))


def _pieces(text: str, measure: Measure) -> list[_Piece]:
    found = []
    for word in text.split(" "):
        parts = _parts(word) if word else []
        for number, part in enumerate(parts, start=1):
            soft = part.endswith(SOFT_HYPHEN)
            plain = part.replace(SOFT_HYPHEN, "").replace(BREAK, "")
            found.append(
                _Piece(
                    text=plain,
                    width=measure(plain),
                    glue=" " if number == len(parts) else "",
                    hyphen="-" if soft and number < len(parts) else "",
                    hyphen_width=measure("-") if soft else 0.0,
                )
            )
    return found


@lru_cache(maxsize=2048)
def _parts(word: str) -> tuple[str, ...]:
    """Return a word in the parts between which a line may end without a break in it being strange."""
    if word.isalpha() and word.isascii():
        return (word,)
    letters = clusters(word)
    address = "://" in word or word.count("/") > 1 or word.startswith("www.")
    found = [letters[0]]
    for before, after in pairwise(letters):
        if _may_break(before, after, address=address):
            found.append(after)
        else:
            found[-1] += after
    return tuple(found)


def _may_break(before: str, after: str, *, address: bool) -> bool:
    if before in {SOFT_HYPHEN, BREAK}:
        return True
    if after[0] in _NOT_FIRST or before[0] in _NOT_LAST:
        return False
    if _is_wide(before[0]) or _is_wide(after[0]) or after[0] in _LEADING_VOWELS:
        return True
    if address and before in _AFTER_IN_ADDRESSES:
        return after not in _AFTER_IN_ADDRESSES
    return before in _AFTER and after.isalpha()


@lru_cache(maxsize=4096)
def _is_wide(char: str) -> bool:
    """Tell whether lines break beside a character as in Chinese and Japanese; Korean parts its words itself."""
    return unicodedata.east_asian_width(char) in "WF" and not unicodedata.name(char, "").startswith("HANGUL")


def _fill(pieces: Sequence[_Piece], space: float, room: float) -> list[list[_Piece]]:
    """Return lines that each hold as much as they can."""
    lines: list[list[_Piece]] = [[]]
    used = 0.0
    for piece in pieces:
        gap = space if lines[-1] and lines[-1][-1].glue else 0.0
        if lines[-1] and used + gap + piece.width + piece.hyphen_width > room:
            lines.append([])
            used = gap = 0.0
        lines[-1].append(piece)
        used += gap + piece.width
    return lines


def _balanced(pieces: Sequence[_Piece], space: float, room: float) -> list[list[_Piece]]:
    """Return no more lines than there must be, as narrow as they can be: so none stands alone with one word."""
    least = _fill(pieces, space, room)
    narrow, wide = max(piece.width for piece in pieces) if pieces else room, room
    for _ in range(_ROUNDS if len(least) > 1 else 0):
        middle = (narrow + wide) / 2
        lines = _fill(pieces, space, middle)
        if len(lines) <= len(least):
            least, wide = lines, middle
        else:
            narrow = middle
    return least


def _broken(piece: _Piece, measure: Measure, room: float) -> Iterator[_Piece]:
    """Yield a piece that is wider than a line in parts that are not, with hyphens where it is a word of letters."""
    if piece.width <= room:
        yield piece
        return
    hyphen = "-" if _is_spelled(piece.text) else ""
    limit = room - (measure("-") if hyphen else 0.0)
    letters = clusters(piece.text)
    while letters:
        count = _most(letters, measure, limit)
        count = _at_syllable(letters, count) if hyphen and count < len(letters) else count
        part, letters = "".join(letters[:count]), letters[count:]
        yield (
            replace(piece, text=part, width=measure(part))
            if not letters
            else _Piece(text=part, width=measure(part), hyphen=hyphen)
        )


def _most(letters: Sequence[str], measure: Measure, limit: float) -> int:
    """Return how many letters fit, one at least."""
    fits, too_many = 1, min(len(letters), _MOST_IN_LINE) + 1
    while too_many - fits > 1:
        middle = (fits + too_many) // 2
        if measure("".join(letters[:middle])) <= limit:
            fits = middle
        else:
            too_many = middle
    return fits


def _at_syllable(letters: list[str], most: int) -> int:
    """Return where a word of letters is better broken: before a consonant that a vowel follows, if one is near."""
    for count in range(most, most - _NEAR, -1):
        if not 1 < count < len(letters) - 1:
            continue
        before, here, after, beyond = map(_plain, [*letters[count - 1 : count + 3], "-"][:4])
        opens = after in _VOWELS or (here + after in _TOGETHER and beyond in _VOWELS)
        if opens and here not in _VOWELS and before + here not in _TOGETHER:
            return count
    return most


def _plain(letter: str) -> str:
    return unicodedata.normalize("NFD", letter[0])[0].lower()


def _is_spelled(text: str) -> bool:
    """Tell whether a word is broken with a hyphen: letters that have capitals, and nothing but letters."""
    return text.strip(_PUNCTUATION + "„“”\"'()!?").isalpha() and text.lower() != text.upper()


def _shortened(line: list[_Piece], space: float, room: float) -> list[_Piece]:
    """Return a line that ends in an ellipsis after its last whole word that leaves room for one."""
    while (
        len(line) > 1 and sum(piece.width + (space if piece.glue else 0) for piece in line[:-1]) + line[-1].width > room
    ):
        line = line[:-1]
    *before, end = line
    return [*before, replace(end, text=end.text.rstrip(_PUNCTUATION) + ELLIPSIS, hyphen="")]


def _said(lines: Sequence[Sequence[_Piece]]) -> tuple[str, ...]:
    return tuple(
        "".join(p.text + p.glue for p in line[:-1]) + line[-1].text + line[-1].hyphen for line in lines if line
    )

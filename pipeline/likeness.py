"""When two texts say the same: words compared without the marks, dashes and spaces that typing anew changes.

What comes in is any text, of whatever language; what goes out is how it compares. It knows neither posts nor sources.
"""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

_UNSPACED: Final = (
    "\u0e00-\u0eff\u1780-\u17ff\u3005-\u3007\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003fffd"
)
"""Letters of languages that put no space between words: Thai, Lao, Khmer, Japanese, Chinese."""
_LETTERS_OF_A_WORD: Final = 2
"""So many of these letters make about a word."""
_MARKS: Final = "'\"‘’‚‛“”„‟«»‹›′″`´「」『』〝〞〟❛❜❝❞🙶🙷🙸⟪⟫≪≫ʺˮ״"
_DASHES: Final = "‐‑‒–—―−⁃﹘"
_SAME: Final = str.maketrans(dict.fromkeys(_MARKS, "'") | dict.fromkeys(_DASHES, "-"))
_RAISED: Final = {ord(digit): f"^{value}" for value, digit in enumerate("⁰¹²³⁴⁵⁶⁷⁸⁹")}
"""Raised digits are no digits of the number before them."""
_HIDDEN: Final = re.compile("[\u00ad\u200b-\u200f\u2060\ufe00-\ufe0f\ufeff]")
_POINTS: Final = re.compile(r"\.(?:\s?\.){2,}")
_GAP: Final = re.compile(r"\s*(?:\[\s*\.\.\.\s*\]|\(\s*\.\.\.\s*\)|\.\.\.)\s*")
_WORD: Final = re.compile(rf"[{_UNSPACED}]|[^\W_{_UNSPACED}]+(?:['’][^\W_{_UNSPACED}]+)*")
_FREE: Final = re.compile(f"[{_UNSPACED}-]")
"""What words may begin or end with wherever they stand."""
_TURNS: Final = re.compile(
    r"(?<![^\W_])(?:(?:non|un|anti|ex|not|never|pseudo|quasi|semi|half|would-be|self-styled)-|n')$", re.IGNORECASE
)
"""What turns the sense of the word behind it, and is of one word with it."""
_IS_TURNED: Final = re.compile(r"-(?:free|less|proof)(?![^\W_])|'t(?![^\W_])", re.IGNORECASE)
"""What turns the sense of the word before it, and is of one word with it."""
_DENIES_BEFORE: Final = re.compile(r"[不没未无無非莫勿]$|没有$")
_DENIES_BEHIND: Final = re.compile(
    r" (?:nicht|niet|pas|not)(?![^\W_])"
    r"|(?:い|の|わけ|はず|もの)?(?:では|じゃ)?(?:な[いかくけ]|ありません)|ません|ず[に、。]",
    re.IGNORECASE,
)
"""What turns a sentence into its opposite: at its end in German, Dutch, French and Japanese, before it in Chinese."""
_THOUSANDS: Final = re.compile(r"(?<!\d)\d{1,3} $")
_IN_A_WORD: Final = re.compile(rf"[^\W{_UNSPACED}]")
_LIKE: Final = 0.6
"""A text that has so much of the words of another, in one place, is nearly that other."""


def plain(text: str) -> str:
    """Return ``text`` so that two texts are equal where they differ in nothing but marks, dashes and spaces."""
    bare = _HIDDEN.sub("", text).translate(_RAISED)
    same = _POINTS.sub("...", unicodedata.normalize("NFKC", bare)).translate(_SAME)
    same = re.sub(r"\s*'[\s']*", "'", " ".join(same.split()))
    same = re.sub(r"\s*-[\s-]*", "-", same)
    same = re.sub(r"\s+(?=[;:!?%])", "", same)
    same = re.sub(rf"(?<=[{_UNSPACED}、。])\s+(?=[{_UNSPACED}])", "", same)
    return same.strip("' ")


def parts(quoted: str) -> list[str]:
    """Return the parts of ``quoted``, made plain, around the signs that words were left out.

    What signs end them is not told: beside a gap, a full stop or a comma is the author's.
    """
    return [bare for part in _GAP.split(plain(quoted)) if (bare := part.rstrip("',.;: ").lstrip("',;: "))]


def holds(text: str, wanted: Sequence[str]) -> bool:
    """Tell whether ``wanted`` stand in ``text`` one after the other, each as whole words; all of it is plain."""
    return len(places(text, wanted)) == len(wanted)


def places(text: str, wanted: Sequence[str]) -> list[tuple[int, int]]:
    """Return where ``wanted`` begin and end in ``text``, one after the other, up to the first that does not stand."""
    found: list[tuple[int, int]] = []
    at = 0
    for part in wanted:
        start = text.find(part, at)
        is_first, is_last = not found, len(found) + 1 == len(wanted)
        while start >= 0 and not _stands_whole(text, start, start + len(part), is_first=is_first, is_last=is_last):
            start = text.find(part, start + 1)
        if start < 0:
            break
        at = start + len(part)
        found.append((start, at))
    return found


def _stands_whole(text: str, start: int, end: int, *, is_first: bool, is_last: bool) -> bool:
    """Tell whether ``text`` from ``start`` to ``end`` stands by itself; between parts there may be a denial."""
    if is_first and _DENIES_BEFORE.search(text, max(start - 2, 0), start):
        return False
    return not (is_last and _DENIES_BEHIND.match(text, end)) and _is_whole(text, start, end)


def _is_whole(text: str, start: int, end: int) -> bool:
    """Tell whether ``text`` from ``start`` to ``end`` begins and ends in the middle of no word or number."""
    first, last = text[start], text[end - 1]
    if first.isalnum() and not _FREE.match(first):
        if start and (_IN_A_WORD.match(text[start - 1]) or _TURNS.search(text[max(start - 6, 0) : start])):
            return False
        if first.isdigit() and _is_in_a_number(text, start):
            return False
    if _FREE.match(last):
        return True
    if _IS_TURNED.match(text, end):
        return False
    after = text[end : end + 2]
    in_a_number = last.isdigit() and after[:1] in {".", ","} and after[1:].isdigit()
    return not in_a_number and not (after and _IN_A_WORD.match(after[0]))


def _is_in_a_number(text: str, at: int) -> bool:
    """Tell whether the digit at ``at`` goes on with a number: behind a point or comma, or a space before thousands."""
    before = text[max(at - 5, 0) : at]
    if len(before) > 1 and before[-1] in ".," and before[-2].isdigit():
        return True
    return bool(_THOUSANDS.search(before) and re.match(r"\d{3}(?!\d)", text[at : at + 4]))


def words(text: str) -> list[str]:
    """Return the words of ``text`` without regard to capitals; of a language without spaces, its letters."""
    same = _HIDDEN.sub("", unicodedata.normalize("NFKC", text)).replace("’", "'")
    return _WORD.findall(same.casefold())


def count(text: str) -> int:
    """Return how many words ``text`` has, as people count them."""
    letters = len(re.findall(f"[{_UNSPACED}]", text))
    spaced = re.sub(f"[{_UNSPACED}]", " ", text) if letters else text
    return sum(any(map(str.isalnum, word)) for word in spaced.split()) + -(-letters // _LETTERS_OF_A_WORD)


def length_of_run(taken: Sequence[str], most: int) -> int:
    """Return how many of the words ``taken`` make a run of ``most`` words as people count them."""
    letters = sum(bool(re.match(f"[{_UNSPACED}]", word)) for word in taken)
    return most * _LETTERS_OF_A_WORD if letters * 2 > len(taken) else most


def shared_run(mine: Sequence[str], theirs: Iterable[Sequence[str]], length: int) -> int | None:
    """Return where the first run of ``length`` words of ``mine`` begins that one of ``theirs`` has as well."""
    known = {tuple(other[at : at + length]) for other in theirs for at in range(len(other) - length + 1)}
    starts = range(len(mine) - length + 1)
    return next((at for at in starts if tuple(mine[at : at + length]) in known), None)


def is_nearly_in(mine: Sequence[str], other: Sequence[str]) -> bool:
    """Tell whether some place of ``other``, as long as ``mine``, has most of its words."""
    length = len(mine)
    missing, seen = Counter(mine), 0
    for at, word in enumerate(other):
        seen += missing[word] > 0
        missing[word] -= 1
        if at >= length:
            gone = other[at - length]
            missing[gone] += 1
            seen -= missing[gone] > 0
        if seen >= max(3, _LIKE * length):
            return True
    return False

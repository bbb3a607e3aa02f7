"""Text as a reader counts it: clean, in letters that belong together, with a direction. Knows nothing of fonts."""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache
from typing import Final

LONGEST: Final = 1000
"""Letters of a title that are looked at; no card has room for a quarter of them."""
ELLIPSIS: Final = "…"
BREAK: Final = "\u200b"
SOFT_HYPHEN: Final = "\u00ad"

_MARKS: Final = 3  # on one letter; what piles up more is play
_MOST_IN_ONE: Final = 16  # characters: a family of four needs eleven
_KEPT_CONTROLS: Final = {"\u200c", "\u200d", BREAK, SOFT_HYPHEN}  # they join, part and break letters
_JOINER: Final = "\u200d"
_NEVER_SHOWN: Final = re.compile(
    "[\ufe00-\ufe0f\U0001f3fb-\U0001f3ff]"
)  # how an emoji is coloured; ours have no colour
_SPACE: Final = re.compile(r"[^\S\u00a0\u202f\u2007]+")
_HIDDEN: Final = {"Cc", "Cf", "Cs", "Co", "Cn"}
_VIRAMAS: Final = frozenset("\u094d\u09cd\u0acd\u0b4d\u0c4d\u0ccd\u0d4d\u0dca\u1039\u17d2")  # join two consonants
_FLAGS: Final = range(0x1F1E6, 0x1F200)
_WAYS: Final = {"L": "ltr", "R": "rtl", "AL": "rtl", "EN": "digit", "AN": "digit"}


def clean(text: str) -> str:
    """Return one line without what hides, reorders or controls, as long as a card can bear."""
    plain = unicodedata.normalize("NFC", _NEVER_SHOWN.sub("", text[: 4 * LONGEST]))
    plain = _SPACE.sub(" ", plain.replace("\x85", " "))
    if not plain.isascii() or not plain.isprintable():
        plain = "".join(c for c in plain if c in _KEPT_CONTROLS or unicodedata.category(c) not in _HIDDEN)
    letters = clusters(plain.strip())
    shown = "".join(letters[:LONGEST])
    return shown + ELLIPSIS if len(letters) > LONGEST or len(text) > 4 * LONGEST else shown


def clusters(text: str) -> list[str]:
    """Return the letters of a text, each with the marks on it; what is joined to one stays together."""
    if text.isascii():
        return list(text)
    found: list[str] = []
    for char in text:
        if not found or not _belongs(found[-1], char):
            found.append(char)
        elif not _is_mark(char) or sum(map(_is_mark, found[-1])) < _MARKS:
            found[-1] += char
    return found


def _belongs(letter: str, char: str) -> bool:
    """Tell whether a character is part of the letter before it."""
    last = letter[-1]
    if len(letter) >= _MOST_IN_ONE:
        return _is_mark(char)
    if _is_mark(char) or _JOINER in {char, last}:
        return letter != " "
    if last in _VIRAMAS:
        return unicodedata.category(char) == "Lo"
    return ord(char) in _FLAGS and ord(last) in _FLAGS and len(letter) == 1


@lru_cache(maxsize=4096)
def _is_mark(char: str) -> bool:
    return unicodedata.category(char) in {"Mn", "Mc", "Me"}


@lru_cache(maxsize=4096)
def way_of(letter: str) -> str:
    """Return ``ltr`` or ``rtl`` for a letter that has a direction, ``digit`` for a digit, nothing for all else."""
    return _WAYS.get(unicodedata.bidirectional(letter[0]), "")


def reads_rightwards(text: str) -> bool:
    """Tell whether a text starts at the left: its first letter that has a direction says so, or none does."""
    return next((way == "ltr" for way in map(way_of, text) if way in {"ltr", "rtl"}), True)

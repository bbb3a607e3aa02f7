"""Phrases in files, and whether a text has one of them. It does not know what they mean.

A file has sections, `[name]` and then a phrase a line. Texts and phrases are compared in small letters, without
accents, with one space between words. There are no patterns in the files, so no text can make the search slow.
"""

from __future__ import annotations

import unicodedata
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from typing import TypeAlias

    Phrase: TypeAlias = tuple[str, ...]
    """The parts of a phrase between its ellipses."""

_GAP: Final = 60
"""Characters that an ellipsis in a phrase may stand for."""


def folded(text: str) -> str:
    """Return ``text`` in small letters without accents, one space between words."""
    if not text.isascii():
        text = unicodedata.normalize("NFKD", text.replace("’", "'").replace("ß", "ss"))
        text = "".join(letter for letter in text if not unicodedata.combining(letter))
    return " ".join(text.lower().split())


@cache
def sections(file: str) -> Mapping[str, tuple[Phrase, ...]]:
    """Return the phrases of ``file``, which lies beside this module, by the name of their section, in its order."""
    found: dict[str, tuple[Phrase, ...]] = {}
    text = Path(__file__).with_name(file).read_text(encoding="utf-8")
    for block in f"\n{text}".split("\n[")[1:]:
        name, *lines = block.splitlines()
        found[name.rstrip("]")] = tuple(tuple(map(folded, line.split(" … "))) for line in lines if line)
    return found


def has(text: str, phrases: Iterable[Phrase]) -> bool:
    """Tell whether ``text``, which is folded, has any of ``phrases``."""
    return any(_at_a_word(text, phrase) for phrase in phrases)


def _at_a_word(text: str, phrase: Phrase) -> bool:
    """Tell whether ``phrase`` begins at a word of ``text``, and its other parts follow soon."""
    head, *others = phrase
    at = text.find(head)
    while at >= 0:
        if _begins_a_word(text, at) and _follow(text, at + len(head), others):
            return True
        at = text.find(head, at + len(head))
    return False


def _begins_a_word(text: str, at: int) -> bool:
    """Tell whether a word begins there; where words are not parted by spaces, one begins anywhere."""
    return at == 0 or not (text[at].isalnum() and text[at].isascii() and text[at - 1].isalnum())


def _follow(text: str, after: int, parts: Iterable[str]) -> bool:
    for part in parts:
        at = text.find(part, after, after + _GAP + len(part))
        if at < 0:
            return False
        after = at + len(part)
    return True

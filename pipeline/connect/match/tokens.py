"""Texts to words that compare: folded, without accents, possessives and dots. Where they stand is kept.

What comes in is any line of text; it knows no names.
"""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache
from typing import TYPE_CHECKING, Final, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Sequence

_UNSPACED: Final = (
    "\u0e00-\u0eff\u1780-\u17ff\u3005-\u3007\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003fffd"
)
"""Letters of languages that put no space between words; each is a word here."""
_A: Final = rf"[^\W_{_UNSPACED}]"
_TOKEN: Final = re.compile(rf"[{_UNSPACED}]|(?:[^\W\d_]\.){{2,}}(?:[^\W\d_]\b)?|{_A}+(?:['’]{_A}+)*|[&+]")
_ENDS_A_SENTENCE: Final = re.compile(r"[.!?:;…\n•|“„«\"]|[–—-]\s|\s[–—-]|^\s*['‘(\[]")
_POSSESSIVE: Final = re.compile(r"(?:['’]s|['’])$")
_ELISION: Final = re.compile(r"^(?:[ldjmtsnc]|qu)['’](?=..)")
_CASES_OF_RUSSIAN: Final = re.compile("(?:ого|ому|ыми|ими|ой|ей|ым|им|ом|ем|ую|юю|ая|яя|ые|ие|а|я|у|ю|е|ы|и|о|й|ь)$")
_FLEETING: Final = re.compile("(?<=[^аеиоуыэюя])[ео](?=[лкц]$)")
"""A vowel that only some cases have: Павел, Павла."""
_SPREAD: Final = str.maketrans({"ø": "o", "đ": "d", "ł": "l", "æ": "ae", "œ": "oe", "ı": "i", "þ": "th", "ð": "d"})
LONGEST: Final = 12_000
"""Characters of a text that are looked through; what it is about stands before."""


class Words(NamedTuple):
    """A line of text, its words folded, and where each begins and ends in it."""

    text: str
    raw: list[str]
    folded: list[str]
    spans: list[tuple[int, int]]

    def gap(self, at: int) -> str:
        """Return what stands between a word and the one before it, or before the first, or behind the last."""
        start = self.spans[at - 1][1] if at else 0
        return self.text[start : self.spans[at][0] if at < len(self.spans) else len(self.text)]

    def begins_a_sentence(self, at: int) -> bool:
        """Tell whether a word would have a capital wherever it comes from."""
        return at == 0 or bool(_ENDS_A_SENTENCE.search(self.gap(at)))

    def is_high(self, at: int) -> bool:
        """Tell whether a word is there, and has a capital; letters that know none count as such."""
        if not 0 <= at < len(self.raw):
            return False
        mark = self.raw[at]
        first = mark[found.end()] if (found := _ELISION.match(mark)) else mark[0]
        return first.isupper() or first.istitle() or (first.isalpha() and first.lower() == first.upper())


def words_of(text: str) -> Words:
    """Return the words of ``text``, without the initials that stand between a first and a last name."""
    line = text[:LONGEST]
    spans = [found.span() for found in _TOKEN.finditer(line)]
    left_out: set[int] = set()
    if "." in line:
        lone = [place for place, (start, end) in enumerate(spans) if end - start == 1 and line[end : end + 1] == "."]
        left_out = {place for place in lone if _is_middle_initial(line, spans, place)}
    kept = [span for place, span in enumerate(spans) if place not in left_out] if left_out else spans
    raw = [line[start:end] for start, end in kept]
    return Words(line, raw, list(map(fold, raw)), kept)


def bare_words_of(text: str) -> tuple[list[str], list[str]]:
    """Return the words of ``text`` as ``words_of`` finds them, raw and folded, without where they stand.

    It takes half the time, and a network has a hundred thousand names, roles and topics.
    """
    if "." in text:  # there may be initials to leave out
        words = words_of(text)
        return words.raw, words.folded
    raw = _TOKEN.findall(text[:LONGEST])
    return raw, list(map(fold, raw))


def _is_middle_initial(line: str, spans: Sequence[tuple[int, int]], at: int) -> bool:
    start, end = spans[at]
    if not 0 < at < len(spans) - 1 or not line[start].isupper():
        return False
    (first, until), (last, _) = spans[at - 1], spans[at + 1]
    beside = line[until:start] == " " and line[end:last] == ". "
    return beside and until - first > 1 and line[first].isupper() and line[last].isupper()


@lru_cache(maxsize=200_000)
def fold(word: str) -> str:
    """Return a word as it compares: small, without accents, possessive and dots."""
    if word.isascii() and word.isalnum():
        return word.lower()
    if word in {"&", "+"}:
        return "and"
    bare = _POSSESSIVE.sub("", word.casefold()).replace(".", "").replace("'", "").replace("’", "")
    if bare.isascii():
        return bare
    apart = unicodedata.normalize("NFKD", bare).translate(_SPREAD)
    return unicodedata.normalize("NFC", "".join(mark for mark in apart if not unicodedata.combining(mark)))


@lru_cache(maxsize=200_000)
def otherwise(word: str) -> tuple[str, ...]:
    """Return what else a word may be, folded: without an article joined to it, an ending, or with umlauts spread."""
    small = word.casefold()
    found = []
    if _ELISION.match(small):
        found.append(fold(_ELISION.sub("", small)))
    if "'" in small or "’" in small:
        found.append(fold(re.split("['’]", small)[0]))  # Turkish and Estonian endings
    if any(mark in small for mark in "äöü"):
        found.append(fold(small.replace("ä", "ae").replace("ö", "oe").replace("ü", "ue")))
    plain = fold(word)
    if re.search("[а-яё]", plain):
        found.append(stem_of_russian(plain))
    if len(plain) > 4 and plain.endswith("s") and not small.endswith("ss"):  # noqa: PLR2004  (shorter words are other words)
        found.append(plain[:-1])  # the German genitive
    return tuple(each for each in dict.fromkeys(found) if each != plain and len(each) > 1)


@lru_cache(maxsize=50_000)
def stem_of_russian(word: str) -> str:
    """Return a word in Cyrillic letters without the ending of its case."""
    if len(word) < 4 or not re.search("[а-яё]", word):  # noqa: PLR2004
        return word
    return _FLEETING.sub("", _CASES_OF_RUSSIAN.sub("", word))


@lru_cache(maxsize=200_000)
def singular(word: str) -> str:
    """Return a folded word without the ending of a plural, so that one finds the other."""
    if len(word) < 4 or not word.endswith("s") or word.endswith(("ss", "us", "is")):  # noqa: PLR2004
        return word
    if word.endswith("ies") and len(word) > 4:  # noqa: PLR2004
        return word[:-3] + "y"
    if word.endswith(("ches", "shes", "xes", "sses", "zes")):
        return word[:-2]
    return word[:-1]

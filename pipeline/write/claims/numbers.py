"""Numbers as texts have them: in figures, by the customs of many countries, and in words.

What comes in is any text; what goes out are values that compare, whatever way a number is written.
"""

from __future__ import annotations

import re
from functools import cache
from typing import TYPE_CHECKING, Final

from pipeline.likeness import words

if TYPE_CHECKING:
    from collections.abc import Iterator

_FIGURES: Final = r"\d+(?:[.,'’\u00a0\u202f ]\d{3})*(?:[.,]\d+)?"
NUMBER: Final = re.compile(rf"(?<![A-Za-z\d.,]){_FIGURES}(?!\d*0s\b|s\b)")
"""A number of its own: no part of a name, and no decade."""
ANY_NUMBER: Final = re.compile(rf"(?<![\d.,]){_FIGURES}")
_ONES: Final = "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen"
_UNITS: Final = (*_ONES.split(), "seventeen", "eighteen", "nineteen")
_TENS: Final = "twenty thirty forty fifty sixty seventy eighty ninety".split()
_ELSEWHERE: Final = {
    3: "drei trois tres tre três",
    4: "vier quatre cuatro quattro quatro",
    5: "fünf cinq cinco cinque vijf",
    6: "sechs seis zes",
    7: "sieben siete sette zeven",
    8: "acht huit ocho oito",
    9: "neun nueve nove negen",
    10: "zehn diez dieci tien",
    11: "onze undici",
    12: "zwölf douze doce dodici twaalf",
    20: "zwanzig vingt veinte twintig vinte",
    30: "dreißig trente treinta trenta dertig trinta",
    40: "vierzig quarante cuarenta quaranta veertig quarenta",
    50: "fünfzig cinquante cincuenta cinquanta vijftig cinquenta",
    60: "sechzig soixante sesenta sessanta zestig sessenta",
    70: "siebzig setenta settanta zeventig",
    80: "achtzig ochenta ottanta tachtig oitenta",
    90: "neunzig noventa novanta negentig",
}
"""Number words of the neighbourhood, but for those that are other words in one of its languages."""
AMOUNTS: Final = frozenset(
    (
        "dozen dozens hundred hundreds thousand thousands million millions billion billions trillion half halves third "
        "thirds quarter quarters double doubled doubles triple tripled triples quadrupled twice thrice tenfold twofold "
        "hundert hunderte tausend tausende millionen milliarden dutzend millones milliards millioni miljoen"
    ).split()
)
"""Words that say how many or how much, and have no value of their own."""


def value(number: str) -> str:
    """Return ``number`` as every country writes it alike: 4,100 and 4.100 as 4100, 14,20 as 14.2."""
    bare = re.sub(r"[.,'’\u00a0\u202f ](?=\d{3}(?!\d))", "", number).replace(",", ".")
    return bare.rstrip("0").rstrip(".") if "." in bare else bare.lstrip("0") or "0"


def numbers_in(text: str) -> Iterator[str]:
    """Yield the values of the numbers of ``text``, those in words too."""
    yield from (value(found) for found in NUMBER.findall(text))
    yield from re.findall(r"\d+", text)
    spelled, mine = _spelled(), words(text)
    for word, after in zip(mine, [*mine[1:], ""], strict=False):
        if word in spelled:
            yield str(spelled[word])
            if word in _TENS and after in spelled:
                yield str(spelled[word] + spelled[after])


def spelled_in(sentence: str) -> Iterator[tuple[str, int]]:
    """Yield each number that is written in words, with its value; twenty-five is one."""
    spelled, mine = _spelled(), words(sentence)
    for before, word, after in zip(["", *mine], mine, [*mine[1:], ""], strict=False):
        if word in _TENS and after in _UNITS[1:10]:
            yield f"{word}-{after}", spelled[word] + spelled[after]
        elif word in spelled and not (before in _TENS and word in _UNITS[1:10]):
            yield word, spelled[word]


@cache
def _spelled() -> dict[str, int]:
    english = {word: number for number, word in enumerate(_UNITS)}
    english |= {word: 10 * ten for ten, word in enumerate(_TENS, start=2)}
    return {word: number for number, several in _ELSEWHERE.items() for word in several.split()} | english

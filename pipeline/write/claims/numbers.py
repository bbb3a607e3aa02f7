"""Numbers as texts have them: in figures, by the customs of many countries, and in words.

What comes in is any text; what goes out are values that compare, whatever way a number is written.
"""

from __future__ import annotations

import re
from functools import cache
from typing import TYPE_CHECKING, Final

from pipeline.likeness import words

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

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
_HUNDRED: Final = 100
_TEENS: Final = 19
_TENS_OF: Final = frozenset(range(20, 100, 10))
_LARGE: Final = {"hundred": 100, "thousand": 1_000, "million": 1_000_000, "billion": 1_000_000_000}
_JOINS: Final = frozenset({"et", "y", "e"})
_BEHIND_TENS: Final = {"un": 1, "une": 1, "uno": 1, "um": 1, "deux": 2, "dos": 2, "due": 2, "dois": 2}
"""Small numbers that are other words elsewhere, unless they stand behind twenty or thirty."""
_ONES_OF_GERMAN: Final = {"ein": 1, "eine": 1, "zwei": 2, "sech": 6, "sieb": 7}
_GERMAN: Final = re.compile(
    r"(?:und|ein|zwei|drei|vier|fünf|sechs?|sieb(?:en)?|acht|neun|zehn|elf|zwölf|zwanzig|dreißig|\w{4,5}zig|hundert"
    r"|tausend){2,}"
)


def value(number: str) -> str:
    """Return ``number`` as every country writes it alike: 4,100 and 4.100 as 4100, 14,20 as 14.2."""
    bare = re.sub(r"[.,'’\u00a0\u202f ](?=\d{3}(?!\d))", "", number).replace(",", ".")
    return bare.rstrip("0").rstrip(".") if "." in bare else bare.lstrip("0") or "0"


def numbers_in(text: str) -> Iterator[str]:
    """Yield the values of the numbers of ``text``, those in words too."""
    yield from (value(found) for found in NUMBER.findall(text))
    yield from re.findall(r"\d+", text)
    for words_, number in spelled_in(text):
        yield str(number)
        yield from (str(part) for word in words_.split() if (part := _simple(word)) is not None)


def spelled_in(text: str) -> Iterator[tuple[str, int]]:
    """Yield each number that is written in words, with its value: twenty-five and two hundred and twelve are one."""
    mine = words(text)
    at = 0
    while at < len(mine):
        end, number = _read(mine, at)
        if end > at:
            yield " ".join(mine[at:end]), number
        at = max(end, at + 1)


def _read(mine: Sequence[str], at: int) -> tuple[int, int]:
    """Return where the number ends that begins with the word at ``at``, and its value; ``at`` itself if none does."""
    total, group, last, end = 0, 0, 0, at
    for place in range(at, len(mine)):
        word = mine[place]
        number = _simple(word) or (_BEHIND_TENS.get(word) if last in _TENS_OF else None)
        if (word == "and" and last in _LARGE.values()) or (word in _JOINS and last in _TENS_OF):
            continue  # it belongs to the number if one follows
        if word in _LARGE and last:
            group *= _LARGE[word]
            if _LARGE[word] > _HUNDRED:
                total, group = total + group, 0
            last = _LARGE[word]
        elif number is not None and (place == at or (number < last and (last > _TEENS or number < last // 10))):
            group, last = group + number, number
        else:
            break
        end = place + 1
    return end, total + group


def _simple(word: str) -> int | None:
    """Return the value of one word: five, fifty, or by the custom of German zweihundertfünfzig."""
    known = _spelled().get(word)
    if known is not None or not _GERMAN.fullmatch(word):
        return known
    thousands, of_thousand, rest = word.rpartition("tausend")
    return 1_000 * (_below_thousand(thousands) or 1) * bool(of_thousand) + _below_thousand(rest) or None


def _below_thousand(word: str) -> int:
    hundreds, of_hundred, rest = word.rpartition("hundert")
    ones, _, tens = rest.removeprefix("und").rpartition("und")
    if tens.endswith("zehn"):
        ones, tens = tens.removesuffix("zehn"), "zehn"
    several = (_ONES_OF_GERMAN.get(part, _spelled().get(part, 0)) for part in (ones, tens))
    return 100 * (_ONES_OF_GERMAN.get(hundreds, _spelled().get(hundreds, 1))) * bool(of_hundred) + sum(several)


@cache
def _spelled() -> dict[str, int]:
    english = {word: number for number, word in enumerate(_UNITS)}
    english |= {word: 10 * ten for ten, word in enumerate(_TENS, start=2)}
    return {word: number for number, several in _ELSEWHERE.items() for word in several.split()} | english

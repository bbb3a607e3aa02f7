"""What several reports of one story tell beside the one that is quoted: who they are, and where their figures differ.

Pure rules. Nothing is weighed up and nothing concluded: that is for the author. Figures are held against each other
only where two sentences clearly say them of the same thing; it would rather say nothing than something wrong.
"""

from __future__ import annotations

import re
from collections import defaultdict
from dataclasses import dataclass
from itertools import combinations, product
from typing import TYPE_CHECKING, Final

from pipeline.html import blocks_of, sentences
from pipeline.likeness import words

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from pipeline.model import Entry, Story

_FIGURE: Final = re.compile(
    r"(?<![\w.,-])([$€£¥]?\d+(?:[.,]\d+)*)(?:[\s\u00a0-]?(%|percent\b|per cent\b|[a-zäöüßéèñ]{3,}(?![\w-])))?",
    re.IGNORECASE,
)
_MOST: Final = 3
_AROUND: Final = 10
"""So many words before and after a figure tell of what it is said."""
_SHARED: Final = 2
"""So many of these, beside the unit, two sentences must share, and half of those of the shorter one."""
_SHORTEST: Final = 4
"""A word of fewer letters tells of nothing."""
_NO_UNIT: Final = frozenset(
    "about after also and are because been before between for from had has have her his into its last may million "
    "billion thousand more most next not one only other over percent per cent said says some than that the their them "
    "then there they this those times was were what when which while who will with would "
    "january february march april june july august september october november december".split()
)
"""What may follow a number and is not what it counts, nor tells of anything else."""
_ONES: Final = (
    "one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen".split()
)
_TENS: Final = "ten twenty thirty forty fifty sixty seventy eighty ninety".split()
_SPELLED: Final = {word: number for number, word in enumerate([*_ONES, "seventeen", "eighteen", "nineteen"], start=1)}


@dataclass(frozen=True, slots=True)
class _Figure:
    """A number with the unit it is said of, as it is written, and the telling words around it."""

    value: str
    unit: str
    said: str
    around: frozenset[str]


def others(story: Story) -> tuple[str, ...]:
    """Return who reports ``story`` beside the publisher of its lead, each once, of those that can be looked up."""
    names = dict.fromkeys(entry.publisher for entry in story.entries if entry.publisher and entry.link)
    return tuple(name for name in names if name != story.lead.publisher)


def differences(story: Story) -> tuple[str, ...]:
    """Return figures of the same thing that reports give differently: "Daily has “41 hours”, Weekly “40 hours”"."""
    told = [(entry.publisher, _figures(entry), _numbers(entry)) for entry in story.entries if entry.publisher]
    found: dict[str, str] = {}
    for (one, mine, my_numbers), (other, theirs, their_numbers) in combinations(told, 2):
        for unit in mine.keys() & theirs.keys() if one != other else ():
            pair = _of_one_thing(mine[unit], theirs[unit])
            if pair and pair[0].value not in their_numbers and pair[1].value not in my_numbers:
                found.setdefault(unit, f"{one} has “{pair[0].said}”, {other} “{pair[1].said}”")
    return tuple(found[unit] for unit in sorted(found))[:_MOST]


def _of_one_thing(mine: Sequence[_Figure], theirs: Sequence[_Figure]) -> tuple[_Figure, _Figure] | None:
    """Return a figure of each, where their sentences clearly say them of the same thing."""
    for one, other in product(mine, theirs):
        shared = one.around & other.around
        if len(shared) >= max(_SHARED, min(len(one.around), len(other.around)) / 2):
            return one, other
    return None


def _figures(entry: Entry) -> Mapping[str, Sequence[_Figure]]:
    """Return where ``entry`` has a figure of each unit, of those units that only one figure has."""
    found: defaultdict[str, list[_Figure]] = defaultdict(list)
    for sentence in _sentences(entry):
        for match in _FIGURE.finditer(sentence):
            unit = _folded(match[2] or "")
            if unit and unit not in _NO_UNIT:
                around = _telling(sentence[: match.start()])[-_AROUND:] + _telling(sentence[match.end() :])[:_AROUND]
                found[unit].append(_Figure(_value(match[1]), unit, match[0], frozenset(around) - {unit}))
    return {unit: said for unit, said in found.items() if len({one.value for one in said}) == 1}


def _numbers(entry: Entry) -> frozenset[str]:
    """Return all numbers of ``entry``, whatever is said with them, in English words too."""
    found: set[str] = set()
    for sentence in _sentences(entry):
        found.update(_value(number) for number in re.findall(r"\d+(?:[.,]\d+)*", sentence))
        spoken = words(sentence)
        for word, after in zip(spoken, [*spoken[1:], ""], strict=False):
            if word in _TENS:
                tens = 10 * (_TENS.index(word) + 1)
                found |= {str(tens), str(tens + _SPELLED.get(after, 0))}
            elif word in _SPELLED:
                found.add(str(_SPELLED[word]))
    return frozenset(found)


def _sentences(entry: Entry) -> Iterator[str]:
    for block in dict.fromkeys((entry.title, *blocks_of(entry.summary), *blocks_of(entry.content))):
        yield from sentences(block)


def _telling(text: str) -> list[str]:
    found = (_folded(word) for word in words(text))
    return [word for word in found if len(word) >= _SHORTEST and word.isalpha() and word not in _NO_UNIT]


def _folded(word: str) -> str:
    """Return ``word`` so that a plural is the same, and a per cent sign as its word."""
    low = word.casefold()
    if low in {"percent", "per cent"}:
        return "%"
    return low[:-1] if low.endswith("s") and not low.endswith("ss") else low


def _value(number: str) -> str:
    """Return ``number`` without its currency and the marks between thousands."""
    return re.sub(r"[.,](?=\d{3}(?!\d))", "", number.lstrip("$€£¥")).replace(",", ".")

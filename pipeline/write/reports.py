"""What several reports of one story tell beside the one that is quoted: who they are, and where their figures differ.

Pure rules. Nothing is weighed up and nothing concluded: that is for the author.
"""

from __future__ import annotations

import re
from collections import defaultdict
from typing import TYPE_CHECKING, Final

from pipeline.html import blocks_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from pipeline.model import Entry, Story

_FIGURE: Final = re.compile(
    r"(?<![\w.,])([$€£¥]?\d+(?:[.,]\d+)*)(?:\s?(%|percent|per cent|[a-zäöüßéèñ]{3,}))?", re.IGNORECASE
)
_MOST: Final = 3
_NO_UNIT: Final = frozenset(
    "and are for from has her his its not one than that the then they was were when who with".split()
)


def others(story: Story) -> tuple[str, ...]:
    """Return who reports ``story`` beside the publisher of its lead, each once."""
    names = dict.fromkeys(entry.publisher for entry in story.entries if entry.publisher)
    return tuple(name for name in names if name != story.lead.publisher)


def differences(story: Story) -> tuple[str, ...]:
    """Return figures of the same thing that reports give differently: "Daily has “41 hours”, Weekly “40 hours”"."""
    told: defaultdict[str, dict[str, str]] = defaultdict(dict)
    for entry in story.entries:
        for unit, said in _figures(entry):
            told[unit].setdefault(entry.publisher, said)
    return tuple(
        _listed(list(by.items())) for by in told.values() if len({value.casefold() for value in by.values()}) > 1
    )[:_MOST]


def _figures(entry: Entry) -> Iterator[tuple[str, str]]:
    """Yield each figure of ``entry`` that says of what, once for each unit that only one figure has."""
    found: defaultdict[str, list[str]] = defaultdict(list)
    for block in dict.fromkeys((entry.title, *blocks_of(entry.summary), *blocks_of(entry.content))):
        for match in _FIGURE.finditer(block):
            unit = (match[2] or "").casefold()
            if unit and unit not in _NO_UNIT:
                found[unit].append(match[0])
    for unit, said in found.items():
        if len(set(said)) == 1:
            yield unit, said[0]


def _listed(said: Sequence[tuple[str, str]]) -> str:
    (first, one), *rest = said
    return ", ".join([f"{first} has “{one}”", *(f"{name} “{other}”" for name, other in rest)])

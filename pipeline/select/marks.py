"""A story to its marks: what a choice about it can teach something of. It knows no choices.

A mark is a kind and a name, such as "feed 7", "topic labour", "word crane" or "look ?". Its strength is the share of
the reports that have it, 0 to 1, where a word that only the text has counts less than one of the headline.
"""

from __future__ import annotations

import re
from collections import defaultdict
from typing import TYPE_CHECKING, Final, NamedTuple

from pipeline.html import text_of
from pipeline.select.terms import LEAD_WORDS, tells_a_kind, words_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from pipeline.model import Entry, Story

    Words = tuple[tuple[str, ...], tuple[str, ...]]
    """The telling words of a headline, and of what follows it."""

IN_LEAD: Final = 0.6
"""What a phrase or a word in the text is worth beside one in the headline."""


class Look(NamedTuple):
    """How a headline looks, whatever it is about, and how that is said of many stories and of one."""

    pattern: re.Pattern[str]
    of_many: str
    of_one: str


LOOKS: Final = {
    "?": Look(re.compile(r"[?？]"), "that ask something in a headline", "that asks something in a headline"),
    "!": Look(re.compile(r"[!！]"), "that cry out in a headline", "that cries out in a headline"),
    "“": Look(re.compile(r"(?:^|\W)['‘\"“«„]\w"), "that quote in a headline", "that quotes in a headline"),
    "1": Look(re.compile(r"\d"), "that give a number in a headline", "that gives a number in a headline"),
}


def told_by(story: Story) -> tuple[Words, ...]:
    """Return the telling words of each report of ``story``."""
    return tuple((words_of(entry.title), words_of(_lead(entry))) for entry in story.entries)


def marks(story: Story, topics: Iterable[str], told: Sequence[Words]) -> Mapping[str, float]:
    """Return the marks of ``story`` with their strengths; ``told`` are the words of its reports."""
    share = 1 / len(story.entries)
    found = defaultdict[str, float](float, {f"topic {name}": 1.0 for name in topics})
    for entry, (title, lead) in zip(story.entries, told, strict=True):
        found[f"feed {entry.feed}"] += share
        in_title = set(filter(tells_a_kind, title))
        for word in in_title:
            found["word " + word] += share
        for word in set(filter(tells_a_kind, lead)) - in_title:
            found["word " + word] += IN_LEAD * share
        for name, look in LOOKS.items():
            if look.pattern.search(entry.title):
                found["look " + name] += share
    return found


def _lead(entry: Entry) -> str:
    """Return what the text of ``entry`` begins with."""
    return " ".join(
        re.split(r"\s+", text_of(entry.summary or entry.content), maxsplit=2 * LEAD_WORDS)[: 2 * LEAD_WORDS]
    )

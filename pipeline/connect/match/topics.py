"""What people care about, work on and spoke of, as phrases that texts are about. It knows no names."""

from __future__ import annotations

import re
from collections import defaultdict
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING, Final

from pipeline.connect.match.lists import DULL, NOT_FOR, OTHER_SENSES, SENIORITY
from pipeline.connect.match.tokens import singular, words_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from pipeline.connect.match.index import Index
    from pipeline.connect.match.reading import Reading

_LEAD_WORDS: Final = 60
_SENTENCE: Final = re.compile(r"[.!?;:\n,()\[\]/|•–—]+")
_LONGEST_NOTES: Final = 4_000
_AROUND_A_ROLE: Final = re.compile(r"[,;|/&•()–—-]|\b(?:at|for|of|and|und|et|for|in|bei|chez|the|@)\b", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Told:
    """How a text tells of a phrase: in its title, how often, in which line first, and whether near its beginning."""

    in_title: bool
    times: int
    line: int
    early: bool


def phrase(text: str) -> str:
    """Return a topic as it is looked for: folded, without plurals."""
    return " ".join(singular(word) for word in words_of(text).folded)


def told_of(reading: Reading, index: Index[int]) -> dict[str, Told]:
    """Return each phrase of ``index`` that a text holds, and how it tells of it."""
    where: dict[str, list[tuple[int, int]]] = defaultdict(list)
    before = 0
    for number, words in enumerate(reading.plain):
        for at, found in index.counts(words):
            where[found].append((number, before + at if number else 0))
        before += len(words) if number else 0
    return {
        found: Told(
            in_title=places[0][0] == 0,
            times=len(places),
            line=next((number for number, _ in places if number), 0),
            early=any(number and at < _LEAD_WORDS for number, at in places),
        )
        for found, places in where.items()
    }


def is_about(found: str, told: Told, *, in_field: bool) -> bool:
    """Tell whether a text is about a phrase; of a single word, which may mean much, the field must be right."""
    if " " in found or not found.isascii():
        return told.in_title or told.times > 1 or told.early
    central = (told.in_title and told.times > 1) or told.times > 2  # noqa: PLR2004
    return in_field and central


def is_another_sense(found: str, seen: frozenset[str]) -> bool:
    """Tell whether a single word means something else here, as its neighbours say."""
    return not seen.isdisjoint(OTHER_SENSES.get(found, "").split()) if " " not in found else False


def phrases_of_role(role: str) -> tuple[str, ...]:
    """Return the fields that a role names: "Head of Crane Automation" is about crane automation; ranks are none."""
    found = []
    for part in _AROUND_A_ROLE.split(role):
        words = [singular(word) for word in words_of(part or "").folded]
        while words and words[0] in SENIORITY:
            words.pop(0)
        while words and words[-1] in SENIORITY:
            words.pop()
        if 2 <= len(words) <= 3 and not set(words) <= SENIORITY:  # noqa: PLR2004  (one word is too wide, four are a title)
            found.append(" ".join(words))
    return tuple(dict.fromkeys(found))


def phrases_of_notes(notes: Iterable[str], without: frozenset[str]) -> tuple[str, ...]:
    """Return the pairs of telling words that stand side by side in notes; names in ``without`` are no subject."""
    found: dict[str, None] = {}
    for note in notes:
        for part in _SENTENCE.split(note[:_LONGEST_NOTES]):
            words = words_of(part).folded
            if not NOT_FOR.isdisjoint(words):
                continue
            for one, two in pairwise(words):
                if _tells(one, without) and _tells(two, without):
                    found[f"{singular(one)} {singular(two)}"] = None
    return tuple(found)


def _tells(word: str, without: frozenset[str]) -> bool:
    return len(word) > 2 and word not in DULL and word not in without and not word.isdigit()  # noqa: PLR2004


@dataclass(frozen=True, slots=True)
class Field:
    """The author's own topics, each with its phrases: whoever cares about one cares about what it is known by."""

    phrases: Mapping[str, Sequence[str]]

    def known_by(self, topic: str) -> Iterator[str]:
        """Yield the phrases by which a topic is known, its own name first."""
        name = phrase(topic)
        if name:
            yield name
        for mine, others in self.phrases.items():
            if phrase(mine) == name:
                yield from filter(None, map(phrase, others))

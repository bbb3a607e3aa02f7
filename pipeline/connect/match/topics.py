"""What people care about, work on and spoke of, as phrases that texts are about. It knows no names."""

from __future__ import annotations

import re
from collections import defaultdict
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise
from typing import TYPE_CHECKING, Final

from pipeline.connect.match.lists import AGENTS, COMMON, DULL, NOT_FOR, OTHER_SENSES, SENIORITY
from pipeline.connect.match.tokens import bare_words_of, singular, words_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from pipeline.connect.match.index import Phrases
    from pipeline.connect.match.reading import Reading
    from pipeline.connect.match.tokens import Words

_BESIDE: Final = frozenset({" ", "-"})
_RANKS: Final = SENIORITY | AGENTS
_LONG: Final = 7
_SENTENCE: Final = re.compile(r"[.!?;:\n|•]")
_LONGEST_NOTES: Final = 4_000
_AROUND_A_ROLE: Final = re.compile(r"[,;|/&•()–—-]|\b(?:at|for|of|and|und|et|for|in|bei|chez|the|@)\b", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Told:
    """How a text tells of a phrase: in its title, how often, in which line first, and whether in its first sentence."""

    in_title: bool
    times: int
    line: int
    early: bool


@lru_cache(maxsize=50_000)
def phrase(text: str) -> str:
    """Return a topic as it is looked for: folded, without plurals."""
    return " ".join(map(singular, bare_words_of(text)[1]))


def told_of(reading: Reading, phrases: Phrases) -> dict[str, Told]:
    """Return each of ``phrases`` that a text holds, and how it tells of it."""
    where: dict[str, list[tuple[int, int]]] = defaultdict(list)
    first = _first_sentence(reading)
    for number, words in enumerate(reading.plain):
        for at, found in phrases.found(words):
            where[found].append((number, at))
    return {
        found: Told(
            in_title=places[0][0] == 0,
            times=len(places),
            line=next((number for number, _ in places if number), 0),
            early=any(number == 1 and at < first for number, at in places),
        )
        for found, places in where.items()
    }


def _first_sentence(reading: Reading) -> int:
    """Return how many words the first sentence below the title has."""
    if len(reading.lines) < 2:  # noqa: PLR2004
        return 0
    words = reading.lines[1].words
    return next((at for at in range(1, len(words.raw)) if ". " in words.gap(at)), len(words.raw))


def is_about(found: str, told: Told, *, in_field: bool) -> bool:
    """Tell whether a text is about a phrase; of a single word, which may mean much, the field must be right."""
    if " " in found or not found.isascii():
        return told.in_title or told.times > 1 or told.early
    central = (told.in_title and told.times > 1) or told.times > 2  # noqa: PLR2004
    return central and (in_field or _is_special(found))


def _is_special(found: str) -> bool:
    """Tell whether a single word is long and rare enough to mean one thing."""
    return len(found) >= _LONG and found not in OTHER_SENSES and found not in COMMON


def is_another_sense(found: str, seen: frozenset[str]) -> bool:
    """Tell whether a single word means something else here, as its neighbours say."""
    return not seen.isdisjoint(OTHER_SENSES.get(found, "").split()) if " " not in found else False


@lru_cache(maxsize=50_000)
def phrases_of_role(role: str) -> tuple[str, ...]:
    """Return the fields that a role names: "Head of Crane Automation" is about crane automation; ranks are none."""
    found = []
    for part in _AROUND_A_ROLE.split(role):
        words = list(map(singular, bare_words_of(part or "")[1]))
        while words and words[0] in SENIORITY:
            words.pop(0)
        while words and words[-1] in _RANKS:
            words.pop()
        if 2 <= len(words) <= 3 and not set(words) <= SENIORITY:  # noqa: PLR2004  (one word is too wide, four are a title)
            found.append(" ".join(words))
    return tuple(dict.fromkeys(found))


def phrases_of_notes(notes: Iterable[str], without: frozenset[str]) -> tuple[str, ...]:
    """Return the pairs of telling words that stand side by side in notes; names in ``without`` are no subject."""
    found: dict[str, None] = {}
    for note in notes:
        words = words_of(note[:_LONGEST_NOTES])
        text, until, last = words.text, 0, ""
        pairs: list[str] | None = []  # of this sentence; none where it says what somebody does not want
        for (start, end), word in zip(words.spans, words.folded, strict=True):
            gap = text[until:start]
            if gap not in _BESIDE and until and _SENTENCE.search(gap):
                found.update(dict.fromkeys(pairs or ()))
                pairs, last = [], ""
            if word in NOT_FOR:
                pairs = None
            plain = "" if word in without else _telling(word)
            if plain and last and pairs is not None and gap in _BESIDE:
                pairs.append(f"{last} {plain}")
            last, until = plain, end
        found.update(dict.fromkeys(pairs or ()))
    return tuple(found)


def sentences_of(note: str) -> Iterator[str]:
    """Yield the sentences of a note, as far as it is read."""
    words = words_of(note[:_LONGEST_NOTES])
    for start, end in _sentences(words):
        if end > start:
            yield words.text[words.spans[start][0] : words.spans[end - 1][1]]


def _sentences(words: Words) -> Iterator[tuple[int, int]]:
    """Yield from which word to which a sentence goes."""
    starts = [0, *(at for at in range(1, len(words.raw)) if _SENTENCE.search(words.gap(at))), len(words.raw)]
    yield from pairwise(starts)


@lru_cache(maxsize=100_000)
def _telling(word: str) -> str:
    """Return a word without the ending of a plural, where it says what something is about; else nothing."""
    tells = len(word) > 2 and word not in DULL and not word.isdigit()  # noqa: PLR2004
    return singular(word) if tells else ""


class Field:
    """The author's own topics, each with its phrases: whoever cares about one cares about what it is known by."""

    def __init__(self, phrases: Mapping[str, Sequence[str]]) -> None:
        self._by_name = {
            name: tuple(dict.fromkeys(filter(None, map(phrase, (topic, *others)))))
            for topic, others in phrases.items()
            if (name := phrase(topic))
        }
        self.all = frozenset(found for known in self._by_name.values() for found in known)

    def known_by(self, topic: str) -> tuple[str, ...]:
        """Return the phrases by which a topic is known, its own name first; none of what has no words."""
        name = phrase(topic)
        return self._by_name.get(name, (name,) if name else ())

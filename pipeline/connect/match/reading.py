"""A subject as its reader takes it: its lines as words, and what capitals tell in each. It knows no names."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final, NamedTuple

from pipeline.connect.match.lists import ARTICLES, DULL
from pipeline.connect.match.ordinary import DETERMINERS
from pipeline.connect.match.tokens import singular, words_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from pipeline.connect.match.tokens import Words
    from pipeline.model import Subject

LONGEST_BODY: Final = 12_000
"""Characters of a subject that are read; what it is about stands before."""
_GERMAN: Final = frozenset(
    (
        "der die das und ist von mit für ein eine nicht dem den des sich auch im zum zur wird wurde werden auf bei nach"
    ).split()
)
_FEWEST: Final = 4
_MOSTLY: Final = 0.8
_JOINING: Final = frozenset("@./_-")


@dataclass(frozen=True, slots=True)
class Line:
    """A title or a paragraph. ``is_loud`` says that its capitals tell nothing, ``is_quiet`` that it has none."""

    words: Words
    is_title: bool
    is_loud: bool
    is_quiet: bool
    is_german: bool


@dataclass(frozen=True, slots=True)
class Reading:
    """A subject with its lines, the title first, and all its words."""

    subject: Subject
    lines: tuple[Line, ...]
    seen: frozenset[str]
    plain: tuple[tuple[str, ...], ...]
    """Of each line, the words without plurals, for topics."""
    quoted: dict[tuple[int, int | None], str] = field(default_factory=dict)
    """Sentences that were quoted of it already."""


def read(subject: Subject) -> Reading:
    """Return how ``subject`` reads."""
    lines, left = [], LONGEST_BODY
    for place, text in enumerate((subject.title, *subject.blocks)):
        if left <= 0:
            break
        lines.append(_line(words_of(text[:left]), is_title=place == 0))
        left -= len(text)
    return Reading(
        subject=subject,
        lines=tuple(lines),
        seen=frozenset(word for line in lines for word in line.words.folded),
        plain=tuple(tuple(map(singular, line.words.folded)) for line in lines),
    )


def _line(words: Words, *, is_title: bool) -> Line:
    is_german = len(_GERMAN.intersection(map(str.lower, words.raw))) > (0 if is_title else 1)
    return Line(
        words=words,
        is_title=is_title,
        is_loud=words.text.isupper() or (is_title and _is_mostly_high(words)),
        is_quiet=words.text.lower() == words.text and len(words.raw) > _FEWEST and words.text.upper() != words.text,
        is_german=is_german,
    )


def _is_mostly_high(words: Words) -> bool:
    """Tell whether nearly each word that tells something has a capital: more than names alone would have."""
    telling = [at for at, word in enumerate(words.folded) if at and word not in DULL and words.raw[at][0].isalpha()]
    return len(telling) >= _FEWEST - 1 and sum(map(words.is_high, telling)) / len(telling) > _MOSTLY


class EveryDay(NamedTuple):
    """Words that the texts at hand use as words, not as names: written small, or as German nouns with an article.

    ``names`` are those that have a capital by themselves amid a sentence, where a mere word has none.
    """

    small: frozenset[str]
    nouns: frozenset[str]
    names: frozenset[str]

    def has(self, word: str, line: Line) -> bool:
        """Tell whether a word is just a word in a line like this."""
        return word in self.small or (line.is_german and word in self.nouns)


def words_of_every_day(readings: Sequence[Reading]) -> EveryDay:
    """Return the words that some text uses as such: they are words, and no names."""
    small: set[str] = set()
    nouns: set[str] = set()
    names: set[str] = set()
    for reading in readings:
        for line in reading.lines:
            if not line.is_quiet:
                small.update(_small(line.words))
            if line.is_german:
                nouns.update(_nouns(line.words))
            elif not line.is_loud and not line.is_quiet:
                names.update(_names(line.words))
    return EveryDay(frozenset(small), frozenset(nouns), frozenset(names - small))


def _names(words: Words) -> Iterator[str]:
    """Yield the words with a capital amid a sentence that stand alone, without an article."""
    raw = words.raw
    for at in range(1, len(raw)):
        if (
            raw[at][0].isupper()
            and not raw[at - 1][0].isupper()
            and not (at + 1 < len(raw) and raw[at + 1][0].isupper())
            and words.folded[at - 1] not in ARTICLES
            and not words.begins_a_sentence(at)
        ):
            yield words.folded[at]


def _nouns(words: Words) -> Iterator[str]:
    """Yield the words with a capital behind an article, but for those that a name goes on with: "die Nordkai GmbH"."""
    for at in range(1, len(words.raw)):
        if words.folded[at - 1] in DETERMINERS and words.gap(at) == " " and words.is_high(at):
            goes_on = at + 1 < len(words.raw) and words.is_high(at + 1) and words.gap(at + 1) in {" ", "-"}
            if not goes_on:
                yield words.folded[at]


def _small(words: Words) -> Iterator[str]:
    """Yield the words without a capital that stand between spaces: those of an address are somebody's name."""
    for mark, folded, (start, end) in zip(words.raw, words.folded, words.spans, strict=True):
        if (
            mark[0].islower()
            and (not start or words.text[start - 1] == " ")
            and words.text[end : end + 1] not in _JOINING
        ):
            yield folded

"""What the author's choices tell: bounded corrections to the ranking, each a sentence that can be refused.

Pure rules. A story that is picked or skipped says something of its marks (``marks``), and of what is near it in
meaning, where that is known; one that is left for later says nothing. All are weighed against one another (``ridge``).
Too few choices, or ones that do not tell one another better than chance would, change nothing.
"""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING, Final

import numpy as np

from pipeline.model import Lesson
from pipeline.select.marks import LOOKS, marks, told_by
from pipeline.select.ridge import fitted

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterator, Mapping, Sequence

    from pipeline.model import Decided, FeedId, PlainText
    from pipeline.select.ridge import Fit, Flags
    from pipeline.select.weights import Floats

    Nearness = Callable[[Sequence[str], Sequence[str]], Floats]
    """For each text, a row of how near each of some phrases is to it in meaning, 0 to 1."""
    Gain = tuple[float, Lesson]
    """The points that a lesson gives a story."""

FEWEST: Final = 5
"""So many stories must have been picked, and so many skipped, before anything is learned."""
_UNLIKELY: Final = 1.3
"""Choices must tell one another by so many standard deviations: one in ten does so by chance. By bench/rank."""
_SURE: Final = 2.0
"""The points of what is surely a pick, before bounds."""
MOST_POINTS: Final = 0.75
"""What one lesson gives or takes at most."""
MOST_IN_ALL: Final = 1.5
"""What all lessons together give or take at most: half of what a topic gives."""
_MOST_CHOICES: Final = 500
"""So many of the latest choices are looked at: their table is inverted in a fifth of a second."""
_MOST_LESSONS: Final = 1000
"""So many lessons of marks are heeded, the strongest. With 200, a hundred choices rank less well: rare words count."""
NEAR: Final = "near "
"""How a mark begins that is a headline: what is near that in meaning has the mark."""


def lessons(
    decided: Sequence[Decided], titles: Mapping[FeedId, PlainText], nearness: Nearness | None = None
) -> tuple[Lesson, ...]:
    """Return what ``decided`` tells, the latest choice first; the strongest lesson comes first.

    ``titles`` are what the feeds are called.
    """
    latest = decided[:_MOST_CHOICES]
    picked = np.array([one.picked for one in latest], dtype=np.bool_)
    if min(picked.sum(), (~picked).sum()) < FEWEST:
        return ()
    strengths, names = _table([marks(one.story, one.topics, told_by(one.story)) for one in latest])
    headlines = [one.story.lead.title for one in latest]
    fit = fitted(strengths, picked, nearness(headlines, headlines) if nearness else None)
    if fit.surety < _UNLIKELY:
        return ()
    of_marks = _strongest(_of_marks(fit, strengths, picked, [(name, _what(name, titles)) for name in names]))
    return _strongest([*of_marks[:_MOST_LESSONS], *_of_headlines(fit, picked, headlines)])


def heeded(learned: Sequence[Lesson], refused: Collection[str]) -> dict[str, Lesson]:
    """Return by their marks the lessons that the author did not refuse."""
    return {lesson.mark: lesson for lesson in learned if lesson.mark not in refused}


def correction(
    strengths: Mapping[str, float], learned: Mapping[str, Lesson], near: Gain | None = None
) -> tuple[float, tuple[Lesson, ...]]:
    """Return the points that ``learned`` gives a story with these marks, in bounds, and the lessons that gave them.

    ``near`` is what it gives all in all that the story is near others in meaning, and the lesson that gives the most
    of it. Of the lessons, the ones that give the most come first, and the ones that take away where the sum does.
    """
    known = (mark for mark in strengths if mark in learned)
    gains = [(learned[mark].points * strengths[mark], learned[mark]) for mark in known]
    gains += [near] if near else []
    points = round(max(-MOST_IN_ALL, min(MOST_IN_ALL, sum(gain for gain, _ in gains))), 2)
    told = sorted(gains, key=lambda gain: (-gain[0] if points > 0 else gain[0], gain[1].mark))
    return points, tuple(lesson for gain, lesson in told if gain * points > 0)


def _table(found: Sequence[Mapping[str, float]]) -> tuple[Floats, list[str]]:
    """Return the strengths of marks, a row for each story and a column for each mark, and the marks' names."""
    names = sorted({mark for strengths in found for mark in strengths})
    column = {mark: place for place, mark in enumerate(names)}
    table = np.zeros((len(found), len(names)))
    for row, strengths in zip(table, found, strict=True):
        row[[column[mark] for mark in strengths]] = list(strengths.values())
    return table, names


def _of_marks(
    fit: Fit, strengths: Floats, picked: Flags, told: Sequence[tuple[str, tuple[str, str]]]
) -> Iterator[Lesson]:
    """Yield a lesson for each mark, but for those whose choices alone would say the opposite."""
    has = strengths > 0
    usual = picked.mean()
    counts, picks = has.sum(axis=0), has[picked].sum(axis=0)
    for (mark, what), given, count, many in zip(told, fit.marks.tolist(), counts.tolist(), picks.tolist(), strict=True):
        if given * (many - count * usual) > 0:
            did, times = ("picked", many) if given > 0 else ("skipped", count - many)
            some = f"{times} of {count} stories" if count > 1 else "the one story"
            yield _lesson(mark, given, f"you {did} {some} {what[count == 1]}")


def _of_headlines(fit: Fit, picked: Flags, headlines: Sequence[str]) -> Iterator[Lesson]:
    """Yield a lesson for each headline, by the latest choice about it: what is near it in meaning."""
    given = defaultdict[str, float](float)
    for headline, points in zip(headlines, fit.choices.tolist(), strict=True):
        given[headline] += points
    latest = dict(zip(reversed(headlines), picked[::-1].tolist(), strict=True))
    for headline, points in given.items():
        if latest[headline] == (points > 0):
            did = "picked" if latest[headline] else "skipped"
            yield _lesson(NEAR + headline, points, f"near “{headline}” in meaning, which you {did}")


def _lesson(mark: str, given: float, because: str) -> Lesson:
    return Lesson(mark=mark, points=round(max(-MOST_POINTS, min(MOST_POINTS, _SURE * given)), 3), because=because)


def _strongest(found: Iterator[Lesson] | list[Lesson]) -> tuple[Lesson, ...]:
    return tuple(sorted((one for one in found if one.points), key=lambda one: (-abs(one.points), one.mark)))


def _what(mark: str, titles: Mapping[FeedId, PlainText]) -> tuple[str, str]:
    """Say of stories that they have ``mark``, and of one story."""
    kind, _, name = mark.partition(" ")
    if kind == "look":
        return LOOKS[name].of_many, LOOKS[name].of_one
    if kind == "word":
        return f"that say “{name}”", f"that says “{name}”"
    feed = next((title for feed, title in titles.items() if str(feed) == name), "a feed that is gone")
    said = f"from {feed}" if kind == "feed" else f"about {name}"
    return said, said

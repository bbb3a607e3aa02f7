"""What the author's choices tell: bounded corrections to the ranking, each a sentence that can be refused.

Pure rules. A story that is picked or skipped says something of its feeds, its topics and the words of its headlines;
one that is left for later says nothing. Too few choices, or ones that chance would give as well, change nothing.
"""

from __future__ import annotations

import math
from collections import Counter
from typing import TYPE_CHECKING, Final

from pipeline.model import Lesson
from pipeline.select.group import words_of

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence

    from pipeline.model import Decided, FeedId, PlainText, Story

FEWEST: Final = 5
"""So many stories must have been picked, and so many skipped, before anything is learned."""
_FEWEST_ALIKE: Final = 3
"""So many decided stories must share what a lesson is about."""
_UNLIKELY: Final = 1.6
"""So many standard deviations from the usual share of picks are hardly chance; measured by bench/rank."""
_PRIOR: Final = 8.0
"""So many choices of the usual kind are taken for made already: few choices correct little."""
MOST_POINTS: Final = 0.75
"""What one lesson gives or takes at most."""
MOST_IN_ALL: Final = 1.5
"""What all lessons together give or take at most: half of what a topic gives."""
_MOST_LESSONS: Final = 60


def lessons(decided: Sequence[Decided], titles: Mapping[FeedId, PlainText]) -> tuple[Lesson, ...]:
    """Return what ``decided`` tells, the strongest first; ``titles`` are what the feeds are called."""
    picks = sum(one.picked for one in decided)
    if min(picks, len(decided) - picks) < FEWEST:
        return ()
    usual = picks / len(decided)
    seen = Counter(mark for one in decided for mark in marks(one.story, one.topics))
    picked = Counter(mark for one in decided if one.picked for mark in marks(one.story, one.topics))
    found = [
        Lesson(mark=mark, points=points, because=_sentence(mark, picked[mark], count, titles))
        for mark, count in seen.items()
        if count >= _FEWEST_ALIKE and (points := _points(picked[mark], count, usual))
    ]
    return tuple(sorted(found, key=lambda lesson: (-abs(lesson.points), lesson.mark))[:_MOST_LESSONS])


def marks(story: Story, topics: Iterable[str]) -> frozenset[str]:
    """Return what a story can teach something about: its feeds, its topics, and the words of its headlines."""
    return frozenset(_marks(story, topics))


def _marks(story: Story, topics: Iterable[str]) -> Iterator[str]:
    for entry in story.entries:
        yield f"feed {entry.feed}"
        yield from (f"word {word}" for word in words_of(entry.title) if not word.isdigit())
    yield from (f"topic {name}" for name in topics)


def correction(
    story: Story, topics: Iterable[str], learned: Iterable[Lesson], refused: Collection[str]
) -> tuple[float, tuple[Lesson, ...]]:
    """Return the points that ``learned`` gives ``story``, in bounds, and the lessons that gave them."""
    about = marks(story, topics)
    told = tuple(lesson for lesson in learned if lesson.mark in about and lesson.mark not in refused)
    points = sum(lesson.points for lesson in told)
    return round(max(-MOST_IN_ALL, min(MOST_IN_ALL, points)), 2), told


def _points(picked: int, count: int, usual: float) -> float:
    """Return the points of a lesson, by the shrunk odds of a pick; 0 where chance would give as much."""
    deviation = (picked - count * usual) / math.sqrt(count * usual * (1 - usual))
    if abs(deviation) < _UNLIKELY:
        return 0.0
    share = (picked + _PRIOR * usual) / (count + _PRIOR)
    odds = math.log(share / (1 - share)) - math.log(usual / (1 - usual))
    return round(max(-MOST_POINTS, min(MOST_POINTS, odds / 2)), 2)


def _sentence(mark: str, picked: int, count: int, titles: Mapping[FeedId, PlainText]) -> str:
    kind, _, name = mark.partition(" ")
    did, many = ("picked", picked) if 2 * picked >= count else ("skipped", count - picked)
    if kind == "feed":
        what = f"from {next((title for feed, title in titles.items() if str(feed) == name), 'a feed that is gone')}"
    elif kind == "topic":
        what = f"about {name}"
    else:
        what = f"that say “{name}” in a headline"
    return f"you {did} {many} of {count} stories {what}"

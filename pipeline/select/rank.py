"""Stories to a ranking, each with the reasons that put it where it is. Pure rules; ``now`` is an argument."""

from __future__ import annotations

import math
from dataclasses import dataclass, field, replace
from datetime import timedelta
from itertools import repeat
from types import MappingProxyType
from typing import TYPE_CHECKING, Final

from pipeline.html import text_of, whole
from pipeline.model import RankedStory, Reason, Story
from pipeline.select.learn import correction, heeded
from pipeline.select.marks import IN_LEAD, marks, told_by
from pipeline.select.near import near
from pipeline.select.terms import words_of
from pipeline.select.voices import voices
from pipeline.words import listed, moment_in_words

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
    from datetime import datetime

    from pipeline.model import FeedId, Lesson
    from pipeline.select.learn import Gain, Nearness
    from pipeline.select.near import Near
    from pipeline.settings.sections import TopicSettings

    Report = tuple[tuple[str, ...], tuple[str, ...], Mapping[str, float]]
    """The telling words of a headline and of what follows it, and how near each phrase is to it in meaning."""

TOPIC_POINTS: Final = 3.0
"""What a topic of weight 1 gives when every report names it in its headline."""
BY_MEANING: Final = 0.8
"""What it is worth at most that a headline is near a phrase in meaning, without having it."""
LEAST_BY_MEANING: Final = 0.2
"""Fewer points by meaning alone are not told, and not given; nor are those of a second topic."""
NEAR: Final = (0.15, 0.45)
"""From which nearness on a headline counts, and from which in full; nine of ten others are less near than .17."""
FURTHER_TOPIC: Final = 1 / 3
"""What each topic gives after the one that gives the most."""
HALF_LIFE: Final = timedelta(days=2)
"""After how long freshness gives half."""
MOST_PUBLISHERS: Final = 8
"""More publishers than this add nothing."""
WATCHED_POINTS: Final = 1.0
"""What it gives that a report names somebody whom the author watches."""
ANSWERED_POINTS: Final = 0.5
"""What it gives at most that readers answered to what the author wrote about the same topic."""
_EACH_ANSWER: Final = 0.1
MOST_TOLD: Final = 3
"""So many lessons are told with a story."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Topic:
    """A declared topic, its phrases folded to words once for all stories."""

    name: str
    weight: float
    phrases: tuple[tuple[str, tuple[str, ...]], ...]
    exclude: tuple[tuple[str, ...], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class _About:
    """That a story is about a topic, and whether a phrase of it stands there, and is not only near in meaning."""

    topic: str
    reason: Reason
    is_said: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Leanings:
    """What the author leans to: how much they trust each feed (0 is usual), whom they watch, what their choices tell.

    ``refused`` are the marks of lessons that they do not want heeded. ``nearness`` tells for texts how near each of
    some phrases is to them in meaning, 0 to 1, where that is known. ``answered`` tells for topics, folded, how many
    people answered to what the author wrote about them.
    """

    trust: Mapping[FeedId, float] = field(default_factory=dict)
    watched: tuple[str, ...] = ()
    learned: tuple[Lesson, ...] = ()
    refused: Collection[str] = frozenset()
    nearness: Nearness | None = None
    answered: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class _Known:
    """What is the same for all stories that are ranked."""

    topics: Sequence[Topic]
    near: Near
    learned: Mapping[str, Lesson]
    leanings: Leanings
    first_pulls: Mapping[FeedId, datetime]
    now: datetime


def rank(
    stories: Iterable[Story],
    topics: Mapping[str, TopicSettings],
    now: datetime,
    first_pulls: Mapping[FeedId, datetime] = MappingProxyType({}),
    leanings: Leanings | None = None,
) -> tuple[RankedStory, ...]:
    """Return ``stories``, the most worth the author's time first.

    Of the same score, the one that more publishers report comes first, then the later one. What cannot be linked to
    comes last. ``first_pulls`` says when each feed was first read: an entry without a date that came then may be of
    any age.
    """
    folded = tuple(_folded(name, topic) for name, topic in topics.items())
    leaning, told_stories = leanings or Leanings(), tuple(stories)
    learned = heeded(leaning.learned, leaning.refused)
    phrases = [phrase for topic in folded for phrase, _ in topic.phrases]
    by_phrase, gains = near(told_stories, phrases, learned.values(), leaning.nearness)
    known = _Known(folded, by_phrase, learned, leaning, first_pulls, now)
    return tuple(sorted(map(_ranked, told_stories, gains, repeat(known)), key=_place))


def _ranked(story: Story, gain: Gain | None, known: _Known) -> RankedStory:
    words = told_by(story)
    reports = [(*told, known.near.get(entry.id, {})) for told, entry in zip(words, story.entries, strict=True)]
    about = _topics(reports, known.topics)
    names = tuple(one.topic for one in about if one.is_said)
    reasons = (
        *_told(about),
        _publishers(story),
        _freshness(story, known.first_pulls, known.now),
        *_leant(story, known.leanings),
        *_answered(names, known.leanings.answered),
        *(_learned(*correction(marks(story, names, words), known.learned, gain)) if known.learned else ()),
    )
    return RankedStory(story=story, reasons=reasons, topics=names)


def _leant(story: Story, leanings: Leanings) -> Iterator[Reason]:
    """Yield what the author's leanings give ``story``, each only where it gives something."""
    trusted = {entry.feed: entry.publisher for entry in story.entries if leanings.trust.get(entry.feed)}
    if trusted:
        points = sum(leanings.trust[feed] for feed in trusted) / len({entry.feed for entry in story.entries})
        yield Reason(name="trust", points=round(points, 2), because=f"your trust in {listed(list(trusted.values()))}")
    if named := _watched(story, leanings.watched):
        yield Reason(name="watched", points=WATCHED_POINTS, because=f"it names {listed(named)}, whom you watch")


def _answered(topics: Sequence[str], answered: Mapping[str, int]) -> Iterator[Reason]:
    """Yield what it gives that readers answered to the author about one of ``topics``: a little, whoever they are."""
    most = max(topics, key=lambda topic: answered.get(topic.casefold(), 0), default="")
    if people := answered.get(most.casefold(), 0):
        points = round(min(ANSWERED_POINTS, _EACH_ANSWER * people), 2)
        who = "a reader of yours" if people == 1 else f"{people} of your readers"
        yield Reason(name="answered", points=points, because=f"{who} answered to what you wrote about {most}")


def _learned(points: float, lessons: Sequence[Lesson]) -> Iterator[Reason]:
    """Yield what ``lessons`` give a story in all, with those of them that give the most."""
    if points:
        more = f"; and {len(lessons) - MOST_TOLD} more" if len(lessons) > MOST_TOLD else ""
        because = "; ".join(lesson.because for lesson in lessons[:MOST_TOLD]) + more
        yield Reason(name="learned", points=points, because=because)


def _watched(story: Story, names: Sequence[str]) -> list[str]:
    """Return the ``names`` that stand in a report of ``story``, as whole words."""
    if not names:
        return []
    texts = [f"{entry.title}\n{text_of(entry.summary)}\n{text_of(entry.content)}" for entry in story.entries]
    return [name for name in names if any(whole(name).search(text) for text in texts)]


def _place(item: RankedStory) -> tuple[object, ...]:
    story = item.story
    return story.lead.link is None, -item.score, -len(story.publishers), -story.latest.timestamp(), story.id


def _topics(reports: Sequence[Report], topics: Sequence[Topic]) -> list[_About]:
    """Return the topics that a story of these ``reports`` is about, the one that gives the most first."""
    about = [found for topic in topics if (found := _about(reports, topic))]
    return sorted(about, key=lambda found: -found.reason.points)


def _told(about: Sequence[_About]) -> Iterator[Reason]:
    """Yield what each topic gives, after the first a part of it: what names everything is not about everything.

    To be near in meaning is a hint: it counts where nothing else tells more, and where it is not weak.
    """
    for place, one in enumerate(about):
        if one.is_said:
            yield replace(one.reason, points=round(one.reason.points * FURTHER_TOPIC, 2)) if place else one.reason
        elif place == 0:
            yield one.reason


def _folded(name: str, topic: TopicSettings) -> Topic:
    phrases = tuple((phrase, words_of(phrase)) for phrase in topic.phrases)
    exclude = tuple(words_of(phrase) for phrase in topic.exclude)
    return Topic(name=name, weight=topic.weight, phrases=phrases, exclude=exclude)


def _about(reports: Sequence[Report], topic: Topic) -> _About | None:
    strengths, seen, alike = [], dict[str, None](), dict[str, float]()
    for title, lead, nearness in reports:
        if any(_holds(title + lead, phrase) for phrase in topic.exclude):
            return None
        in_title = [phrase for phrase, words in topic.phrases if _holds(title, words)]
        in_lead = [phrase for phrase, words in topic.phrases if _holds(lead, words)]
        nearest = max((nearness.get(phrase, 0.0), phrase) for phrase, _ in topic.phrases)
        alike[nearest[1]] = max(by_meaning := _by_meaning(nearest[0]), alike.get(nearest[1], 0.0))
        strengths.append(1.0 if in_title else max(IN_LEAD if in_lead else 0.0, by_meaning))
        seen.update(dict.fromkeys(in_title + in_lead))
    points = round(TOPIC_POINTS * topic.weight * sum(strengths) / len(strengths), 2)
    if not seen and points < LEAST_BY_MEANING:
        return None
    because = _said(list(seen), strengths) if seen else f"near “{max(alike, key=lambda one: alike[one])}” in meaning"
    return _About(
        topic=topic.name,
        reason=Reason(name=f"topic {topic.name}", points=points, because=because),
        is_said=bool(seen),
    )


def _by_meaning(nearness: float) -> float:
    """Return what a headline is worth that is so near to a phrase in meaning, and does not have it."""
    least, full = NEAR
    return BY_MEANING * min(1.0, max(0.0, (nearness - least) / (full - least)))


def _said(phrases: Sequence[str], strengths: Sequence[float]) -> str:
    telling = sum(strength > 0 for strength in strengths)
    told = f"in {telling} of {len(strengths)} reports" if len(strengths) > 1 else "in the report"
    return f"{', '.join(f'“{phrase}”' for phrase in phrases[:3])} {told}"


def _publishers(story: Story) -> Reason:
    """Return what it gives that several newsrooms report ``story``: those that print one text are one voice.

    What has no link cannot be looked up, so it confirms nothing.
    """
    linked = tuple(entry for entry in story.entries if entry.link) or story.entries[:1]
    heard = voices(Story(id=story.id, entries=linked))
    own = {voice[0].host or voice[0].feed: voice[0].publisher for voice in reversed(heard)}
    names = tuple(own.values())[::-1]
    points = math.log2(min(len(names), MOST_PUBLISHERS))
    different = tuple(dict.fromkeys(names))
    if len(names) == 1:
        said = f"only {names[0]} reports it"
    elif len(different) == 1:
        said = f"{len(names)} publishers of the name {names[0]} report it"
    else:
        said = f"{len(names)} publishers report it: {listed(different)}"
    copies = len(story.publishers) - len(names)
    said += f"; {copies} more print{'s' * (copies == 1)} the same" if copies > 0 else ""
    return Reason(name="publishers", points=round(points, 2), because=said)


def _freshness(story: Story, first_pulls: Mapping[FeedId, datetime], now: datetime) -> Reason:
    """Return what it gives that ``story`` was reported of late; when, and not how long ago: it is read days later."""
    known = [
        entry.dated for entry in story.entries if entry.published or entry.first_seen != first_pulls.get(entry.feed)
    ]
    if not known:
        return Reason(name="freshness", points=0.0, because="nobody says when it was reported")
    age = max(now - max(known), timedelta(0))
    return Reason(
        name="freshness",
        points=round(0.5 ** (age / HALF_LIFE), 2),
        because=f"last reported {moment_in_words(max(known))}",
    )


def _holds(words: tuple[str, ...], phrase: tuple[str, ...]) -> bool:
    if not phrase or phrase[0] not in words:  # so it is with nearly all, and this is told at once
        return False
    size = len(phrase)
    return size == 1 or any(words[at : at + size] == phrase for at in range(len(words) - size + 1))

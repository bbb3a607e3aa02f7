"""Stories, and the shortlist of those that matter."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Final, NewType

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from datetime import date, datetime

    from pipeline.model.feeds import Entry, EntryId, FeedId
    from pipeline.model.text import PlainText, SafeUrl

StoryId = NewType("StoryId", int)
"""A story is named by the first stored of its entries: it keeps its name as it grows, until that entry is too old."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Story:
    """Entries that report the same event, the oldest first; never empty."""

    id: StoryId
    entries: tuple[Entry, ...]

    @property
    def lead(self) -> Entry:
        """The entry to show and to quote: one that can be linked to, and of these the one that tells the most."""
        return max(self.entries, key=lambda entry: (bool(entry.link), len(entry.content or entry.summary), -entry.id))

    @property
    def publishers(self) -> tuple[PlainText, ...]:
        """Who reports it, each once, in the order in which they did; what has no link confirms nothing that has one.

        Feeds that lead to one host are one publisher, and so is one feed that leads to several.
        """
        named: dict[str | FeedId, PlainText] = {}
        heard: set[FeedId] = set()
        for entry in [entry for entry in self.entries if entry.link] or self.entries[:1]:
            if entry.feed not in heard:
                named.setdefault(entry.host or entry.feed, entry.publisher)
            heard.add(entry.feed)
        return tuple(named.values())

    @property
    def latest(self) -> datetime:
        """When it was last reported."""
        return max(entry.dated for entry in self.entries)


@dataclass(frozen=True, slots=True, kw_only=True)
class Reason:
    """One of the reasons why a story ranks where it does, and the points it gave."""

    name: str
    points: float
    because: str


class Choice(StrEnum):
    """What the author does about a story: takes it up, passes it over, or leaves it for later."""

    PICK = "pick"
    SKIP = "skip"
    LATER = "later"


@dataclass(frozen=True, slots=True, kw_only=True)
class Decision:
    """What the author chose about a story, which consisted of these entries then."""

    choice: Choice
    entries: tuple[EntryId, ...]
    at: datetime


def last_words(decisions: Sequence[Decision]) -> Callable[[Story, Written | None], Choice | None]:
    """Return what tells the author's last choice about a story; ``decisions`` are the latest last.

    To pick a story is to want to write about it: what was written on that day, or since, has spent the pick. To leave
    it for later is spent by what was written after that day: to leave for later what was written about is to want
    more of it.
    """
    said = {entry: place for place, one in enumerate(decisions) for entry in one.entries}

    def word(story: Story, written: Written | None) -> Choice | None:
        found = [said[entry.id] for entry in story.entries if entry.id in said]
        last = decisions[max(found)] if found else None
        return last.choice if last and not _is_spent(last, written) else None

    return word


def _is_spent(said: Decision, written: Written | None) -> bool:
    if written is None or said.choice is Choice.SKIP:
        return False
    day = said.at.date()
    return day < written.date or (day == written.date and said.choice is Choice.PICK)


@dataclass(frozen=True, slots=True, kw_only=True)
class Decided:
    """A story that was picked or skipped, with the declared topics that it touched."""

    story: Story
    topics: tuple[str, ...]
    picked: bool


STRONGEST: Final = 30
"""So many lessons are shown, if the author does not ask for all of them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Lesson:
    """What the author's choices tell of stories with this ``mark``, such as "feed 7" or "word crane"."""

    mark: str
    points: float
    because: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Written:
    """A published post of the author's own."""

    title: PlainText
    date: date

    def lacks(self, story: Story) -> bool:
        """Tell whether something was reported of ``story`` after the day on which the author wrote."""
        return story.latest.date() > self.date


def latest_written(story: Story, written: Mapping[SafeUrl, Written]) -> Written | None:
    """Return the latest of the posts ``written``, by their links, that comments on a report of ``story``."""
    found = [written[entry.link] for entry in story.entries if entry.link and entry.link in written]
    return max(found, key=lambda one: one.date, default=None)


@dataclass(frozen=True, slots=True, kw_only=True)
class RankedStory:
    """A story on the shortlist. ``topics`` are the declared ones that it touches.

    ``written`` is what the author has published of it before, ``choice`` what they chose to do about it.
    """

    story: Story
    reasons: tuple[Reason, ...]
    topics: tuple[str, ...]
    written: Written | None = None
    choice: Choice | None = None

    @property
    def score(self) -> float:
        """The sum of what the reasons gave."""
        return sum(reason.points for reason in self.reasons)

    @property
    def is_spent(self) -> bool:
        """Whether the author has written about it, and nothing was reported since."""
        return self.written is not None and not self.written.lacks(self.story)


@dataclass(frozen=True, slots=True, kw_only=True)
class Mention:
    """An entry that names a watched person or organisation, the sentence that does, and the story it belongs to."""

    name: str
    entry: Entry
    because: PlainText
    story: StoryId | None


LATELY: Final = 2
"""So many of a trend's weeks are compared with those before."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Trend:
    """A word of headlines, or a pair of them, that rises or falls; ``term`` is as headlines mostly write it.

    ``counts`` are the entries with it in each week, the oldest first, of ``totals`` in all; ``rise`` is by how many
    standard deviations the last weeks differ from what the weeks before let expect; ``examples`` are the latest.
    """

    term: PlainText
    counts: tuple[int, ...]
    totals: tuple[int, ...]
    rise: float
    examples: tuple[Entry, ...]

    @property
    def direction(self) -> str:
        """Which way it goes, in a word."""
        return "rises" if self.rise > 0 else "falls"

    @property
    def lately(self) -> int:
        """How many entries of the last weeks have it."""
        return sum(self.counts[-LATELY:])

    @property
    def of_lately(self) -> int:
        """How many entries the last weeks have in all."""
        return sum(self.totals[-LATELY:])

    @property
    def before(self) -> int:
        """How many entries of the weeks before have it."""
        return sum(self.counts[:-LATELY])

    @property
    def of_before(self) -> int:
        """How many entries the weeks before have in all."""
        return sum(self.totals[:-LATELY])

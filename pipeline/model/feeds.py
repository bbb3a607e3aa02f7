"""Feeds, what is remembered of them, and entries."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import timedelta
from enum import StrEnum
from typing import TYPE_CHECKING, Final, NewType
from urllib.parse import urlsplit

from pipeline.model.text import NO_TEXT

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from pipeline.model.text import PlainText, SafeHtml, SafeUrl

FeedId = NewType("FeedId", int)
EntryId = NewType("EntryId", int)
Key = NewType("Key", int)
"""Eight bytes of a hash by which an entry is known again within its feed."""
LOST_AFTER: Final = 5
"""So many failures in a row say that a feed is not where it moved to."""
FARTHEST: Final = timedelta(days=31)
"""No feed or host is left alone for longer; what they ask for is heeded for thirty days at most."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ParsedEntry:
    """One item of a feed as Byline sees it: cleaned, absolute, in UTC. ``uid`` is the publisher's id.

    ``published_raw`` is the date as the publisher wrote it; ``source`` who published it first, where a feed says so.
    """

    uid: str
    title: PlainText
    link: SafeUrl | None
    published: datetime | None
    updated: datetime | None
    authors: tuple[PlainText, ...]
    summary: SafeHtml
    content: SafeHtml
    published_raw: PlainText = NO_TEXT
    source: PlainText = NO_TEXT


@dataclass(frozen=True, slots=True, kw_only=True)
class Rhythm:
    """How often a feed says that it is worth asking. Hours are of the day in UTC; days count from Monday, 0."""

    every: timedelta | None = None
    skip_hours: tuple[int, ...] = ()
    skip_days: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class ParsedFeed:
    """A feed as Byline sees it. ``repairs`` says in words what had to be mended to read it.

    ``pages`` are the addresses of its other pages by their relation, such as next and prev-archive (RFC 5005).
    """

    format: str
    title: PlainText
    link: SafeUrl | None
    entries: tuple[ParsedEntry, ...]
    repairs: tuple[str, ...]
    rhythm: Rhythm = Rhythm()
    pages: Mapping[str, SafeUrl] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Keyed:
    """A parsed entry with its keys, the strongest first; its ``uid`` is one that no other entry of its feed has."""

    entry: ParsedEntry
    keys: tuple[Key, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """What is kept of an entry, as far as it tells whether another is the same."""

    id: EntryId
    title: PlainText
    link: SafeUrl | None
    published: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Recognised:
    """The entries of a feed: the new ones, and the known ones by the id that they are kept under."""

    new: tuple[Keyed, ...]
    known: Mapping[EntryId, Keyed]


class Naming(StrEnum):
    """By what the entries of a feed are known again; a feed whose ids or links repeat loses that one's trust."""

    BY_ID = "id"
    BY_LINK = "link"
    BY_TITLE = "title"


@dataclass(frozen=True, slots=True, kw_only=True)
class Move:
    """Where a feed says that it has moved for good: how often it said so, on different days, and since when."""

    to: SafeUrl
    since: datetime
    last: datetime
    times: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Due:
    """When a feed is worth asking again, and why then, as the end of a sentence: "asked again at nine, <because>"."""

    at: datetime
    because: str

    def is_to_come(self, now: datetime) -> bool:
        """Tell whether that time is ahead; not where it is farther ahead than anybody is left alone for.

        Such a one was written down by a clock that was wrong.
        """
        return now < self.at <= now + FARTHEST


@dataclass(frozen=True, slots=True, kw_only=True)
class Feed:
    """A feed that byline.yml names, with what the store remembers of it.

    ``title`` is what the author calls it or, without that, ``own_title``, what it calls itself. ``location`` is where
    it is asked since it moved, ``stays`` where the author said that it has not moved. ``answered_at`` is where its
    validators are from, ``whole_at`` when its body last came as a whole, ``broken`` why that could not be read,
    ``paused`` why it is not asked any more. ``gap`` is the usual time between its entries. ``keeps_naming`` is the
    author's word that its ids can be trusted.
    """

    id: FeedId
    url: str
    title: PlainText
    own_title: PlainText = NO_TEXT
    site: SafeUrl | None = None
    allow_private: bool = False
    location: SafeUrl | None = None
    stays: SafeUrl | None = None
    move: Move | None = None
    paused: str | None = None
    answered_at: str | None = None
    etag: str | None = None
    last_modified: str | None = None
    body_hash: str | None = None
    whole_at: datetime | None = None
    broken: str | None = None
    rhythm: Rhythm = Rhythm()
    gap: timedelta | None = None
    naming: Naming = Naming.BY_ID
    keeps_naming: bool = False
    checked_at: datetime | None = None
    read_at: datetime | None = None
    failures: int = 0
    error: str | None = None
    repairs: tuple[str, ...] = ()
    due: Due | None = None

    @property
    def address(self) -> str:
        """Where it is asked; where a feed that moved fails again and again, that is where it was before."""
        return self.url if self.location is None or self.failures >= LOST_AFTER else self.location


@dataclass(frozen=True, slots=True, kw_only=True)
class FeedReport:
    """A feed and what came of it: how many entries in all, when the newest is dated and the first came.

    Of the last eight weeks: how many entries are dated so and from when on, how many came in, and how many of these
    reached the shortlist. ``change`` is what Byline last changed about it by itself.
    """

    feed: Feed
    entries: int
    newest: datetime | None
    since: datetime | None
    recent: int
    recent_from: datetime | None
    offered: int
    shortlisted: int
    change: Change | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Unreadable:
    """Why there is no feed in a body, as a part of a sentence: "the feed <cause>"."""

    cause: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Snapshot:
    """The text of an article page as it was on a day, in paragraphs with an empty line between them.

    ``url`` is what was asked for, ``final_url`` what answered; ``digest`` is by which the text is known again.
    """

    url: SafeUrl
    final_url: SafeUrl
    title: PlainText
    text: str
    taken_at: datetime
    digest: str


class FeedState(StrEnum):
    """How one feed fared in one pull: what waits was not to be asked, what rests was not due."""

    READ = "read"
    UNCHANGED = "unchanged"
    WAITING = "waiting"
    RESTING = "resting"
    FAILED = "failed"


class ChangeKind(StrEnum):
    """What Byline changed about a feed by itself."""

    MOVED = "moved"
    PAUSED = "paused"
    NAMING = "naming"


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """Something that Byline changed about a feed by itself, and that can be undone: what was before, and is now."""

    kind: ChangeKind
    before: str
    after: str


@dataclass(frozen=True, slots=True, kw_only=True)
class FeedOutcome:
    """One feed in one pull, with all that is to be remembered of it.

    ``cause`` says why it failed or was not asked, ``history`` what came of its earlier pages, ``fresh_until``
    how long its publisher says that nothing will be new, ``changes`` what was changed about it.
    """

    feed: Feed
    state: FeedState
    new: int = 0
    updated: int = 0
    cause: str | None = None
    history: str | None = None
    fresh_until: datetime | None = None
    changes: tuple[Change, ...] = ()

    @property
    def repairs(self) -> tuple[str, ...]:
        """What was mended in this pull; what the feed remembers of an earlier one has been told."""
        return self.feed.repairs if self.state is FeedState.READ else ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry(ParsedEntry):
    """A parsed entry that is kept. ``dated`` is when it was published or, unknown that, first seen."""

    id: EntryId
    feed: FeedId
    publisher: PlainText
    first_seen: datetime

    @property
    def host(self) -> str | None:
        """Where its link leads, without www: whoever has several feeds is still one publisher."""
        return (urlsplit(self.link).hostname or "").removeprefix("www.") if self.link else None

    @property
    def dated(self) -> datetime:
        """When the entry came into the world, as far as is known."""
        return min(self.published or self.first_seen, self.first_seen)

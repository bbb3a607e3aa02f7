"""The words of the house as types: what one room hands to the next.

All are frozen values. Times are aware and in UTC (``utc`` refuses a naive one). The four kinds of text
that come from outside (``PlainText``, ``SafeHtml``, ``SafeUrl``, ``Slug``) are made by ``pipeline.html`` alone.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Any, NewType
from urllib.parse import urlsplit

if TYPE_CHECKING:
    from collections.abc import Mapping

PlainText = NewType("PlainText", str)
"""Text without markup and without control or direction-changing characters; safe in a terminal."""
SafeHtml = NewType("SafeHtml", str)
"""An HTML fragment that holds only allowed elements, attributes and URLs."""
SafeUrl = NewType("SafeUrl", str)
"""An absolute http or https URL without credentials, spaces, quotes or control characters."""
Slug = NewType("Slug", str)
"""Lower-case words joined by ``-``: one part of a path or a URL, never empty, never a dot."""

FeedId = NewType("FeedId", int)
EntryId = NewType("EntryId", int)
StoryId = NewType("StoryId", int)
"""A story is named by the first stored of its entries: it keeps its name as it grows, until that entry is too old."""
ReaderId = NewType("ReaderId", int)
EditionId = NewType("EditionId", str)
"""An edition is named by the file of its post, without the ending; so are its page and its Message-IDs."""


def utc(moment: datetime) -> datetime:
    """Return ``moment`` in UTC. Raises ``ValueError`` for a naive one."""
    if moment.tzinfo is None:
        raise ValueError(f"{moment!r} has no time zone")
    return moment.astimezone(UTC)


# -- pull ----------------------------------------------------------------------------------------------


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
    published_raw: PlainText = PlainText("")
    source: PlainText = PlainText("")


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
class Feed:
    """A feed that byline.yml names, with what the store remembers of it.

    ``title`` is what the author calls it or, without that, ``own_title``, what it calls itself.
    """

    id: FeedId
    url: str
    title: PlainText
    own_title: PlainText = PlainText("")
    allow_private: bool = False
    etag: str | None = None
    last_modified: str | None = None
    body_hash: str | None = None
    checked_at: datetime | None = None
    read_at: datetime | None = None
    failures: int = 0
    error: str | None = None
    repairs: tuple[str, ...] = ()
    moved_to: SafeUrl | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Unreadable:
    """Why there is no feed in a body, as a part of a sentence: "the feed <cause>"."""

    cause: str


class FeedState(StrEnum):
    """How one feed fared in one pull."""

    READ = "read"
    UNCHANGED = "unchanged"
    FAILED = "failed"


@dataclass(frozen=True, slots=True, kw_only=True)
class FeedOutcome:
    """One feed in one pull. ``cause`` says why it failed; ``moved_to`` where the publisher moved it for good."""

    feed: Feed
    state: FeedState
    new: int = 0
    updated: int = 0
    repairs: tuple[str, ...] = ()
    cause: str | None = None
    moved_to: SafeUrl | None = None


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


# -- select --------------------------------------------------------------------------------------------


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
        """Who reports it, each once, in the order in which they did. Feeds that lead to one host are one publisher."""
        named: dict[str | FeedId, PlainText] = {}
        for entry in self.entries:
            named.setdefault(entry.host or entry.feed, entry.publisher)
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


@dataclass(frozen=True, slots=True, kw_only=True)
class RankedStory:
    """A story on the shortlist. ``topics`` are the declared ones that it touches."""

    story: Story
    reasons: tuple[Reason, ...]
    topics: tuple[str, ...]

    @property
    def score(self) -> float:
        """The sum of what the reasons gave."""
        return sum(reason.points for reason in self.reasons)


# -- write ---------------------------------------------------------------------------------------------


class Kind(StrEnum):
    """What a post is: it holds no, one, or several takes; an edition is mailed."""

    ESSAY = "essay"
    LINK = "link"
    EDITION = "edition"


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """What a take comments on. ``snapshot`` is the hash of the text that its quotations were checked in."""

    url: SafeUrl
    title: PlainText
    publisher: PlainText
    published: date | None = None
    accessed: date | None = None
    snapshot: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Quotation:
    """A blockquote of a take, as plain text. ``line`` is where it begins in the file, from 1."""

    text: str
    line: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Take:
    """The part of a post that comments on one story. ``words`` is all in it that is the author's."""

    heading: PlainText
    url: SafeUrl
    line: int
    quotations: tuple[Quotation, ...]
    words: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Post:
    """A Markdown file in content/: front matter and body.

    ``body`` is the text after the front matter as it stands in the file at ``path``, and begins at ``body_line``.
    ``matter`` is the text of the front matter, which tells its lines, and ``extra`` what Byline does not know of it,
    so that nothing of the author's is lost.
    """

    date: date
    title: PlainText
    summary: PlainText = PlainText("")
    topics: tuple[PlainText, ...] = ()
    kind: Kind = Kind.ESSAY
    sources: tuple[Source, ...] = ()
    body: str = ""
    takes: tuple[Take, ...] = ()
    path: Path = Path("post.md")
    body_line: int = 1
    matter: str = field(default="", compare=False)
    extra: Mapping[str, Any] = field(default_factory=dict)


class Severity(StrEnum):
    """An error keeps a post from being published; a warning does not."""

    ERROR = "error"
    WARNING = "warning"


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """Something that a check found in a file: where, what, and what to do. ``rule`` never changes its name."""

    rule: str
    severity: Severity
    path: Path
    line: int
    reason: str
    remedy: str


# -- send ----------------------------------------------------------------------------------------------


class ReaderState(StrEnum):
    """Whether a reader gets letters."""

    ACTIVE = "active"
    LEFT = "left"


@dataclass(frozen=True, slots=True, kw_only=True)
class Reader:
    """Someone who agreed to get the letter; ``consent`` says how they did, ``token`` proves a link to be theirs."""

    id: ReaderId
    email: str
    name: PlainText
    state: ReaderState
    consent: PlainText
    consented_at: datetime
    token: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Letter:
    """An edition as an e-mail, made out to nobody yet: ``leave`` stands where each reader's own link comes."""

    edition: EditionId
    subject: PlainText
    html: str
    text: str
    web_url: SafeUrl
    leave: str
    dated: date


class DeliveryState(StrEnum):
    """How far one edition has come on its way to one reader.

    ``CLAIMED`` outside a running send means uncertain: it may have left or not, and is never sent again
    by itself. ``LATER`` was put off by the receiving side, and the next send tries it again.
    """

    CLAIMED = "claimed"
    SENT = "sent"
    LATER = "later"
    REFUSED = "refused"


@dataclass(frozen=True, slots=True, kw_only=True)
class Delivery:
    """One edition to one reader, with its state and the answer of the receiving side."""

    edition: EditionId
    reader: Reader
    state: DeliveryState
    message_id: str
    answer: PlainText = PlainText("")


# -- connect -------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class Mention:
    """An entry that names a watched person or organisation, the sentence that does, and the story it belongs to."""

    name: str
    entry: Entry
    because: PlainText
    story: StoryId | None

"""Posts: their front matter, takes and quotations, and what a check finds in them."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pipeline.model.text import NO_TEXT

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Mapping
    from datetime import date, datetime

    from pipeline.model.text import PlainText, SafeUrl


class Kind(StrEnum):
    """What a post is: it holds no, one, or several takes; an edition is mailed."""

    ESSAY = "essay"
    LINK = "link"
    EDITION = "edition"


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """What a take comments on. ``snapshot`` is the hash of the text that its quotations were checked in.

    ``authors`` are who wrote it; ``topics`` are those of the take about it, where they are not those of the post.
    """

    url: SafeUrl
    title: PlainText
    publisher: PlainText
    authors: tuple[PlainText, ...] = ()
    topics: tuple[PlainText, ...] = ()
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
    """The part of a post that comments on one story. ``words`` is all in it that is the author's.

    Its heading begins at ``line`` of the file, and ends before the line ``body_line``.
    """

    heading: PlainText
    url: SafeUrl
    line: int
    body_line: int
    quotations: tuple[Quotation, ...]
    words: str


class Wish(StrEnum):
    """What the author may have proposed by a language model."""

    QUESTIONS = "questions"
    TIGHTER = "tighter"
    COUNTER = "counter"
    SUMMARY = "summary"
    SUBJECT = "subject"
    ALT = "alt"


@dataclass(frozen=True, slots=True, kw_only=True)
class Assisted:
    """Words of a post that a language model proposed, as the author took them. ``by`` is what the model is called."""

    what: Wish
    by: PlainText
    text: PlainText


@dataclass(frozen=True, slots=True, kw_only=True)
class Post:
    """A Markdown file in content/: front matter and body.

    ``updated`` is the day of a change worth telling, ``series`` what the post is a part of, ``aliases`` the names that
    its file had before, the oldest first, and ``syndication`` where else it was published.
    ``body`` is the text after the front matter as it stands in the file at ``path``, and begins at ``body_line``.
    ``matter`` is the text of the front matter, which tells its lines, and ``extra`` what Byline does not know of it,
    so that nothing of the author's is lost.
    """

    date: date
    title: PlainText
    summary: PlainText = NO_TEXT
    topics: tuple[PlainText, ...] = ()
    kind: Kind = Kind.ESSAY
    sources: tuple[Source, ...] = ()
    assisted: tuple[Assisted, ...] = ()
    updated: dt.date | None = None
    series: PlainText = NO_TEXT
    aliases: tuple[PlainText, ...] = ()
    syndication: tuple[SafeUrl, ...] = ()
    body: str = ""
    takes: tuple[Take, ...] = ()
    path: Path = Path("post.md")
    body_line: int = 1
    matter: str = field(default="", compare=False)
    extra: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Approval:
    """That somebody has approved the words of a post as they stand."""

    by: PlainText
    at: datetime


class Severity(StrEnum):
    """An error keeps a post from being published; a warning does not."""

    ERROR = "error"
    WARNING = "warning"


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """Something that a check found in a file: where, what, and what to do. ``rule`` never changes its name.

    ``accepted`` is the author's reason to leave it so, if they gave one; it then keeps no post back.
    """

    rule: str
    severity: Severity
    path: Path
    line: int
    reason: str
    remedy: str
    accepted: str | None = None

    @property
    def hinders(self) -> bool:
        """Whether it keeps a post from being published."""
        return self.severity is Severity.ERROR and self.accepted is None


@dataclass(frozen=True, slots=True, kw_only=True)
class Suggestion:
    """What a model proposed for a post: ``words`` with an id by which they can be taken.

    ``place`` is what they are about: the passage to replace, the link of a take, the target of an image, or nothing
    for title and summary. ``faults`` is what a check would hold against the post if it held them, ``doubts`` what it
    would warn of, each in a sentence. What has a fault cannot be taken.
    """

    id: int
    post: str
    words: Assisted
    place: str
    faults: tuple[str, ...] = ()
    doubts: tuple[str, ...] = ()

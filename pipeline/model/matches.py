"""What a story or a post of the author's gives to somebody: matches with their reasons, and notes made of them."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, NewType

from pipeline.model.text import NO_TEXT

if TYPE_CHECKING:
    from datetime import datetime

    from pipeline.model.people import Organisation, Person, PersonId
    from pipeline.model.stories import Reason, StoryId
    from pipeline.model.text import PlainText, SafeUrl

NoteId = NewType("NoteId", int)


@dataclass(frozen=True, slots=True, kw_only=True)
class Subject:
    """Something to speak to people about: a story, or with ``is_own`` a post of the author's.

    ``blocks`` are its paragraphs, without the title; ``story`` is its id, where it is one.
    """

    title: PlainText
    blocks: tuple[PlainText, ...]
    link: SafeUrl | None
    publisher: PlainText
    dated: datetime
    story: StoryId | None = None
    is_own: bool = False


class Because(StrEnum):
    """What a match rests on."""

    NAMED = "named"
    WORKS_THERE = "works there"
    CARES = "cares"
    WORKS_ON = "works on"
    SPOKE = "spoke"


@dataclass(frozen=True, slots=True, kw_only=True)
class Match:
    """A subject that is worth telling somebody of, or about somebody: a person, or an organisation by itself.

    The reasons are the strongest first, each a sentence for the author; there is always one. ``is_news`` says that the
    author is told at once: somebody or some place they watch, or want to work with, is named.
    """

    subject: Subject
    reasons: tuple[Reason, ...]
    person: Person | None = None
    organisation: Organisation | None = None
    is_news: bool = False

    @property
    def because(self) -> str:
        """The strongest reason, in a sentence."""
        return self.reasons[0].because

    @property
    def points(self) -> float:
        """How much speaks for it."""
        return sum(reason.points for reason in self.reasons)


@dataclass(frozen=True, slots=True, kw_only=True)
class Introduction:
    """Two people who would profit from one another, and why, in a sentence each."""

    one: Person
    other: Person
    reasons: tuple[Reason, ...]

    @property
    def points(self) -> float:
        """How much speaks for it."""
        return sum(reason.points for reason in self.reasons)


@dataclass(frozen=True, slots=True, kw_only=True)
class Note:
    """A note that was prepared for a person. ``kind`` is the name of its template; ``about`` a link or a name."""

    id: NoteId
    person: PersonId
    kind: str
    about: PlainText
    text: str
    made_at: datetime
    subject: PlainText = NO_TEXT
    sent_at: datetime | None = None

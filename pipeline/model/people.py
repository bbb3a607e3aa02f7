"""People and organisations of the author's network, what was had with them, and what was given.

Being known is not consent to be mailed: nothing here makes a reader of anybody.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, NewType

from pipeline.model.text import NO_TEXT

if TYPE_CHECKING:
    from datetime import date, datetime

    from pipeline.model.text import PlainText, SafeUrl

PersonId = NewType("PersonId", int)
OrganisationId = NewType("OrganisationId", int)


@dataclass(frozen=True, slots=True, kw_only=True)
class Aside:
    """What was said of a person and does not stand, as something else does: kept, so that nothing is lost."""

    fact: str
    said: PlainText


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """Somebody of the author's network.

    ``organisation`` is where they work, ``former`` where they worked; ``topics`` are what they care about; ``met`` is
    how the author met them. ``birthday`` is written as vCard has it: 1971-04-12, or --04-12 without the year.
    ``ideal_days`` and ``latest_days`` say how often to be in touch; none means what their tags say. One who is
    ``snoozed_until`` a day is not due before; one of whom the author said "not again" (``is_left_alone``) never is.
    ``by_hand`` names what the author wrote, which no import overwrites; ``aside`` is what did not agree with the rest.
    """

    id: PersonId
    name: PlainText
    role: PlainText = NO_TEXT
    organisation: PlainText = NO_TEXT
    former: tuple[PlainText, ...] = ()
    emails: tuple[str, ...] = ()
    phones: tuple[PlainText, ...] = ()
    profiles: tuple[SafeUrl, ...] = ()
    place: PlainText = NO_TEXT
    tags: tuple[PlainText, ...] = ()
    topics: tuple[PlainText, ...] = ()
    met: PlainText = NO_TEXT
    notes: PlainText = NO_TEXT
    birthday: str = ""
    connected_on: date | None = None
    works_since: date | None = None
    is_watched: bool = False
    ideal_days: int | None = None
    latest_days: int | None = None
    snoozed_until: date | None = None
    is_left_alone: bool = False
    aside: tuple[Aside, ...] = ()
    by_hand: tuple[str, ...] = ()
    added_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Organisation:
    """A place; ``is_wanted`` where the author wants to work with it. ``also`` are other names by which it is known."""

    id: OrganisationId
    name: PlainText
    also: tuple[PlainText, ...] = ()
    site: SafeUrl | None = None
    topics: tuple[PlainText, ...] = ()
    tags: tuple[PlainText, ...] = ()
    notes: PlainText = NO_TEXT
    is_wanted: bool = False
    is_watched: bool = False


class TouchKind(StrEnum):
    """How the author and a person were in touch."""

    MET = "met"
    CALL = "call"
    MESSAGE = "message"
    MAIL = "mail"
    REPLY = "reply"
    NOTE = "note"
    INTRODUCTION = "introduction"


@dataclass(frozen=True, slots=True, kw_only=True)
class Touch:
    """One real contact with a person; ``about`` is what it was about, ``link`` a story or a post it was about."""

    person: PersonId
    kind: TouchKind
    at: datetime
    about: PlainText = NO_TEXT
    link: SafeUrl | None = None


class Occasion(StrEnum):
    """Why it is a person's turn."""

    CADENCE = "cadence"
    BIRTHDAY = "birthday"
    ANNIVERSARY = "anniversary"


@dataclass(frozen=True, slots=True, kw_only=True)
class Turn:
    """A person whose turn it is, and why, in a sentence. ``is_late``: the latest day has passed."""

    person: Person
    occasion: Occasion
    because: PlainText
    days_over: int = 0
    is_late: bool = False


class ServiceKind(StrEnum):
    """What the author gave."""

    INTRODUCTION = "introduction"
    OPENING = "opening"
    TALK = "talk"
    MENTORING = "mentoring"
    VOLUNTEERING = "volunteering"
    OTHER = "other"


@dataclass(frozen=True, slots=True, kw_only=True)
class Service:
    """Something that the author gave; it is shown on the site only where ``is_public``."""

    id: int
    kind: ServiceKind
    on: date
    what: PlainText
    organisation: PlainText = NO_TEXT
    link: SafeUrl | None = None
    is_public: bool = False


class EchoKind(StrEnum):
    """How something came back."""

    WEBMENTION = "webmention"
    REPLY = "reply"
    MENTION = "mention"
    SHARE = "share"


@dataclass(frozen=True, slots=True, kw_only=True)
class Echo:
    """What somebody said of the author's work, with where it stands; it is shown only where ``is_shown``."""

    id: int
    kind: EchoKind
    author: PlainText
    said: PlainText
    source: SafeUrl | None
    about: str
    at: datetime
    is_shown: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """What the site shows of the store: what others say of the author, and what the author gave."""

    echoes: tuple[Echo, ...] = ()
    service: tuple[Service, ...] = ()

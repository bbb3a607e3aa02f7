"""Letters, the readers who asked for them, and deliveries."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import timedelta
from enum import StrEnum
from typing import TYPE_CHECKING, Final, NewType

from pipeline.model.text import NO_TEXT

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date, datetime

    from pipeline.model.posts import Post
    from pipeline.model.text import PlainText, SafeUrl

CLOCKS: Final = timedelta(minutes=1)
"""So far two machines' clocks may be from each other."""
LONGEST_WAIT: Final = timedelta(days=2)
"""Nobody is left in peace for longer, whatever they ask for, and nothing is put off for longer: what the store has
farther ahead was written down by a clock that was wrong, and holds up nothing."""

ReaderId = NewType("ReaderId", int)
EditionId = NewType("EditionId", str)
"""An edition is named by the file of its post, without the ending; so are its page and its Message-IDs."""


class ReaderState(StrEnum):
    """Whether a reader gets letters: ``PENDING`` asked and has not confirmed, ``PAUSED`` wants none for now."""

    PENDING = "pending"
    ACTIVE = "active"
    PAUSED = "paused"
    LEFT = "left"


@dataclass(frozen=True, slots=True, kw_only=True)
class Reader:
    """Someone who agreed to get the letter; ``consent`` says how they did, ``token`` proves a link to be theirs.

    ``wording`` is the sentence they agreed to, word for word; ``ip`` is kept only where the author wants it. One who is
    paused gets letters again from ``paused_until`` on. ``because`` says why Byline took them off or paused them by
    itself; it is empty where that was their own wish or the author's. ``zone`` is their time zone by its IANA name,
    where that is known.
    """

    id: ReaderId
    email: str
    name: PlainText
    state: ReaderState
    consent: PlainText
    consented_at: datetime
    token: str
    wording: PlainText = NO_TEXT
    ip: str = ""
    paused_until: datetime | None = None
    monthly: bool = False
    zone: str = ""
    because: PlainText = NO_TEXT
    topics: tuple[str, ...] = ()
    """Those that they chose, folded; known where a letter is sent, and empty elsewhere."""

    @property
    def domain(self) -> str:
        """The domain that takes their mail."""
        return self.email.rpartition("@")[2].lower()

    def state_at(self, now: datetime) -> ReaderState:
        """Return the state that counts at ``now``: a pause that is over is none."""
        is_over = self.state is ReaderState.PAUSED and self.paused_until is not None and self.paused_until <= now
        return ReaderState.ACTIVE if is_over else self.state


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """A wish to get the letter that is still to be confirmed: where it was said, to which words, when, from where."""

    source: PlainText
    wording: PlainText
    at: datetime
    ip: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Preferences:
    """Which letters a reader wants: of which topics (none named: of all), from when on, and one a month at most."""

    topics: tuple[str, ...] = ()
    paused_until: datetime | None = None
    monthly: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Mark:
    """What is kept of an address that was forgotten: its keyed hash, and the name of the key that made it."""

    text: str
    key: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Letter:
    """An edition as an e-mail, made out to nobody yet.

    ``leave`` stands where each reader's own link to leave comes, ``choose`` where that to their preferences does, and
    ``name`` where they are called by name; an empty one stands nowhere. ``links`` has the targets of links that are
    counted, by the names under which they are. ``post`` is what it was made of.
    """

    edition: EditionId
    subject: PlainText
    html: str
    text: str
    web_url: SafeUrl
    leave: str
    dated: date
    topics: tuple[str, ...] = ()
    choose: str = ""
    name: str = ""
    links: Mapping[str, str] = field(default_factory=dict)
    post: Post | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class SentPost:
    """What an edition said when its sending began, by which it is known again under another name."""

    edition: EditionId
    title: PlainText
    date: date
    body: str
    at: datetime


class DeliveryState(StrEnum):
    """How far one edition has come on its way to one reader.

    When sending begins, each reader is ``WAITING`` or ``EXCLUDED`` for a reason. ``CLAIMED`` outside a running send
    means uncertain: it may have left or not, and is never sent again by itself. ``LATER`` was put off by the receiving
    side, and a later send tries it again.
    """

    WAITING = "waiting"
    EXCLUDED = "excluded"
    CLAIMED = "claimed"
    SENT = "sent"
    LATER = "later"
    REFUSED = "refused"


class SendState(StrEnum):
    """How far the sending of an edition has come, as a whole.

    ``RUNNING`` may have been cut off: the next send goes on. ``PAUSED`` and ``CANCELLED`` go on only if the author says
    so.
    """

    SCHEDULED = "scheduled"
    RUNNING = "running"
    PAUSED = "paused"
    CANCELLED = "cancelled"
    DONE = "done"


@dataclass(frozen=True, slots=True, kw_only=True)
class Sending:
    """The sending of an edition as a whole; ``reason`` says why it is paused, ``due_at`` when it is to begin."""

    edition: EditionId
    state: SendState
    reason: str = ""
    due_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Delivery:
    """One edition to one reader, with its state and the answer of the receiving side."""

    edition: EditionId
    reader: Reader
    state: DeliveryState
    message_id: str
    answer: PlainText = NO_TEXT


@dataclass(frozen=True, slots=True, kw_only=True)
class Settled:
    """How a delivery that was claimed ended: as ``CLAIMED`` where nobody knows, as ``WAITING`` where it was not tried.

    ``row`` is its number in the ledger.

    ``wait`` says that the other side asks to be left in peace for so long, by zero that it does not say how long.
    """

    row: int
    state: DeliveryState
    answer: PlainText
    wait: timedelta | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Handover:
    """An edition that was handed over as a whole to a service which has the readers: ``CLAIMED`` or ``SENT``.

    ``way`` names the service and the account, ``ticket`` the run that claimed it; ``there`` is its name at the service,
    once that is known.
    """

    edition: EditionId
    way: str
    state: DeliveryState
    ticket: str
    there: str
    claimed_at: datetime
    answer: PlainText = NO_TEXT

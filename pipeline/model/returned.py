"""Mails that came back: what one of them says of one reader."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

from pipeline.model.text import NO_TEXT

if TYPE_CHECKING:
    from datetime import datetime

    from pipeline.model.letters import EditionId
    from pipeline.model.text import PlainText


class ReturnKind(StrEnum):
    """What a mail that came back is."""

    BOUNCE = "bounce"
    """A mail system says that the letter did not arrive, or not yet."""
    COMPLAINT = "complaint"
    """A reader told their mail service that the letter is unwanted."""
    UNSUBSCRIBE = "unsubscribe"
    """A reader, or their mail program for them, asks to leave."""
    AUTO_REPLY = "auto-reply"
    """A machine answers in a reader's place: they are away."""
    OTHER = "other"
    """Anything else: a person's answer, news of a delivery that went well, a report on our own domain."""


class ReturnReason(StrEnum):
    """Why a letter came back, in the words that the field uses."""

    USERUNKNOWN = "userunknown"
    """There is no such mailbox."""
    HOSTUNKNOWN = "hostunknown"
    """There is no such domain."""
    HASMOVED = "hasmoved"
    """The mailbox moved elsewhere."""
    MAILBOXFULL = "mailboxfull"
    """The mailbox holds no more."""
    FILTERED = "filtered"
    """The reader, or a rule of theirs, does not take this mail."""
    REJECTED = "rejected"
    """The address that the letter comes from is refused."""
    BLOCKED = "blocked"
    """The machine that delivers is refused, by its address or its name."""
    AUTHFAILURE = "authfailure"
    """SPF, DKIM or DMARC do not hold."""
    SUSPEND = "suspend"
    """The mailbox is switched off, for the time being or for disuse."""
    SYSTEMERROR = "systemerror"
    """Something is broken at a mail system."""
    REQUIREPTR = "requireptr"
    """The machine that delivers has no name in the reverse DNS, or a wrong one."""
    NETWORKERROR = "networkerror"
    """No way leads there: DNS fails, no route, a loop."""
    MAILERERROR = "mailererror"
    """A program that takes mail in at the other side failed."""
    EXPIRED = "expired"
    """It was tried for days, or is still being tried."""
    SPAMDETECTED = "spamdetected"
    """The letter looks like spam to the receiving side."""
    SECURITYERROR = "securityerror"
    """Encryption, a login or a right is missing."""
    MESGTOOBIG = "mesgtoobig"
    """The letter is larger than the receiving side takes."""
    NOTACCEPT = "notaccept"
    """The host takes no mail at all."""
    ONHOLD = "onhold"
    """What was said leaves the reason open."""
    TOOMANYCONN = "toomanyconn"
    """Too many connections, or too many recipients, at once."""
    NORELAYING = "norelaying"
    """The server does not take mail on for that domain."""
    SYNTAXERROR = "syntaxerror"
    """The two mail systems did not understand each other."""
    CONTENTERROR = "contenterror"
    """The form of the letter, its headers or its MIME, is refused."""
    POLICYVIOLATION = "policyviolation"
    """The letter is against a rule of the receiving side: an attachment, a word, a kind of sender."""
    SPEEDING = "speeding"
    """Too many letters in too short a time."""
    VIRUSDETECTED = "virusdetected"
    """The letter is taken for a virus."""
    EXCEEDLIMIT = "exceedlimit"
    """The letter is larger than this one reader may get."""
    SYSTEMFULL = "systemfull"
    """The receiving system's disks are full."""
    BADREPUTATION = "badreputation"
    """The machine or the domain that delivers has a bad name."""
    FAILEDSTARTTLS = "failedstarttls"
    """Encryption was begun and did not come about."""
    FEEDBACK = "feedback"
    """A report of a mail service on what its users think of the letter: a complaint, a wish to leave."""
    VACATION = "vacation"
    """The reader is away, and a machine says so."""
    DELIVERED = "delivered"
    """It arrived."""
    UNDEFINED = "undefined"
    """Nothing is said of the reason."""


class Effect(StrEnum):
    """What a mail that came back does to the reader whom it concerns."""

    LEAVES = "leaves"
    """The reader gets no more letters."""
    STRIKE = "strike"
    """A letter did not arrive for a reason that lies with the reader's side and may pass."""
    NOTHING = "nothing"


@dataclass(frozen=True, slots=True, kw_only=True)
class Returned:
    """What one mail that came back says of one recipient.

    ``recipient`` is an address, or empty where the mail names none. ``gone`` says that the address is no more.
    ``status`` is an enhanced status code (RFC 3463) as it was said, ``reply`` a reply code of SMTP, ``feedback_type``
    that of RFC 5965. ``pending`` says that delivery is still being tried. ``said`` are the words that decided.
    """

    kind: ReturnKind
    reason: ReturnReason
    recipient: PlainText = NO_TEXT
    gone: bool = False
    status: str = ""
    reply: str = ""
    feedback_type: str = ""
    pending: bool = False
    said: PlainText = NO_TEXT


class Proof(StrEnum):
    """What speaks for it that an event is about a letter of ours, and no forgery."""

    NAMED = "named"
    """It names the Message-ID of a letter to that reader, which nobody else can guess."""
    VOUCHED = "vouched"
    """The mail provider says so, by a signature or a secret, or the mail server to our face."""
    ASKED = "asked"
    """A mail from the reader's own address, to the address that the letter names for it, and about nothing else."""
    NONE = "none"
    """Only an address: whoever knows it can have written that."""


class Done(StrEnum):
    """What was done about an event."""

    LEFT = "left"
    """The reader was taken off the list."""
    PAUSED = "paused"
    """It was one strike too many: the reader gets no letters for the time being."""
    STRIKE = "strike"
    """It counts as a strike."""
    NOTHING = "nothing"
    """It means nothing for the reader."""
    WAITS = "waits"
    """It would mean something, and nothing proves it: the author is to decide."""
    DISMISSED = "dismissed"
    """The author decided that it means nothing."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Arrived:
    """What came back at one time, by a mail or a provider's word: events about one letter or more.

    ``key`` is the same however often it comes, ``source`` tells by which way. ``letters`` are the Message-IDs that it
    names. ``is_vouched`` says that the one who sent it is known; ``asks`` that it is a mail to the address that the
    letter names for those who want to leave, about nothing else. ``excerpt`` are its first lines as text.
    """

    key: str
    source: str
    events: tuple[Returned, ...]
    letters: tuple[str, ...] = ()
    is_vouched: bool = False
    asks: bool = False
    excerpt: tuple[PlainText, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Ruling:
    """An event that was kept, whom it concerns, and what was done about it; ``id`` is 0 for one that is not kept."""

    id: int
    at: datetime
    source: str
    event: Returned
    effect: Effect
    done: Done
    proof: Proof
    email: str = ""
    edition: EditionId | None = None
    undone_at: datetime | None = None


class Heard(StrEnum):
    """What became of a word of a mail provider."""

    TAKEN = "taken"
    UNKNOWN = "unknown"
    """There is no such provider, or it is not configured."""
    REFUSED = "refused"
    """Nothing proves that it is from there."""
    UNREADABLE = "unreadable"
    LATER = "later"
    """It could not be written down, or not be looked at: the provider is to try again."""

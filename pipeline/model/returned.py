"""Mails that came back: what one of them says of one reader."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

from pipeline.model.text import NO_TEXT

if TYPE_CHECKING:
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

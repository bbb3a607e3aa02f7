"""What a mail system said, and the codes it gave -> the reason, and whether the address is gone.

It knows no form of mail: it is given words. They are looked up in `phrases.txt`, in the order of that file.
"""

from __future__ import annotations

import re
from enum import StrEnum
from functools import cache
from typing import TYPE_CHECKING, Final

from pipeline.model import ReturnReason as Reason
from pipeline.send.returned.phrases import folded, has, sections
from pipeline.send.returned.report import ADDRESS

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pipeline.send.returned.phrases import Phrase

MOST_WORDS: Final = 6000
"""Characters that are looked at; what a mail system says takes a few hundred."""
_ABOUT_RECIPIENTS: Final = frozenset(
    {Reason.USERUNKNOWN, Reason.HOSTUNKNOWN, Reason.FILTERED, Reason.HASMOVED, Reason.ONHOLD, Reason.SECURITYERROR}
)
_GONE: Final = frozenset({Reason.USERUNKNOWN, Reason.HOSTUNKNOWN, Reason.HASMOVED, Reason.NOTACCEPT})
_MAY_PASS: Final = frozenset({Reason.USERUNKNOWN, Reason.NOTACCEPT})

# What a code says for sure (RFC 3463 and its registry), whatever the class. Words come before it, as many systems give
# the nearest code that they have; codes that are used for anything (x.0.0, x.7.1) are not here.
_BY_STATUS: Final = {
    "1.1": Reason.USERUNKNOWN,
    "1.2": Reason.HOSTUNKNOWN,
    "1.3": Reason.USERUNKNOWN,
    "1.4": Reason.FILTERED,
    "1.6": Reason.HASMOVED,
    "1.7": Reason.REJECTED,
    "1.8": Reason.REJECTED,
    "1.9": Reason.SYSTEMERROR,
    "1.10": Reason.NOTACCEPT,
    "2.1": Reason.SUSPEND,
    "2.2": Reason.MAILBOXFULL,
    "2.3": Reason.EXCEEDLIMIT,
    "2.4": Reason.FILTERED,
    "3.1": Reason.SYSTEMFULL,
    "3.2": Reason.NOTACCEPT,
    "3.3": Reason.SYSTEMERROR,
    "3.4": Reason.MESGTOOBIG,
    "3.5": Reason.SYSTEMERROR,
    "4.1": Reason.EXPIRED,
    "4.2": Reason.EXPIRED,
    "4.3": Reason.SYSTEMERROR,
    "4.4": Reason.HOSTUNKNOWN,
    "4.5": Reason.NETWORKERROR,
    "4.6": Reason.NETWORKERROR,
    "4.7": Reason.EXPIRED,
    "4.300": Reason.EXPIRED,
    "4.316": Reason.EXPIRED,
    "4.317": Reason.FAILEDSTARTTLS,
    "4.310": Reason.HOSTUNKNOWN,
    "4.312": Reason.NETWORKERROR,
    "4.14": Reason.NETWORKERROR,
    "5.1": Reason.SYNTAXERROR,
    "5.2": Reason.SYNTAXERROR,
    "5.3": Reason.TOOMANYCONN,
    "5.4": Reason.SYNTAXERROR,
    "6.0": Reason.CONTENTERROR,
    "6.1": Reason.CONTENTERROR,
    "6.2": Reason.CONTENTERROR,
    "6.3": Reason.CONTENTERROR,
    "6.6": Reason.CONTENTERROR,
    "6.7": Reason.CONTENTERROR,
    "6.9": Reason.CONTENTERROR,
    "7.2": Reason.FILTERED,
    "7.3": Reason.SECURITYERROR,
    "7.5": Reason.SECURITYERROR,
    "7.6": Reason.SECURITYERROR,
    "7.7": Reason.SECURITYERROR,
    "7.8": Reason.SECURITYERROR,
    "7.9": Reason.SECURITYERROR,
    "7.10": Reason.FAILEDSTARTTLS,
    "7.11": Reason.SECURITYERROR,
    "7.12": Reason.SECURITYERROR,
    "7.13": Reason.SUSPEND,
    "7.15": Reason.POLICYVIOLATION,
    "7.16": Reason.MESGTOOBIG,
    "7.17": Reason.HASMOVED,
    "7.18": Reason.HASMOVED,
    "7.20": Reason.AUTHFAILURE,
    "7.21": Reason.AUTHFAILURE,
    "7.22": Reason.AUTHFAILURE,
    "7.23": Reason.AUTHFAILURE,
    "7.24": Reason.AUTHFAILURE,
    "7.25": Reason.REQUIREPTR,
    "7.26": Reason.AUTHFAILURE,
    "7.27": Reason.REJECTED,
    "7.28": Reason.SPEEDING,
    "7.29": Reason.AUTHFAILURE,
    "7.30": Reason.AUTHFAILURE,
}
_EXCHANGE_KNOWS_NOBODY: Final = "4.1"
"""Exchange Online gives this code, with words of a refusal, where the directory has no such address."""
_BY_SUBJECT: Final = {
    "1": Reason.USERUNKNOWN,
    "2": Reason.FILTERED,
    "3": Reason.SYSTEMERROR,
    "4": Reason.NETWORKERROR,
    "5": Reason.SYNTAXERROR,
    "6": Reason.CONTENTERROR,
    "7": Reason.SECURITYERROR,
}
"""What the middle number of a code says where nothing else does."""
_BY_REPLY: Final = {
    "421": Reason.EXPIRED,
    "451": Reason.SYSTEMERROR,
    "452": Reason.MAILBOXFULL,
    "500": Reason.SYNTAXERROR,
    "502": Reason.SYNTAXERROR,
    "503": Reason.SYNTAXERROR,
    "504": Reason.SYNTAXERROR,
    "521": Reason.NOTACCEPT,
    "523": Reason.EXCEEDLIMIT,
    "525": Reason.SUSPEND,
    "530": Reason.SECURITYERROR,
    "535": Reason.SECURITYERROR,
    "551": Reason.HASMOVED,
    "552": Reason.MAILBOXFULL,
    "556": Reason.NOTACCEPT,
}


class Phase(StrEnum):
    """How far two mail servers had come when one refused."""

    CONNECTION = "connection"
    SENDER = "sender"
    RECIPIENT = "recipient"
    LETTER = "letter"
    UNTOLD = ""


_SAID_AT: Final = (
    r"(?:in reply to |in response to |reply to |response to |after |did not like our |error for |for |while sending "
    r"|on |smtp command |sent <<< |>>> ?|\[)(?:the )?(?:pipelined )?"
)
_PHASES: Final = re.compile(
    rf"(?P<letter>after i sent the message|\(state 1[5-8]\)|\[body\]"
    rf"|{_SAID_AT}(?:end of (?:data|message)|final data|data\b|text command|message body))"
    rf"|(?P<recipient>{_SAID_AT}rcpt|following rcpt|does not like recipient|had delivery problems ---|\(state 14\))"
    rf"|(?P<sender>{_SAID_AT}mail[ _]?(?:from|command)|sender was rejected|does not like sender)"
    rf"|(?P<connection>{_SAID_AT}(?:helo|ehlo|lhlo|initial connection|conn\b)"
    rf"|refused to talk to me|my name was rejected|greeting failed|\[connect\])"
)
"""What systems say of where they were, by phase; McAfee has asked for the recipient when it says what it had."""


def reason_of(texts: Sequence[str], status: str = "", reply: str = "", heading: str = "") -> Reason:
    """Return what ``texts``, the one that tells most first, and the codes say; all of them may be empty.

    ``heading`` is what stands over the recipient: it counts where nothing is surer.
    """
    phase = phase_of("\n".join((*texts, heading)))
    said, over = ([_words(text) for text in each if text.strip()] for each in (texts, (heading,)))
    topic = status.partition(".")[2]
    if found := _first("!", said):
        return found
    reason = (
        _first("", said[:1] if texts[0] else over)
        or _first("", said)
        or _BY_STATUS.get(topic)
        or _first("?", said)
        or _BY_REPLY.get(reply)
        or _BY_SUBJECT.get(topic.partition(".")[0])
        or (Reason.ONHOLD if said else Reason.UNDEFINED)
    )
    return _in_phase(reason, topic, reply, phase)


def _words(text: str) -> str:
    """Return ``text`` as it is compared; the name of a mailbox, spam@example.org for instance, is no word about it."""
    return folded(ADDRESS.sub("@", text[:MOST_WORDS]))


def _in_phase(reason: Reason, topic: str, reply: str, phase: Phase) -> Reason:
    """Return ``reason`` as it must be meant at the point where the other side said it.

    Before it has heard of the recipient, a refusal is about us. After it has read the letter, "no such user" is what
    filters answer, those of Japanese carriers for instance, to mail that they do not want; a code that says so counts.
    """
    refused = reason is Reason.SYSTEMERROR and reply.startswith("5")
    if phase is Phase.CONNECTION and (reason in _ABOUT_RECIPIENTS or reason is Reason.MAILBOXFULL or refused):
        return Reason.BLOCKED
    if reason in _ABOUT_RECIPIENTS and phase is Phase.SENDER:
        return Reason.REJECTED
    known = topic.startswith(("1.", "5.")) or topic == _EXCHANGE_KNOWS_NOBODY or phase is Phase.RECIPIENT
    return Reason.FILTERED if reason is Reason.USERUNKNOWN and not known else reason


def phase_of(text: str) -> Phase:
    """Return where in the talk of two mail servers a refusal came, by the words of the systems that tell it."""
    found = _PHASES.search(folded(text[:MOST_WORDS]))
    return Phase(found.lastgroup) if found and found.lastgroup else Phase.UNTOLD


def names_nobody(reason: Reason) -> bool:
    """Tell whether ``reason``, where it is for good, means that the address is no more."""
    return reason in _GONE


def is_gone(reason: Reason, status: str, reply: str) -> bool:
    """Tell whether the address is no more: no such mailbox or domain, moved, or a host that for good takes no mail.

    A temporary code is believed, unless it is the one that names the mailbox: that is what is left when a server that
    asked again for days has given up. Of a domain that there is not, the DNS has said so, whatever code follows.
    """
    passing = (status or reply).startswith("4") and status != "4.1.1"
    return reason in _GONE and not (passing and reason in _MAY_PASS)


@cache
def _rows(mark: str) -> tuple[tuple[Reason, tuple[Phrase, ...]], ...]:
    """Return reasons and phrases of the sections with ``mark``: ! for certain, none for sure, ? for likely."""
    named = ((re.fullmatch(r"(\w+)([!?]?)", name), phrases) for name, phrases in sections("phrases.txt").items())
    return tuple((Reason(found[1]), phrases) for found, phrases in named if found and found[2] == mark)


def _first(mark: str, texts: Sequence[str]) -> Reason | None:
    return next((reason for text in texts for reason, phrases in _rows(mark) if has(text, phrases)), None)

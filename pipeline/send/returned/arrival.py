"""A mail that was read -> what tells whose letter it is about, and whether it can be believed; a refusal in words.

A Message-ID of ours is a hash that nobody guesses; it comes back in the headers of the letter that a mail encloses, or
in those of an answer. Whether a letter has it is known to the ledger alone.
"""

from __future__ import annotations

import hashlib
import re
from email.utils import getaddresses
from typing import TYPE_CHECKING, Final

from pipeline.html import plain_text, shortened
from pipeline.model import Arrived, Returned, ReturnKind
from pipeline.send.returned.bounce import codes_in
from pipeline.send.returned.phrases import folded
from pipeline.send.returned.reasons import is_gone, reason_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from pipeline.model import PlainText
    from pipeline.send.returned.mail import Mail

MOST_LETTERS: Final = 50
"""Message-IDs that are looked for in one mail."""
_OURS: Final = re.compile(r"(?<![0-9a-zA-Z])[0-9a-f]{32}@[A-Za-z0-9.-]{1,253}")
_TO: Final = ("To", "Cc", "Delivered-To", "X-Original-To", "Envelope-To")
_SHOWN: Final = ("From", "To", "Date", "Subject", "Message-ID", "In-Reply-To", "Authentication-Results")
_MOST_LINES: Final = 60
_LONGEST_LINE: Final = 300
_LONGEST_SAID: Final = 300
_TO_LEAVE: Final = "unsubscribe"
"""The subject that the mailto address of our letters gives."""
_AT_RCPT: Final = "in reply to RCPT TO"


def of_mail(mail: bytes, opened: Mail, events: Sequence[Returned], source: str, own_address: str) -> Arrived:
    """Return ``mail``, which says ``events``, as it arrived."""
    return Arrived(
        key=f"mail:{_digest(mail)}",
        source=source,
        events=tuple(events),
        letters=tuple(_named(mail, opened)),
        asks=_asks(opened, events, own_address),
        excerpt=tuple(excerpt(_lines(opened))),
    )


def of_refusal(message_id: str, key: str, answer: str, recipient: str) -> Arrived:
    """Return what a mail server said for good of a letter while it was handed over, as what comes back by mail."""
    event = of_words(answer, recipient)
    words = tuple(excerpt([answer]))
    return Arrived(key=key, source="send", events=(event,), letters=(message_id,), is_vouched=True, excerpt=words)


def of_words(said: str, recipient: str) -> Returned:
    """Return a bounce by what a mail server ``said`` when it was told the recipient."""
    status, reply = codes_in(said)
    reason = reason_of((said,), status, reply, _AT_RCPT)
    return Returned(
        kind=ReturnKind.BOUNCE,
        reason=reason,
        recipient=plain_text(recipient),
        gone=is_gone(reason, status, reply),
        status=status,
        reply=reply,
        said=shortened(plain_text(said), _LONGEST_SAID),
    )


def excerpt(lines: Sequence[str]) -> Iterator[PlainText]:
    """Yield the first of ``lines`` as they can be shown."""
    for line in lines[:_MOST_LINES]:
        yield shortened(plain_text(line[: 4 * _LONGEST_LINE]), _LONGEST_LINE)


def _digest(mail: bytes) -> str:
    """Return what two copies of a mail have in common, whichever way they came."""
    return hashlib.sha256(b"\n".join(mail.strip().splitlines())).hexdigest()


def _named(mail: bytes, opened: Mail) -> list[str]:
    """Return what looks like a Message-ID of ours, as it was sent and as parts say it once they are decoded."""
    texts = (mail.decode("latin-1"), *(part.text for part in opened.parts))
    found: dict[str, None] = {}
    for text in texts:
        for each in _OURS.finditer(text):
            found[f"<{each[0].rstrip('.-')}>"] = None
            if len(found) >= MOST_LETTERS:
                return list(found)
    return list(found)


def _asks(mail: Mail, events: Sequence[Returned], own_address: str) -> bool:
    """Tell whether ``mail`` is what the mailto address of a letter makes, and no forgery that our own server saw.

    The first Authentication-Results is that of the server which took the mail in (RFC 8601); what a forger writes
    into others could only make the mail wait for the author.
    """
    wishes = [event for event in events if event.kind is ReturnKind.UNSUBSCRIBE]
    if len(events) != 1 or not wishes or folded(mail.headers.get("Subject")[:99]) != _TO_LEAVE:
        return False
    senders = [address for _, address in getaddresses(mail.headers.all("From"))]
    is_own = len(senders) == 1 and senders[0].casefold() == wishes[0].recipient.casefold()
    to = {address.casefold() for name in _TO for _, address in getaddresses(mail.headers.all(name))}
    fails = re.search(r"(?i)\bdmarc\s{0,3}=\s{0,3}fail", mail.headers.get("Authentication-Results"))
    return is_own and own_address.casefold() in to and not fails


def _lines(mail: Mail) -> list[str]:
    """Return the headers that tell something, and what the mail says before the letter that it encloses."""
    lines = [f"{name}: {value}" for name in _SHOWN if (value := mail.headers.get(name))]
    for part in mail.parts:
        if part.kind not in {"message/rfc822", "text/rfc822-headers"}:
            lines += ["", *part.text.strip().split("\n", _MOST_LINES)[:_MOST_LINES]]
    return lines

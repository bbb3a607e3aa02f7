"""The header fields that every letter has, and those by which its reader leaves."""

from __future__ import annotations

import re
from email.utils import parsedate
from typing import TYPE_CHECKING, Final

from pipeline.send.lint.rules import Rule

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pipeline.send.lint.copy import Copy
    from pipeline.send.lint.rules import LetterFinding

_ONCE: Final = ("Sender", "Reply-To", "To", "Cc", "Subject", "In-Reply-To", "References", "MIME-Version")
_ONCE_FOR_LISTS: Final = ("Content-Type", "List-Id", "List-Unsubscribe", "List-Unsubscribe-Post")
_ZONE: Final = re.compile(r"\d (?:[+-]\d{4}|UT|GMT)(?: *\([^()]*\))?$")
_ID: Final = re.compile(r"<[^\s<>@]+@[^\s<>@]+>")
_ADDRESS: Final = re.compile(r"<\s*([^<>\s]+)\s*>")
_ONE_CLICK: Final = "List-Unsubscribe=One-Click"
_SIGNED: Final = re.compile(r"(?:^|;)\s*h\s*=\s*([^;]*)")
LEAVING: Final = ("list-unsubscribe", "list-unsubscribe-post")


def in_the_fields(copy: Copy) -> Iterator[LetterFinding]:
    """Yield what is wrong with the header."""
    yield from _from(copy)
    yield from _twice(copy)
    yield from _date(copy)
    yield from _identity(copy)
    yield from _leaving(copy)
    yield from _signed(copy)


def ways_to_leave(copy: Copy) -> tuple[str, ...]:
    """Return the addresses that List-Unsubscribe names."""
    return tuple(_ADDRESS.findall(" ".join(copy.all("List-Unsubscribe"))))


def _from(copy: Copy) -> Iterator[LetterFinding]:
    fields = len(copy.all("From"))
    senders = [address for _, address in copy.mailboxes("From") if "@" in address]
    if fields != 1 or len(senders) != 1:
        told = f"the letter is from {len(senders)} addresses in {fields} fields, and must be from one in one"
        yield Rule.ONE_FROM.found("From", told, "Write one name and one address into send.sender of byline.yml.")


def _twice(copy: Copy) -> Iterator[LetterFinding]:
    for name in (*_ONCE, *_ONCE_FOR_LISTS):
        if len(copy.all(name)) > 1:
            yield Rule.FIELD_TWICE.found(name, "the field stands there more than once", "Leave one.")


def _date(copy: Copy) -> Iterator[LetterFinding]:
    dates = copy.all("Date")
    if len(dates) != 1 or not _ZONE.search(dates[0]) or parsedate(dates[0]) is None:
        told = f"the letter has the date {' and '.join(dates) or 'of nothing'}, which tells mail programs nothing"
        remedy = "Write one date with its zone, as Mon, 23 Nov 2026 07:30:00 +0000."
        yield Rule.DATE.found("Date", told, remedy)


def _identity(copy: Copy) -> Iterator[LetterFinding]:
    names = copy.all("Message-ID")
    if len(names) != 1 or not _ID.fullmatch(names[0]):
        told = f"the letter has {' and '.join(names) or 'nothing'} for its identity"
        yield Rule.MESSAGE_ID.found("Message-ID", told, "Write one, as <word@your-domain>.")
    if copy.said("MIME-Version").partition("(")[0].strip() != "1.0":
        told = "without it the letter is shown as plain text with all its marks"
        yield Rule.MIME_VERSION.found("MIME-Version", told, "Write MIME-Version: 1.0.")


def _leaving(copy: Copy) -> Iterator[LetterFinding]:
    ways, posts = ways_to_leave(copy), copy.all("List-Unsubscribe-Post")
    is_https = any(way.lower().startswith("https://") for way in ways)
    if not ways:
        told = "no field says how to leave, so mail programs show no button for it but that for spam"
        remedy = "Write <https://…> or <mailto:…> into it."
        yield Rule.NO_UNSUBSCRIBE.found("List-Unsubscribe", told, remedy)
    elif posts and (not is_https or "".join(posts[0].split()) != _ONE_CLICK):
        told = f"{posts[0]} promises what cannot be done" + " without an https address" * (not is_https)
        remedy = f"Write {_ONE_CLICK}, beside an https address in List-Unsubscribe."
        yield Rule.ONE_CLICK_BROKEN.found("List-Unsubscribe-Post", told, remedy)
    elif not (posts and is_https):
        told = "readers cannot leave with one click, as Gmail and Yahoo want it of who sends thousands a day"
        remedy = "Name an https address that answers a POST as send.unsubscribe_url in byline.yml."
        yield Rule.NO_ONE_CLICK.found("List-Unsubscribe-Post", told, remedy)


def signed_fields(signature: str) -> frozenset[str]:
    """Return the names of the fields that a DKIM-Signature covers, in small letters."""
    found = _SIGNED.search(signature)
    return frozenset("".join(found[1].lower().split()).split(":")) if found else frozenset()


def _signed(copy: Copy) -> Iterator[LetterFinding]:
    signatures = copy.all("DKIM-Signature")
    covered = [signed_fields(signature) for signature in signatures]
    there = [name for name in LEAVING if copy.all(name)]
    missing = [name for name in there if not any(name in names for names in covered)]
    if signatures and missing:
        told = f"the signature does not cover {' and '.join(missing)}, so mail programs do not offer to leave by it"
        yield Rule.UNSUBSCRIBE_UNSIGNED.found("DKIM-Signature", told, "Let h= of the signature name both.")

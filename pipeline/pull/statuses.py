"""What an answer without a feed means for the author (RFC 9110, section 15), and what an error of our own."""

from __future__ import annotations

from dataclasses import dataclass
from http import HTTPStatus
from typing import Final

from pipeline.html import plain_text


@dataclass(frozen=True, slots=True)
class Said:
    """What a status means, as a part of a sentence, and what to do about it, if anything."""

    what: str
    remedy: str = ""

    def __str__(self) -> str:
        """Return both in one."""
        return f"{self.what}; {self.remedy}" if self.remedy else self.what


_KNOWN: Final = {
    HTTPStatus.UNAUTHORIZED: Said("wants a password (401)", "Byline gives none"),
    HTTPStatus.FORBIDDEN: Said("refuses us (403)", "the publisher may not want programs"),
    HTTPStatus.NOT_FOUND: Said("is not there (404)", "look for its new address on the publisher's site"),
    HTTPStatus.GONE: Said("is gone for good (410)", "`byline feeds remove` takes it out"),
    HTTPStatus.TOO_MANY_REQUESTS: Said("has been asked too often (429)"),
}


def status_in_words(status: int) -> Said:
    """Return what an HTTP status without what was asked for means for the author (RFC 9110, section 15)."""
    try:
        known = HTTPStatus(status)
    except ValueError:
        return Said(f"answers {status}")
    if known in _KNOWN:
        return _KNOWN[known]
    if known >= HTTPStatus.INTERNAL_SERVER_ERROR:
        return Said(f"has a fault on its own side ({status} {known.phrase})")
    return Said(f"answers {status} {known.phrase}")


def fault_in_words(error: Exception) -> str:
    """Return what to say of a feed that led to an error that nobody thought of, so that it stops no other."""
    told = plain_text(str(error)[:200])
    return f"makes Byline fail ({type(error).__name__}: {told}), which is a fault of Byline's own; please report it"

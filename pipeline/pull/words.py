"""Times, spans and statuses as the author reads them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from http import HTTPStatus
from typing import Final

from pipeline.html import plain_text

_A_MINUTE: Final = timedelta(minutes=1)


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


def moment_in_words(moment: datetime) -> str:
    """Return a time as the author reads it, to the minute that is then over: "2026-11-24 07:30 UTC"."""
    begun = moment.replace(second=0, microsecond=0)
    return f"{begun if begun == moment else begun + _A_MINUTE:%Y-%m-%d %H:%M} UTC"


def spoken(span: timedelta) -> str:
    """Return a span of time in round words: "40 minutes", "3 hours", "2 days"."""
    minutes = max(1, round(span / _A_MINUTE))
    if minutes < 100:  # noqa: PLR2004  (from there on, hours say it better)
        return f"{minutes} minutes" if minutes > 1 else "1 minute"
    hours = round(minutes / 60)
    return f"{hours} hours" if minutes < 48 * 60 else f"{round(minutes / 60 / 24)} days"


def rhythm_in_words(every: timedelta | None) -> str:
    """Say how often a feed has a new entry: "about 3 a week"; nothing where that is not known."""
    if every is None:
        return ""
    days = every / timedelta(days=1)
    if days < 0.67:  # noqa: PLR2004  (nearer to two a day than to one)
        return "several a day"
    for longest, of_unit, unit in ((1.5, 1, "day"), (10, 7, "week"), (45, 30.4, "month")):
        if days < longest:
            number = max(1, round(of_unit / days))
            return f"about {'one' if number == 1 else number} a {unit}"
    return "rarely"

"""The two ways in which feeds and site maps write a moment, each read as strictly as its rule says."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime

CLOCKS_DIFFER = timedelta(minutes=10)
"""How far in the future a moment may be: the clock of whoever reads may be slow."""
BEFORE_THE_WEB = datetime(1990, 1, 1, tzinfo=UTC)
_DAYS = "Mon Tue Wed Thu Fri Sat Sun".split()
_RFC822 = re.compile(
    r"(?:(?P<weekday>Mon|Tue|Wed|Thu|Fri|Sat|Sun), )?\d{1,2} (?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec)"
    r" \d{4} \d\d:\d\d(?::\d\d)? (?:GMT|UT|Z|[ECMP][SD]T|[+-]\d{4})"
)
_RFC3339 = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?(?:Z|[+-]\d\d:\d\d)")
_W3C = re.compile(r"\d{4}-\d\d-\d\d(?:T\d\d:\d\d(?::\d\d(?:\.\d+)?)?(?:Z|[+-]\d\d:\d\d))?")


def rfc822(text: str) -> datetime:
    """Return the moment that RFC 822, section 5, as RSS 2.0 narrows it (a year of four digits), reads in ``text``.

    Raises ``ValueError`` in words.
    """
    found = _RFC822.fullmatch(text)
    if not found:
        raise ValueError(f"{text!r} is no date as in RFC 822 (Mon, 23 Nov 2026 07:30:00 +0000)")
    moment = parsedate_to_datetime(text)
    if found["weekday"] and found["weekday"] != _DAYS[moment.weekday()]:
        raise ValueError(f"{text!r} names the wrong day of the week")
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def rfc3339(text: str) -> datetime:
    """Return the moment that RFC 3339, section 5.6, reads in ``text``. Raises ``ValueError`` in words."""
    if not _RFC3339.fullmatch(text):
        raise ValueError(f"{text!r} is no date as in RFC 3339 (2026-11-23T07:30:00Z)")
    return datetime.fromisoformat(text)


def w3c(text: str) -> datetime:
    """Return the moment that the W3C's note on dates, from whole days on, reads in ``text``. Raises ``ValueError``."""
    if not _W3C.fullmatch(text):
        raise ValueError(f"{text!r} is no date as in W3C Datetime (2026-11-23)")
    moment = datetime.fromisoformat(text)
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def implausible(moment: datetime, now: datetime) -> str:
    """Return what is odd about a moment in the past, or nothing."""
    if moment > now + CLOCKS_DIFFER:
        return "is in the future"
    return "is before there was a web" if moment < BEFORE_THE_WEB else ""

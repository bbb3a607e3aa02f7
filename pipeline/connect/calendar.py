"""The week as an event of a calendar (RFC 5545): every week, on the author's own clock."""

from __future__ import annotations

import hashlib
from datetime import timedelta
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

    from pipeline.settings.sections import ConnectSettings

_DAYS: Final = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
_OCTETS: Final = 75
"""Of a line, without its end (section 3.1)."""


def event(settings: ConnectSettings, name: str, url: str, now: datetime) -> str:
    """Return a calendar with one event that recurs each week, from the next such day after ``now`` on.

    Its time is floating (section 3.3.5): nine o'clock is nine o'clock wherever the author is.
    """
    day, _, clock = settings.week_at.partition(" ")
    ahead = (_DAYS.index(day) - now.weekday()) % 7 or 7
    begin = f"{now + timedelta(days=ahead):%Y%m%d}T{clock.replace(':', '')}00"
    minutes = round(settings.hours * 60)
    lines = (
        "BEGIN:VCALENDAR",
        "VERSION:2.0",
        "PRODID:-//Byline//week//EN",
        "BEGIN:VEVENT",
        f"UID:{hashlib.sha256(url.encode()).hexdigest()[:32]}@byline",
        f"DTSTAMP:{now:%Y%m%dT%H%M%SZ}",
        f"DTSTART:{begin}",
        f"DURATION:PT{minutes}M",
        "RRULE:FREQ=WEEKLY",
        f"SUMMARY:{_text(f'{name}: the week')}",
        f"DESCRIPTION:{_text('Choose stories, write, check, publish and send, and speak to people: byline week --go')}",
        "END:VEVENT",
        "END:VCALENDAR",
    )
    return "".join(f"{part}\r\n" for line in lines for part in _folded(line))


def _text(words: str) -> str:
    """Return ``words`` as a value of TEXT (section 3.3.11)."""
    plain = " ".join(words.split())
    return plain.replace("\\", "\\\\").replace(";", "\\;").replace(",", "\\,")


def _folded(line: str) -> Iterator[str]:
    """Yield ``line`` in parts of 75 octets at most; those after the first begin with a space."""
    part = ""
    for letter in line:
        if len((part + letter).encode()) > _OCTETS:
            yield part
            part = " "
        part += letter
    yield part

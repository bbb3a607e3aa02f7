"""Dates as feeds write them (RFC 822, 2822, 3339, ISO 8601, and what people made of them): text to aware UTC."""

from __future__ import annotations

import re
from calendar import timegm
from datetime import UTC, datetime, timedelta, timezone
from time import struct_time
from typing import Any, Final

from pipeline.feed.bounds import LONGEST_DATE, YEARS

_MAIL: Final = re.compile(
    r"(?:[A-Za-z]{2,9},?\s+)?(\d{1,2})[\s-]([A-Za-z]{3})[a-z]*\.?[\s-](\d{4})"
    r"(?:,?\s+(\d{1,2}):(\d{2})(?::(\d{2})(?:\.\d+)?)?(?:\s*([+-]\d{2}):?(\d{2})|\s+(GMT|UTC?|Z))?)?"
)
_MONTHS: Final = {
    name: number for number, name in enumerate("jan feb mar apr may jun jul aug sep oct nov dec".split(), 1)
}
_ISO: Final = re.compile(r"\d{4}-\d{2}-\d{2}[T ]\d{2}:\d{2}:\d{2}(?:\.\d{1,6})?(?:Z|[+-]\d{2}:?\d{2})?")


def moment(text: str) -> datetime | None:
    """Return the moment that ``text`` names; without a zone it is taken as UTC. None where it names none."""
    text = text.strip()[:LONGEST_DATE]
    if not text:
        return None
    for reading in (_of_iso if _ISO.fullmatch(text) else _of_mail, _of_feedparser):
        try:
            if (found := in_utc(reading(text))) is not None:
                return found
        except Exception:  # noqa: BLE001, S112  (a day that no month has, or whatever else feedparser's rules raise)
            continue
    return None


def in_utc(found: datetime | None) -> datetime | None:
    """Return ``found`` in UTC, to the second, or None where its year is one that no feed means."""
    if found is None:
        return None
    found = found.replace(tzinfo=UTC) if found.tzinfo is None else found.astimezone(UTC)
    return found.replace(microsecond=0) if found.year in YEARS else None


def _of_iso(text: str) -> datetime | None:
    return datetime.fromisoformat(text)


def _of_mail(text: str) -> datetime | None:
    """Return a date of RFC 2822 with a numeric zone or none; the rest is left to others."""
    found = _MAIL.fullmatch(text)
    month = _MONTHS.get(found[2].lower()) if found else None
    if found is None or month is None:
        return None
    day, _, year, hour, minute, second, ahead, minutes, _ = found.groups(default="0")
    zone: Any = UTC
    if found[7]:
        offset = timedelta(hours=abs(int(ahead)), minutes=int(minutes))
        zone = timezone(-offset if ahead.startswith("-") else offset)
    return datetime(int(year), month, int(day), int(hour), int(minute), min(int(second), 59), tzinfo=zone)


def _of_feedparser(text: str) -> datetime | None:
    """Return what feedparser's rules make of a date that is written in an unusual way."""
    from feedparser.datetimes import _parse_date

    return of_struct(_parse_date(text))


def of_struct(parsed: Any) -> datetime | None:
    """Return the moment of a ``struct_time`` in UTC, as feedparser gives it."""
    if not isinstance(parsed, (struct_time, tuple)):
        return None
    try:
        return in_utc(datetime.fromtimestamp(timegm(parsed), UTC))
    except (ValueError, OverflowError, OSError):
        return None

"""What the headers of an answer say about when to come again (RFC 9110, section 10.2.3; RFC 9111, section 4.2)."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Mapping

LONGEST: Final = timedelta(days=30)
"""No answer keeps us away for longer."""
_MAX_AGE: Final = re.compile(r"(?:^|[\s,])max-age\s*=\s*\"?(\d{1,10})", re.IGNORECASE)
_NO_CACHE: Final = re.compile(r"(?:^|[\s,])(?:no-cache|no-store)(?:$|[\s,;](?!\s*=))", re.IGNORECASE)
"""With "=" behind it, it is about single headers (RFC 9111, section 5.2.2.4)."""


def retry_at(headers: Mapping[str, str], now: datetime) -> datetime | None:
    """Return when the server wants to be asked again: Retry-After in seconds or as a date. None where it says none."""
    value = headers.get("Retry-After", "").strip()
    wanted = now + timedelta(seconds=int(value)) if _is_number(value) else _date(value)
    return min(wanted, now + LONGEST) if wanted is not None and wanted > now else None


def fresh_until(headers: Mapping[str, str], now: datetime) -> datetime | None:
    """Return until when the answer is fresh: by max-age or else Expires, less Age. None where nothing is said."""
    directives = headers.get("Cache-Control", "")
    if _NO_CACHE.search(directives):
        return None
    age = headers.get("Age", "").strip()
    if found := _MAX_AGE.search(directives):
        lasts = timedelta(seconds=int(found[1]))
    else:
        expires, sent = _date(headers.get("Expires", "")), _date(headers.get("Date", "")) or now
        lasts = expires - sent if expires else timedelta(0)  # by the server's own clock
    until = now + max(min(lasts, LONGEST), timedelta(0)) - timedelta(seconds=int(age) if _is_number(age) else 0)
    return until if until > now else None


def _is_number(text: str) -> bool:
    return text.isascii() and text.isdecimal() and len(text) <= 10  # noqa: PLR2004  (three centuries of seconds)


def _date(text: str) -> datetime | None:
    try:
        found = parsedate_to_datetime(text.strip())
        return found.replace(tzinfo=UTC) if found.tzinfo is None else found.astimezone(UTC)
    except (ValueError, OverflowError, TypeError, IndexError):
        return None

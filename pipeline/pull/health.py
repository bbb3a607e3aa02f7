"""How feeds are, in plain words that somebody can act on."""

from __future__ import annotations

from dataclasses import dataclass, replace
from http import HTTPStatus
from typing import TYPE_CHECKING, Final

from pipeline.html import plain_text
from pipeline.model import FeedOutcome, FeedState

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime
    from typing import Any

    from sqlalchemy import Row

    from pipeline.model import Feed
    from pipeline.settings.sections import FeedSettings

_KNOWN: Final = {
    401: "wants a password (401), which Byline does not give",
    403: "refuses us (403); the publisher may not want programs",
    404: "is not there (404); look for its new address on the publisher's site",
    410: "is gone for good (410); `byline feeds remove` takes it out",
    429: "has been asked too often (429); it will answer again later",
}
_SERVER_FAULT = 500


@dataclass(frozen=True, slots=True, kw_only=True)
class FeedHealth:
    """A feed of byline.yml and how it has fared. ``entries`` is how many of it are stored, ``newest`` when the last."""

    url: str
    title: str
    entries: int = 0
    checked_at: datetime | None = None
    read_at: datetime | None = None
    newest: datetime | None = None
    failures: int = 0
    error: str | None = None
    repairs: tuple[str, ...] = ()
    moved_to: str | None = None


def healths(wanted: Iterable[FeedSettings], remembered: Iterable[Row[Any]]) -> tuple[FeedHealth, ...]:
    """Return the health of each of the ``wanted`` feeds by what the store remembers."""
    rows = {row.url: row for row in remembered}
    found = []
    for feed in wanted:
        health = FeedHealth(url=feed.url, title=plain_text(feed.title))
        if (row := rows.get(feed.url)) is not None:
            known = ("checked_at", "read_at", "newest", "failures", "error", "moved_to")
            health = replace(health, **{name: getattr(row, name) for name in known})
            health = replace(
                health, title=health.title or row.title, entries=row.entries or 0, repairs=tuple(row.repairs)
            )
        found.append(health)
    return tuple(found)


def failed(feed: Feed, cause: str) -> FeedOutcome:
    """Return the outcome of a feed that could not be read."""
    return FeedOutcome(feed=feed, state=FeedState.FAILED, cause=cause)


def status_in_words(status: int) -> str:
    """Return what an HTTP status without a feed means for the author."""
    if status in _KNOWN:
        return _KNOWN[status]
    try:
        phrase = f"{status} {HTTPStatus(status).phrase}"
    except ValueError:
        phrase = str(status)
    if status >= _SERVER_FAULT:
        return f"has a fault on its own side ({phrase}); the next pull tries again"
    return f"answers {phrase} instead of a feed"

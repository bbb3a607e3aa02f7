"""How feeds are, in plain words that somebody can act on."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Final

from pipeline.html import plain_text

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from datetime import datetime

    from pipeline.model import Change, FeedReport, SafeUrl
    from pipeline.settings.sections import FeedSettings

_A_WEEK: Final = timedelta(days=7)


@dataclass(frozen=True, slots=True, kw_only=True)
class FeedHealth:
    """A feed of byline.yml and how it has fared.

    ``entries`` is how many of it are stored, ``newest`` when the last is dated, ``a_week`` how many it brings in a
    week, and ``shortlisted`` which share of what came in eight weeks reached the shortlist (None if nothing
    came, or nothing was selected).
    """

    url: str
    title: str
    topics: tuple[str, ...] = ()
    entries: int = 0
    checked_at: datetime | None = None
    read_at: datetime | None = None
    newest: datetime | None = None
    since: datetime | None = None
    a_week: float = 0.0
    offered: int = 0
    shortlisted: float | None = None
    failures: int = 0
    error: str | None = None
    repairs: tuple[str, ...] = ()
    location: SafeUrl | None = None
    moved_to: SafeUrl | None = None
    site: SafeUrl | None = None
    paused: str | None = None
    due_at: datetime | None = None
    due_because: str = ""
    change: Change | None = None


def healths(wanted: Iterable[FeedSettings], reports: Mapping[str, FeedReport], now: datetime) -> tuple[FeedHealth, ...]:
    """Return the health of each of the ``wanted`` feeds by what the store remembers."""
    selected = any(report.shortlisted for report in reports.values())
    return tuple(_health(feed, reports.get(feed.url), now, selected=selected) for feed in wanted)


def _health(wanted: FeedSettings, report: FeedReport | None, now: datetime, *, selected: bool) -> FeedHealth:
    title = plain_text(wanted.title)
    if report is None:
        return FeedHealth(url=wanted.url, title=title, topics=wanted.topics)
    feed = report.feed
    return FeedHealth(
        url=wanted.url,
        title=title or feed.title,
        topics=wanted.topics,
        entries=report.entries,
        checked_at=feed.checked_at,
        read_at=feed.read_at,
        newest=report.newest,
        since=report.since,
        a_week=_a_week(report, now),
        offered=report.offered,
        shortlisted=round(report.shortlisted / report.offered, 3) if report.offered and selected else None,
        failures=feed.failures,
        error=feed.error,
        repairs=feed.repairs,
        location=feed.location,
        moved_to=feed.move.to if feed.move else feed.location,
        site=feed.site,
        paused=feed.paused,
        due_at=feed.due.at if feed.due else None,
        due_because=feed.due.because if feed.due else "",
        change=report.change,
    )


def _a_week(report: FeedReport, now: datetime) -> float:
    """Return how many entries a feed brings in a week, by those that are dated in the last eight."""
    if report.recent_from is None:
        return 0.0
    return round(report.recent / max(1.0, (now - report.recent_from) / _A_WEEK), 1)

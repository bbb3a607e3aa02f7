"""When a feed is worth asking again: as often as it brings something, and never sooner than its publisher wants.

Pure rules from what is known of a feed to a time with its reason.
"""

from __future__ import annotations

from datetime import timedelta
from statistics import median
from typing import TYPE_CHECKING, Final

from pipeline.model import Due
from pipeline.words import spoken

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime

    from pipeline.model import Feed, Rhythm

FLOOR: Final = timedelta(hours=1)
"""No feed is asked more often by the schedule."""
DAILY: Final = timedelta(days=1)
"""Whatever is known of it, a feed that answers is asked about once a day, unless its publisher wants less."""
LONGEST: Final = timedelta(days=7)
"""Neither a publisher's wish nor a failure keeps us away for longer; a server's Retry-After does."""
JITTER: Final = 0.1
"""So much of the time is added by chance, so that not all readers of a feed come at the same minute."""
_GAPS: Final = 20
_SILENCES: Final = 4
"""A night is no sign that a feed has fallen silent; what was silent for so many times the usual gap is asked less."""


def usual_gap(dates: Iterable[datetime | None], now: datetime) -> timedelta | None:
    """Return the usual time between entries of these dates, or a part of the present silence where that is longer.

    None where the dates are too few.
    """
    newest = sorted({date for date in dates if date is not None and date <= now}, reverse=True)[:_GAPS]
    if len(newest) < 3:  # noqa: PLR2004  (of fewer there is no usual)
        return None
    gaps = [later - earlier for later, earlier in zip((now, *newest), newest, strict=False)]
    usual = timedelta(seconds=round(median(gap.total_seconds() for gap in gaps)))
    return max(usual, gaps[0] // _SILENCES)


def due(feed: Feed, fresh_until: datetime | None, now: datetime, dice: float) -> Due:
    """Return when ``feed``, which just answered with what is fresh for so long, is due again; ``dice`` in [0, 1)."""
    wait, because = _failing(feed) if feed.failures else _wanted(feed, fresh_until, now)
    at = now + wait * (1 + JITTER * dice)
    at = at.replace(microsecond=0) + timedelta(seconds=1 if at.microsecond else 0)
    awake = _awake(at, feed.rhythm)
    return Due(at=awake, because=because if awake == at else "because its publisher rules out earlier hours")


def _failing(feed: Feed) -> tuple[timedelta, str]:
    wait = min(FLOOR * 2 ** min(feed.failures - 1, 10), LONGEST)
    return wait, f"as it failed {feed.failures} times in a row" if feed.failures > 1 else "as it failed"


def _wanted(feed: Feed, fresh_until: datetime | None, now: datetime) -> tuple[timedelta, str]:
    own = min(max(feed.gap / 2, FLOOR), DAILY) if feed.gap else DAILY
    brings = (
        f"as it brings something about every {spoken(feed.gap)}" if feed.gap else "as little is known of its rhythm"
    )
    fresh = fresh_until - now if fresh_until else timedelta(0)
    asked = min(max(fresh, feed.rhythm.every or timedelta(0)), LONGEST)
    return (asked, f"as its publisher asks for {spoken(asked)} in between") if asked > own else (own, brings)


def _awake(at: datetime, rhythm: Rhythm) -> datetime:
    """Return the first time from ``at`` on that the publisher does not rule out (RSS 2.0: skipHours, skipDays)."""
    later = at
    for _ in range(24 * 8):
        if later.hour not in rhythm.skip_hours and later.weekday() not in rhythm.skip_days:
            return later
        later = (later + FLOOR).replace(minute=0, second=0, microsecond=0)
    return at  # it rules out everything, and so nothing

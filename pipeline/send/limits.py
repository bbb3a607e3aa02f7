"""Rules of how fast letters may leave, from limits and the time to the moment at which one may."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from typing import TYPE_CHECKING, Final
from zoneinfo import ZoneInfo

from pipeline.model import CLOCKS

if TYPE_CHECKING:
    from collections.abc import Collection
    from datetime import tzinfo

FIRST_DAY: Final = 50
"""So many letters may leave on a day from a domain that never sent; providers say no number, but: begin with few."""
_GROWTH: Final = 2
_BURST_SECONDS: Final = 0.1


def believed(until: datetime, now: datetime, most: timedelta) -> datetime:
    """Return ``until``, which was ``most`` ahead when it was written down; ``now`` where it is farther ahead than that.

    Such a one was written by a clock that was wrong, and would stop all letters until that time comes.
    """
    return until if until - now <= most + CLOCKS else now


@dataclass(frozen=True, slots=True, kw_only=True)
class Limit:
    """One letter ``every`` so often, and ``burst`` at once (the generic cell rate algorithm, ITU-T I.371).

    Of its use one moment is kept: up to when it would be used if all went out evenly.
    """

    key: str
    every: timedelta
    burst: int = 1

    @classmethod
    def per_second(cls, key: str, many: float) -> Limit:
        """Return the limit of so ``many`` letters in a second; a tenth of them may leave at once."""
        return cls(key=key, every=timedelta(seconds=1 / many), burst=max(1, int(many * _BURST_SECONDS)))

    def free_at(self, used_until: datetime, now: datetime) -> datetime:
        """Return when the next may leave."""
        return max(now, self._believed(used_until, now) - self.every * (self.burst - 1))

    def used(self, used_until: datetime, now: datetime) -> datetime:
        """Return up to when it is used if one leaves ``now``."""
        return max(now, self._believed(used_until, now)) + self.every

    def _believed(self, used_until: datetime, now: datetime) -> datetime:
        return believed(used_until, now, self.every * self.burst)


@dataclass(frozen=True, slots=True, kw_only=True)
class Hours:
    """From when to when letters arrive, by a reader's own clock; over midnight where ``begin`` is the later one."""

    begin: time
    end: time

    @classmethod
    def of(cls, text: str) -> Hours | None:
        """Return the hours that a setting such as 07:00-21:00 names; None where it is empty."""
        begin, _, end = text.partition("-")
        return cls(begin=time.fromisoformat(begin), end=time.fromisoformat(end)) if text else None

    def free_at(self, now: datetime, zone: tzinfo) -> datetime:
        """Return ``now``, or when it is ``begin`` next on the clock in ``zone``."""
        here = now.astimezone(zone)
        clock = here.time()
        is_over_midnight = self.end < self.begin
        if is_over_midnight and (clock >= self.begin or clock < self.end):
            return now
        if not is_over_midnight and self.begin <= clock < self.end:
            return now
        day = here.date() if clock < self.begin else here.date() + timedelta(days=1)
        # An hour that a clock skips is taken for the one after it.
        return datetime.combine(day, self.begin, zone).astimezone(UTC)


def known_zone(name: str) -> str:
    """Return the name of a time zone (IANA) as it is written in a table of readers; empty where it is none."""
    try:
        return ZoneInfo(name.strip()).key
    except (ValueError, OSError, LookupError):
        return ""


def zone_of(name: str, otherwise: ZoneInfo) -> ZoneInfo:
    """Return the time zone that was ``known_zone``; ``otherwise`` where there is none, here or on this machine."""
    return ZoneInfo(name) if known_zone(name) else otherwise


def most_today(per_day: int | None, before: Collection[int] | None) -> int | None:
    """Return how many may leave today; None for as many as there are.

    ``before`` says how many left on each earlier day where the domain is being warmed up: twice the most of these.
    """
    most = [per_day] if per_day is not None else []
    if before is not None:
        most.append(max(FIRST_DAY, _GROWTH * max(before, default=0)))
    return min(most, default=None)


def next_day(now: datetime) -> datetime:
    """Return when the next day of UTC begins."""
    return datetime.combine(now.astimezone(UTC).date() + timedelta(days=1), time(), UTC)

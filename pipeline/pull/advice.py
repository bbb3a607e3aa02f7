"""What would make the list of feeds better: which to drop, to mend, or to keep once instead of twice.

Pure rules from how feeds are to advice; nothing is done by it.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Final

from pipeline.pull.words import spoken

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from datetime import datetime

    from pipeline.pull.health import FeedHealth

_SILENT: Final = timedelta(days=180)
_LONG_FAILED: Final = timedelta(days=14)
_OFTEN: Final = 5
"""So many failures in a row are no bad day any more."""
_TRIED: Final = timedelta(days=28)
_ENOUGH: Final = 20
"""So many entries, none of them on the shortlist, say that a feed is not worth its place."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Advice:
    """What is wrong with a feed's place on the list, and the command that mends it."""

    url: str
    title: str
    because: str
    remedy: str


def advice(feeds: Sequence[FeedHealth], now: datetime) -> tuple[Advice, ...]:
    """Return the advice on ``feeds``, at most one for each."""
    found: dict[str, Advice] = {}
    for health, because, remedy in (*_gone(feeds, now), *_twice(feeds), *_quiet(feeds, now), *_unused(feeds, now)):
        found.setdefault(health.url, Advice(url=health.url, title=health.title, because=because, remedy=remedy))
    return tuple(found[health.url] for health in feeds if health.url in found)


def _gone(feeds: Iterable[FeedHealth], now: datetime) -> Iterator[tuple[FeedHealth, str, str]]:
    for health in feeds:
        last = health.read_at or health.since
        if health.paused:
            yield health, health.paused.partition(";")[0], f"byline feeds remove {health.url}"
        elif health.error and health.failures >= _OFTEN and (last is None or now - last > _LONG_FAILED):
            ago = f"was last read {spoken(now - last)} ago" if last else "was never read"
            yield health, f"{ago}: it {health.error}", f"byline feeds remove {health.url}"


def _twice(feeds: Iterable[FeedHealth]) -> Iterator[tuple[FeedHealth, str, str]]:
    seen: dict[str, FeedHealth] = {}
    for health in feeds:
        place = (health.location or health.url).partition("://")[2].rstrip("/")
        if place in seen:
            yield health, f"is the same feed as {seen[place].url}", f"byline feeds remove {health.url}"
        seen.setdefault(place, health)


def _quiet(feeds: Iterable[FeedHealth], now: datetime) -> Iterator[tuple[FeedHealth, str, str]]:
    for health in feeds:
        if health.newest and now - health.newest > _SILENT:
            yield health, f"has been silent for {spoken(now - health.newest)}", f"byline feeds remove {health.url}"


def _unused(feeds: Iterable[FeedHealth], now: datetime) -> Iterator[tuple[FeedHealth, str, str]]:
    for health in feeds:
        tried = health.since is not None and now - health.since > _TRIED
        if tried and health.offered >= _ENOUGH and not health.shortlisted:
            because = f"brought {health.offered} entries in eight weeks, and none reached the shortlist"
            yield health, because, f"byline feeds remove {health.url}"

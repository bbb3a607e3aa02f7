"""What would make the list of feeds better: which to drop, to mend, or to keep once instead of twice.

Pure rules from how feeds are to advice; nothing is done by it.
"""

from __future__ import annotations

import shlex
from collections import defaultdict
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Final

from pipeline.html import safe_url
from pipeline.words import spoken

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from datetime import datetime

    from pipeline.pull.subscriptions.health import FeedHealth

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
            yield health, health.paused, _remove(health)
        elif health.error and health.failures >= _OFTEN and (last is None or now - last > _LONG_FAILED):
            ago = f"was last read {spoken(now - last)} ago" if last else "was never read"
            yield health, f"{ago}: it {health.error}", _remove(health)


def _twice(feeds: Iterable[FeedHealth]) -> Iterator[tuple[FeedHealth, str, str]]:
    same: defaultdict[str, list[FeedHealth]] = defaultdict(list)
    for health in feeds:
        same[_place(health.moved_to or health.url)].append(health)
    for several in same.values():
        best = min(several, key=lambda health: (health.moved_to is not None, not health.url.startswith("https:")))
        for health in several:
            if health is not best:
                yield health, f"is the same feed as {best.url}", _remove(health)


def _place(url: str) -> str:
    """Return an address without what makes no difference to where it leads."""
    return (safe_url(url, tracking=True) or url).partition("://")[2].rstrip("/")


def _quiet(feeds: Iterable[FeedHealth], now: datetime) -> Iterator[tuple[FeedHealth, str, str]]:
    for health in feeds:
        if health.newest and now - health.newest > _SILENT:
            yield health, f"has been silent for {spoken(now - health.newest)}", _remove(health)


def _unused(feeds: Sequence[FeedHealth], now: datetime) -> Iterator[tuple[FeedHealth, str, str]]:
    if not any(health.shortlisted for health in feeds):  # nothing was selected, and so nothing passed over
        return
    for health in feeds:
        tried = health.since is not None and now - health.since > _TRIED
        if tried and health.offered >= _ENOUGH and not health.shortlisted:
            because = f"brought {health.offered} entries in eight weeks, and none reached the shortlist"
            yield health, because, _remove(health)


def _remove(health: FeedHealth) -> str:
    return shlex.join(("byline", "feeds", "remove", health.url))

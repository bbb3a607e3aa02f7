"""The feeds of one host, asked one after another by somebody who is a guest there."""

from __future__ import annotations

import asyncio
from collections import defaultdict
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

from pipeline.errors import BylineError
from pipeline.html import host_of
from pipeline.model import FeedOutcome, FeedState, Unreadable
from pipeline.pull import settle
from pipeline.pull.fetch import fetch
from pipeline.pull.history import earlier_pages
from pipeline.pull.statuses import fault_in_words

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from datetime import datetime

    from pipeline.model import Feed
    from pipeline.pull.guest import Guest
    from pipeline.pull.keeping import Keeping, Pages
    from pipeline.pull.parsers import Parsers

_HOSTS_A_SLOT: Final = 4
"""So many hosts are visited for each that is asked: the others pause, or have their answers read and kept."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Terms:
    """On which terms feeds are asked: the time, whether only those that are due, and how many earlier pages of each.

    ``dice`` gives a number in [0, 1) at each throw.
    """

    now: datetime
    only_due: bool = False
    history: int = 0
    dice: Callable[[], float]


class Visit:
    """The means and terms of one pull."""

    def __init__(self, *, web: Guest, parsers: Parsers, keeping: Keeping, terms: Terms) -> None:
        self._web, self._parsers, self._keeping, self._terms = web, parsers, keeping, terms
        self._hosts = asyncio.Semaphore(_HOSTS_A_SLOT * web.concurrency)

    async def host(self, feeds: Iterable[Feed]) -> None:
        """Ask ``feeds``, which are all of one host; if the first is told to come later, the others do not ask."""
        async with self._hosts:
            for feed in feeds:
                await self._feed(feed)

    async def _feed(self, feed: Feed) -> None:
        now, wait = self._terms.now, self._web.wait(feed.address)
        spared = settle.spared(feed, wait, now, only_due=self._terms.only_due)
        if spared is not None:
            await self._keeping.put(spared)
            return
        try:
            outcome, pages = await self._ask(feed)
        except BylineError:
            raise
        except Exception as error:  # noqa: BLE001  (an answer nobody thought of must not stop the other feeds)
            outcome, pages = settle.failed(feed, fault_in_words(error)), ()
        if outcome.state is not FeedState.WAITING:
            outcome = settle.planned(outcome, self._web.wait(feed.address), now, self._terms.dice())
        await self._keeping.put(outcome, pages)

    async def _ask(self, feed: Feed) -> tuple[FeedOutcome, Pages]:
        """Fetch and parse one feed. Return how it fared, and the pages of its entries, the newest first."""
        now = self._terms.now
        fetched = await fetch(feed, self._web, now, whole=self._terms.history > 0)
        if isinstance(fetched, FeedOutcome):
            return fetched, ()
        parsed = await self._parsers.parse(fetched)
        if isinstance(parsed, Unreadable):
            return settle.broken(feed, fetched, parsed.cause, now), ()
        outcome = settle.read(feed, fetched, parsed, now)
        if not self._terms.history:
            return outcome, (parsed.entries,)
        earlier, told = await earlier_pages(feed, parsed, self._terms.history, self._web, self._parsers)
        return replace(outcome, history=told), (parsed.entries, *earlier)


def by_host(feeds: Iterable[Feed]) -> Iterable[list[Feed]]:
    """Return ``feeds`` in groups that are asked at one host each."""
    groups: defaultdict[str, list[Feed]] = defaultdict(list)
    for feed in feeds:
        groups[host_of(feed.address)].append(feed)
    return groups.values()

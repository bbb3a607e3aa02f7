"""The feeds of one host, asked one after another by somebody who is a guest there."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING

from pipeline.model import FeedOutcome, Unreadable
from pipeline.pull import settle
from pipeline.pull.fetch import fetch
from pipeline.pull.history import earlier_pages
from pipeline.pull.schedule import reason_to_wait

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence
    from datetime import datetime

    from pipeline.model import Due, Feed, ParsedEntry
    from pipeline.pull.keeping import Keeping
    from pipeline.pull.parsers import Parsers
    from pipeline.web import Web


@dataclass(frozen=True, slots=True, kw_only=True)
class Terms:
    """On which terms feeds are asked: the time, whether only those that are due, and how many earlier pages of each.

    ``dice`` gives a number in [0, 1) at each throw.
    """

    now: datetime
    only_due: bool = False
    history: int = 0
    dice: Callable[[], float]


@dataclass(frozen=True, slots=True, kw_only=True)
class Visit:
    """The means and terms of one pull, and the hosts that want to be left alone."""

    web: Web
    parsers: Parsers
    keeping: Keeping
    waits: dict[str, Due]
    terms: Terms

    async def host(self, feeds: Iterable[Feed]) -> None:
        """Ask ``feeds``, which are all of one host; if the first is told to come later, the others do not ask."""
        for feed in feeds:
            terms = self.terms
            because = reason_to_wait(feed, self.waits.get(feed.host), terms.now, only_due=terms.only_due)
            if because is not None:
                self.keeping.put(settle.waiting(feed, because))
                continue
            outcome, entries = await self._ask(feed)
            if outcome.wait is not None:
                self.waits[feed.host] = outcome.wait
            self.keeping.put(settle.planned(outcome, terms.now, terms.dice()), entries)

    async def _ask(self, feed: Feed) -> tuple[FeedOutcome, Sequence[ParsedEntry]]:
        """Fetch and parse one feed. Return how it fared, and the entries that it has now."""
        now = self.terms.now
        fetched = await fetch(feed, self.web, now, whole=self.terms.history > 0)
        if isinstance(fetched, FeedOutcome):
            return fetched, ()
        parsed = await self.parsers.parse(fetched)
        if isinstance(parsed, Unreadable):
            return settle.broken(feed, fetched, parsed.cause, now), ()
        earlier = await earlier_pages(feed, parsed, self.terms.history, self.web, self.parsers)
        return settle.read(feed, fetched, parsed, now), (*parsed.entries, *earlier)


def by_host(feeds: Iterable[Feed]) -> Iterable[list[Feed]]:
    """Return ``feeds`` in groups that are asked at one host each."""
    groups: defaultdict[str, list[Feed]] = defaultdict(list)
    for feed in feeds:
        groups[feed.host].append(feed)
    return groups.values()

"""The room ``pull``: feeds come in over the web, entries go into the store.

It asks feeds as a guest does, keeps what is new, and says of each feed how it fared. One bad feed is a value in the
result; it stops none of the others.
"""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import TYPE_CHECKING

from pipeline.html import plain_text
from pipeline.model import Feed, FeedId, FeedOutcome, Unreadable
from pipeline.pull.discover import discover
from pipeline.pull.fetch import Fetched, fetch, fetch_file
from pipeline.pull.keeping import Keeping
from pipeline.pull.processes import Parsers
from pipeline.pull.visit import Terms, Visit, by_host
from pipeline.store import pull as kept

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from datetime import datetime

    from pipeline.model import ParsedFeed
    from pipeline.pull.discover import Candidate
    from pipeline.store import Store
    from pipeline.web import Answer, Unreachable, Web

__all__ = ["Terms", "look_for_feeds", "peek", "pull"]


async def pull(
    feeds: Sequence[Feed], web: Web, store: Store, terms: Terms, tell: Callable[[FeedOutcome], None]
) -> tuple[FeedOutcome, ...]:
    """Bring feeds up to date on these terms. Return how each fared, in the order of ``feeds``."""
    fared: dict[FeedId, FeedOutcome] = {}

    def told(outcome: FeedOutcome) -> None:
        fared[outcome.feed.id] = outcome
        tell(outcome)

    with store.reading() as connection:
        waits = kept.waits(connection, terms.now)
    with Parsers(web.timeout_seconds, web.max_bytes) as parsers:
        async with Keeping(store, terms.now, told) as keeping, asyncio.TaskGroup() as group:
            visit = Visit(web=web, parsers=parsers, keeping=keeping, waits=waits, terms=terms)
            for of_one_host in by_host(feeds):
                group.create_task(visit.host(of_one_host))
    return tuple(fared[feed.id] for feed in feeds)


async def look_for_feeds(url: str, web: Web, *, allow_private: bool) -> tuple[Candidate, ...] | Unreachable:
    """Return the feeds found for ``url``, the likeliest first; nothing is kept."""
    with Parsers(web.timeout_seconds, web.max_bytes) as parsers:

        async def read(answer: Answer) -> ParsedFeed | Unreadable:
            return await parsers.parse(Fetched(url=answer.url, body=answer.body, headers=answer.headers))

        return await discover(url, web, read, allow_private=allow_private)


async def peek(
    places: Sequence[str],
    web: Web,
    now: datetime,
    tell: Callable[[str, ParsedFeed | Unreadable], None],
    *,
    allow_private: bool,
) -> None:
    """Tell what Byline sees in the feeds at ``places``, addresses or files, in their order; nothing is kept."""
    with Parsers(web.timeout_seconds, web.max_bytes) as parsers:

        async def one(place: str) -> ParsedFeed | Unreadable:
            feed = Feed(id=FeedId(0), url=place, title=plain_text(""), allow_private=allow_private)
            is_address = place.startswith(("http://", "https://"))
            fetched = await (fetch(feed, web, now) if is_address else asyncio.to_thread(fetch_file, Path(place)))
            if isinstance(fetched, FeedOutcome):
                return Unreadable(cause=fetched.cause or "gives nothing to read")
            return fetched if isinstance(fetched, Unreadable) else await parsers.parse(fetched)

        tasks = [asyncio.create_task(one(place)) for place in places]
        for place, task in zip(places, tasks, strict=True):
            tell(place, await task)

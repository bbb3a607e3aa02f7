"""The room ``pull``: feeds come in over the web, entries go into the store.

It asks feeds as a guest does, keeps what is new, and says of each feed how it fared. One bad feed is a value in the
result; it stops none of the others.
"""

from __future__ import annotations

import asyncio
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Final
from urllib.parse import urlsplit

from pipeline.html import plain_text
from pipeline.model import Feed, FeedId, FeedOutcome, Snapshot, Unreadable
from pipeline.pull.articles import article
from pipeline.pull.discover import discover
from pipeline.pull.fetch import fetch, fetch_file
from pipeline.pull.fetched import Fetched
from pipeline.pull.keeping import Keeping
from pipeline.pull.parsers import Parsers
from pipeline.pull.robots import Robots
from pipeline.pull.visit import Terms, Visit, by_host
from pipeline.store import pull as kept

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from datetime import datetime

    from pipeline.model import ParsedFeed, SafeUrl
    from pipeline.pull.discover import Candidate
    from pipeline.store import Store
    from pipeline.web import Answer, Unreachable, Web

__all__ = ["Terms", "look_for_feeds", "peek", "pull", "take_snapshots"]

SNAPSHOT_LASTS: Final = timedelta(days=7)
"""So long the text of an article is good enough not to ask its site again."""


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


async def take_snapshots(
    links: Sequence[SafeUrl],
    web: Web,
    store: Store,
    now: datetime,
    tell: Callable[[SafeUrl, Snapshot | Unreadable], None],
    *,
    private_hosts: frozenset[str],
) -> None:
    """Keep the text of the article at each of ``links``, where its site allows that, and tell what came of it.

    A text that was taken less than a week ago is not asked for again. ``private_hosts`` may be at private addresses.
    """
    with store.reading() as connection:
        known = kept.snapshots_since(connection, links, now - SNAPSHOT_LASTS)
    robots = Robots(web)
    with Parsers(web.timeout_seconds, web.max_bytes) as parsers:

        async def one(link: SafeUrl) -> None:
            private = urlsplit(link).netloc in private_hosts
            found = known.get(link) or await article(link, web, robots, parsers.extract, now, allow_private=private)
            if isinstance(found, Snapshot):
                await asyncio.to_thread(_keep_snapshot, store, found)
            tell(link, found)

        async with asyncio.TaskGroup() as group:
            for link in dict.fromkeys(links):
                group.create_task(one(link))


def _keep_snapshot(store: Store, snapshot: Snapshot) -> None:
    with store.writing() as connection:
        kept.keep_snapshot(connection, snapshot)


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

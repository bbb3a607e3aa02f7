"""The room ``pull``: feeds come in over the web, entries go into the store.

It asks feeds as a guest does, keeps what is new, and says of each feed how it fared. One bad feed is a value in the
result; it stops none of the others.
"""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Final

from pipeline.model import Snapshot, Unreadable
from pipeline.pull.articles import article
from pipeline.pull.discover import discover
from pipeline.pull.fetch import fetch_file, fetch_once
from pipeline.pull.fetched import fetched
from pipeline.pull.guest import Guest
from pipeline.pull.keeping import Keeping
from pipeline.pull.parsers import Parsers
from pipeline.pull.robots import Robots
from pipeline.pull.settle import sensibly_dated
from pipeline.pull.visit import Terms, Visit, by_host
from pipeline.store import pull as kept

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from datetime import datetime

    from pipeline.model import Due, Feed, FeedId, FeedOutcome, ParsedFeed, SafeUrl
    from pipeline.pull.discover import Discovery
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

    guest = _guest(web, store, terms.now)
    with Parsers(web.timeout_seconds, web.max_bytes) as parsers:
        async with Keeping(store, terms.now, told) as keeping, asyncio.TaskGroup() as group:
            visit = Visit(web=guest, parsers=parsers, keeping=keeping, terms=terms)
            for of_one_host in by_host(feeds):
                group.create_task(visit.host(of_one_host))
    return tuple(fared[feed.id] for feed in feeds)


async def look_for_feeds(
    url: str, web: Web, store: Store, now: datetime, *, allow_private: bool
) -> Discovery | Unreachable:
    """Return the feeds found for ``url``, the likeliest first; nothing of them is kept."""
    guest = _guest(web, store, now)
    with Parsers(web.timeout_seconds, web.max_bytes) as parsers:

        async def read(answer: Answer) -> ParsedFeed | Unreadable:
            body = fetched(answer)
            return body if isinstance(body, Unreadable) else await parsers.parse(body)

        return await discover(url, guest, read, allow_private=allow_private)


async def take_snapshots(
    links: Mapping[SafeUrl, bool],
    web: Web,
    store: Store,
    now: datetime,
    tell: Callable[[SafeUrl, Snapshot | Unreadable], None],
) -> None:
    """Keep the text of the article at each of ``links``, where its site allows that, and tell what came of it.

    With each link stands whether it may be at a private address. A text that was taken less than a week ago is not
    asked for again.
    """
    with store.reading() as connection:
        known = kept.snapshots_since(connection, list(links), now - SNAPSHOT_LASTS)
    guest = _guest(web, store, now)
    robots = Robots(guest)
    with Parsers(web.timeout_seconds, web.max_bytes) as parsers:

        async def one(link: SafeUrl) -> Snapshot | Unreadable:
            if link in known:
                return known[link]
            found = await article(link, guest, robots, parsers.extract, now, allow_private=links[link])
            if isinstance(found, Snapshot):
                await asyncio.to_thread(_keep_snapshot, store, found)
            return found

        async with asyncio.TaskGroup() as group:
            tasks = [(link, group.create_task(one(link))) for link in links]
            for link, task in tasks:
                tell(link, await task)


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
            if place.startswith(("http://", "https://")):
                body = await fetch_once(place, web, allow_private=allow_private)
            else:
                body = await asyncio.to_thread(fetch_file, Path(place))
            feed = body if isinstance(body, Unreadable) else await parsers.parse(body)
            if isinstance(feed, Unreadable):
                return feed
            return replace(feed, entries=tuple(sensibly_dated(entry, now) for entry in feed.entries))

        tasks = [asyncio.create_task(one(place)) for place in places]
        for place, task in zip(places, tasks, strict=True):
            tell(place, await task)


def _guest(web: Web, store: Store, now: datetime) -> Guest:
    """Return ``web`` as a guest uses it, who remembers over restarts which hosts want to be left alone."""
    with store.reading() as connection:
        waits = kept.waits(connection, now)

    async def keep(host: str, wait: Due) -> None:
        await asyncio.to_thread(_keep_wait, store, host, wait)

    return Guest(web, waits, now, keep)


def _keep_wait(store: Store, host: str, wait: Due) -> None:
    with store.writing() as connection:
        kept.keep_wait(connection, host, wait)

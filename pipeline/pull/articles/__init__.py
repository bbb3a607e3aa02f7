"""The text of the pages that entries lead to, as their sites allow: what quotations are checked against."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from typing import TYPE_CHECKING, Final

from pipeline.model import Snapshot
from pipeline.pull.articles.page import article
from pipeline.pull.articles.robots import Robots
from pipeline.pull.guest import as_guest
from pipeline.pull.parsers import Parsers
from pipeline.store import pull as kept

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from datetime import datetime

    from pipeline.model import SafeUrl, Unreadable
    from pipeline.store import Store
    from pipeline.web import Web

__all__ = ["take_snapshots"]

SNAPSHOT_LASTS: Final = timedelta(days=7)
"""So long the text of an article is good enough not to ask its site again."""


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
    with as_guest(web, store, now) as guest, Parsers(web.timeout_seconds, web.max_bytes) as parsers:
        robots = Robots(guest)

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

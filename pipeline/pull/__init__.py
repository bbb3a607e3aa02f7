"""The room ``pull``: feeds come in over the web, entries go into the store.

It reads all feeds at once, keeps what is new, and says of each feed how it fared. One bad feed is a value in the
result; it stops none of the others.
"""

from __future__ import annotations

import asyncio
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from pipeline.html import plain_text
from pipeline.model import Feed, FeedId, FeedOutcome, FeedState, Unreadable
from pipeline.pull.fetch import fetch, fetch_file, remembering
from pipeline.pull.health import failed
from pipeline.pull.identity import identified
from pipeline.pull.processes import Parsers
from pipeline.store import pull as kept

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from datetime import datetime

    from pipeline.model import ParsedEntry, ParsedFeed
    from pipeline.store import Store
    from pipeline.web import Web


async def pull(
    feeds: Sequence[Feed], web: Web, store: Store, now: datetime, tell: Callable[[FeedOutcome], None]
) -> tuple[FeedOutcome, ...]:
    """Bring every feed up to date. Return how each fared, in the order of ``feeds``."""
    one_at_a_time = asyncio.Lock()  # of the writes; the fetches go on meanwhile

    async def one(feed: Feed, parsers: Parsers) -> FeedOutcome:
        outcome, entries = await _read(feed, web, parsers)
        async with one_at_a_time:
            outcome = await asyncio.to_thread(_keep, outcome, entries, store, now)
        tell(outcome)
        return outcome

    with Parsers(web.timeout_seconds, web.max_bytes) as parsers:
        async with asyncio.TaskGroup() as group:
            tasks = [group.create_task(one(feed, parsers)) for feed in feeds]
    return tuple(task.result() for task in tasks)


async def _read(feed: Feed, web: Web, parsers: Parsers) -> tuple[FeedOutcome, tuple[ParsedEntry, ...]]:
    """Fetch and parse one feed. Return how it fared, and the entries that it has now."""
    fetched = await fetch(feed, web)
    if isinstance(fetched, FeedOutcome):
        return fetched, ()
    parsed = await parsers.parse(fetched)
    if isinstance(parsed, Unreadable):
        return failed(feed, parsed.cause), ()
    known = remembering(feed, fetched, parsed.title)
    read = FeedOutcome(feed=known, state=FeedState.READ, repairs=parsed.repairs, moved_to=fetched.moved_to)
    return read, identified(parsed.entries)


def _keep(outcome: FeedOutcome, entries: Sequence[ParsedEntry], store: Store, now: datetime) -> FeedOutcome:
    """Write down how a feed fared and what it brought, all together."""
    feed = outcome.feed
    with store.writing() as connection:
        new, updated = kept.keep_entries(connection, feed.id, entries, feed.title, now)
        kept.keep_outcome(connection, outcome, now)
    return replace(outcome, new=new, updated=updated)


async def peek(
    places: Sequence[str], web: Web, tell: Callable[[str, ParsedFeed | Unreadable], None], *, allow_private: bool
) -> None:
    """Tell what Byline sees in the feeds at ``places``, addresses or files, in their order; nothing is kept."""
    with Parsers(web.timeout_seconds, web.max_bytes) as parsers:

        async def one(place: str) -> ParsedFeed | Unreadable:
            feed = Feed(id=FeedId(0), url=place, title=plain_text(""), allow_private=allow_private)
            is_address = place.startswith(("http://", "https://"))
            fetched = await (fetch(feed, web) if is_address else asyncio.to_thread(fetch_file, Path(place)))
            if isinstance(fetched, FeedOutcome):
                return Unreadable(cause=fetched.cause or "gives nothing to read")
            return fetched if isinstance(fetched, Unreadable) else await parsers.parse(fetched)

        tasks = [asyncio.create_task(one(place)) for place in places]
        for place, task in zip(places, tasks, strict=True):
            tell(place, await task)

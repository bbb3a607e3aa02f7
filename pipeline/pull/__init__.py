"""The room ``pull``: feeds come in over the web, entries go into the store.

It reads all feeds at once, keeps what is new, and says of each feed how it fared. One bad feed is a value in the
result; it stops none of the others.
"""

from __future__ import annotations

import asyncio
from dataclasses import replace
from typing import TYPE_CHECKING

from pipeline.html import plain_text
from pipeline.model import Feed, FeedId, FeedOutcome, FeedState, Unreadable
from pipeline.pull.fetch import fetch, remembering
from pipeline.pull.health import failed
from pipeline.pull.identity import identified
from pipeline.pull.parse import parse
from pipeline.store import pull as kept

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from datetime import datetime
    from pathlib import Path

    from pipeline.model import ParsedEntry, ParsedFeed
    from pipeline.store import Store
    from pipeline.web import Web


async def pull(
    feeds: Sequence[Feed], web: Web, store: Store, now: datetime, tell: Callable[[FeedOutcome], None]
) -> tuple[FeedOutcome, ...]:
    """Bring every feed up to date. Return how each fared, in the order of ``feeds``."""
    one_at_a_time = asyncio.Lock()  # of the writes; the fetches go on meanwhile

    async def one(feed: Feed) -> FeedOutcome:
        outcome, entries = await _read(feed, web)
        async with one_at_a_time:
            outcome = await asyncio.to_thread(_keep, outcome, entries, store, now)
        tell(outcome)
        return outcome

    async with asyncio.TaskGroup() as group:
        tasks = [group.create_task(one(feed)) for feed in feeds]
    return tuple(task.result() for task in tasks)


async def _read(feed: Feed, web: Web) -> tuple[FeedOutcome, tuple[ParsedEntry, ...]]:
    """Fetch and parse one feed. Return how it fared, and the entries that it has now."""
    fetched = await fetch(feed, web)
    if isinstance(fetched, FeedOutcome):
        return fetched, ()
    parsed = await asyncio.to_thread(parse, fetched.body, fetched.url, fetched.content_type, web.max_bytes)
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


async def peek(url: str, web: Web, *, allow_private: bool) -> ParsedFeed | Unreadable:
    """Return the feed at ``url`` as Byline sees it, without keeping anything."""
    fetched = await fetch(Feed(id=FeedId(0), url=url, title=plain_text(""), allow_private=allow_private), web)
    if isinstance(fetched, FeedOutcome):
        return Unreadable(cause=fetched.cause or "gives nothing to read")
    return parse(fetched.body, fetched.url, fetched.content_type, web.max_bytes)


def peek_file(path: Path) -> ParsedFeed | Unreadable:
    """Return the feed in a file as Byline sees it."""
    try:
        return parse(path.read_bytes())
    except OSError as error:
        return Unreadable(cause=f"cannot be read ({error.strerror})")

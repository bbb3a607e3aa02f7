"""What was pulled, written down: many outcomes in one transaction, while the feeds after them are still asked."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from typing import TYPE_CHECKING, Final, Self

from pipeline.model import Change, ChangeKind, FeedState
from pipeline.pull.taking import take_in
from pipeline.store import pull as kept

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from datetime import datetime

    from sqlalchemy import Connection

    from pipeline.model import FeedOutcome, ParsedEntry
    from pipeline.store import Store

    Pages = Sequence[Sequence[ParsedEntry]]
    Pulled = tuple[FeedOutcome, Pages]

_AT_ONCE: Final = 100
"""Outcomes in one transaction: a pull that is killed forgets these at most, and asks those feeds again."""


class Keeping:
    """Keeps outcomes in the order in which they come, and tells each once it is kept. A context manager."""

    def __init__(self, store: Store, now: datetime, tell: Callable[[FeedOutcome], None]) -> None:
        self._store, self._now, self._tell = store, now, tell
        self._queue: asyncio.Queue[Pulled | None] = asyncio.Queue(_AT_ONCE)

    async def __aenter__(self) -> Self:
        self._writer = asyncio.create_task(self._write())
        return self

    async def __aexit__(self, failure: object, *_: object) -> None:
        if failure is None:
            await self._hand_over(None)
        else:
            self._writer.cancel()
        await asyncio.gather(self._writer, return_exceptions=failure is not None)

    async def put(self, outcome: FeedOutcome, pages: Pages = ()) -> None:
        """Have ``outcome`` kept with the pages of its feed's entries, the newest first, once there is room for more."""
        await self._hand_over((outcome, pages))

    async def _hand_over(self, item: Pulled | None) -> None:
        handed = asyncio.ensure_future(self._queue.put(item))
        await asyncio.wait({handed, self._writer}, return_when=asyncio.FIRST_COMPLETED)
        if self._writer.done():
            handed.cancel()
            self._writer.result()  # a store that cannot be written to stops the pull

    async def _write(self) -> None:
        going = True
        while going:
            batch = [await self._queue.get()]
            while len(batch) < _AT_ONCE and not self._queue.empty():
                batch.append(self._queue.get_nowait())
            going = batch[-1] is not None
            pulled = [item for item in batch if item is not None]
            for outcome in await asyncio.to_thread(_keep, self._store, pulled, self._now):
                self._tell(outcome)


def _keep(store: Store, pulled: Sequence[Pulled], now: datetime) -> list[FeedOutcome]:
    """Write down how feeds fared and what they brought, all together."""
    with store.writing() as connection:
        outcomes = [_with_entries(connection, outcome, pages, now) for outcome, pages in pulled]
        kept.keep_outcomes(connection, outcomes, now)
    return outcomes


def _with_entries(connection: Connection, outcome: FeedOutcome, pages: Pages, now: datetime) -> FeedOutcome:
    """Keep the entries of one feed, and return its outcome with how many were new and how many updated."""
    if outcome.state is not FeedState.READ:
        return outcome
    feed, (newest, *earlier) = outcome.feed, pages
    taken = take_in(connection, feed, newest, now, earlier)
    change = Change(kind=ChangeKind.NAMING, before=feed.naming, after=taken.naming)
    return replace(
        outcome,
        feed=replace(feed, naming=taken.naming, repairs=(*feed.repairs, *_passed_over(taken.passed_over))),
        new=taken.new,
        updated=taken.updated,
        changes=(*outcome.changes, *((change,) if taken.naming is not feed.naming else ())),
    )


def _passed_over(count: int) -> tuple[str, ...]:
    return (f"entries that say nothing, or the same twice, passed over ({count})",) if count else ()

"""What was pulled, written down: many outcomes in one transaction, while the feeds after them are still asked."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final, Self

from pipeline.model import Change, ChangeKind, FeedState, Naming
from pipeline.pull.identity import are_reused, keyed, recognised, trusted
from pipeline.pull.settle import sensibly_dated
from pipeline.store import entries as kept_entries
from pipeline.store import pull as kept

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from datetime import datetime

    from sqlalchemy import Connection

    from pipeline.model import Feed, FeedOutcome, Key, Keyed, Known, ParsedEntry
    from pipeline.store import Store

    Pulled = tuple[FeedOutcome, Sequence[ParsedEntry]]

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

    async def put(self, outcome: FeedOutcome, entries: Sequence[ParsedEntry] = ()) -> None:
        """Have ``outcome`` kept with the entries that its feed has now, once there is room for more."""
        await self._hand_over((outcome, entries))

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
        outcomes = [_with_entries(connection, outcome, entries, now) for outcome, entries in pulled]
        kept.keep_outcomes(connection, outcomes, now)
    return outcomes


def _with_entries(
    connection: Connection, outcome: FeedOutcome, entries: Sequence[ParsedEntry], now: datetime
) -> FeedOutcome:
    """Keep the entries of one feed, and return its outcome with how many were new and how many updated."""
    if outcome.state is not FeedState.READ:
        return outcome
    before = outcome.feed.naming
    taken = take_in(connection, outcome.feed, entries, now)
    change = Change(kind=ChangeKind.NAMING, before=before, after=taken.naming)
    return replace(
        outcome,
        feed=replace(
            outcome.feed,
            naming=taken.naming,
            repairs=(*outcome.feed.repairs, *_passed_over(taken.passed_over)),
        ),
        new=taken.new,
        updated=taken.updated,
        changes=(*outcome.changes, *((change,) if taken.naming is not before else ())),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Taken:
    """What came of the entries of a feed: how many were new, updated or passed over, and by what they are known."""

    new: int
    updated: int
    passed_over: int
    naming: Naming


def take_in(connection: Connection, feed: Feed, entries: Sequence[ParsedEntry], now: datetime) -> Taken:
    """Keep the ``entries`` that ``feed`` has now: what is new, and what changed."""
    any_known = kept_entries.hold(connection, feed.id)
    dated = [sensibly_dated(entry, now) for entry in entries]
    naming = feed.naming if feed.keeps_naming else trusted(dated, feed.naming)
    told = keyed(dated, naming)
    known = _known(connection, feed, told) if any_known else {}
    if naming is Naming.BY_ID and not feed.keeps_naming and are_reused(told, known):
        naming = Naming.BY_LINK
        told = keyed(dated, naming)
        known = _known(connection, feed, told)
    new, updated = kept_entries.keep_entries(connection, feed, recognised(told, known), known, now)
    return Taken(new=new, updated=updated, passed_over=len(entries) - len(told), naming=naming)


def _known(connection: Connection, feed: Feed, told: Sequence[Keyed]) -> Mapping[Key, Known]:
    """Return what is kept of ``feed`` by the keys of the entries that it has now."""
    return kept_entries.entries_by_key(connection, feed.id, [key for item in told for key in item.keys])


def _passed_over(count: int) -> tuple[str, ...]:
    return (f"entries that say nothing, or the same twice, passed over ({count})",) if count else ()

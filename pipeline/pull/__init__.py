"""The room ``pull``: feeds come in over the web, entries go into the store.

It asks feeds as a guest does, keeps what is new, and says of each feed how it fared. One bad feed is a value in the
result; it stops none of the others. ``subscriptions`` is how feeds come onto the list and leave it, ``articles`` the
text of the pages that entries lead to.
"""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from pipeline.pull.guest import as_guest
from pipeline.pull.keeping import Keeping
from pipeline.pull.parsers import Parsers
from pipeline.pull.visit import Terms, Visit, by_host

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from pipeline.model import Feed, FeedId, FeedOutcome
    from pipeline.store import Store
    from pipeline.web import Web

__all__ = ["Terms", "pull"]


async def pull(
    feeds: Sequence[Feed], web: Web, store: Store, terms: Terms, tell: Callable[[FeedOutcome], None]
) -> tuple[FeedOutcome, ...]:
    """Bring feeds up to date on these terms. Return how each fared, in the order of ``feeds``."""
    fared: dict[FeedId, FeedOutcome] = {}

    def told(outcome: FeedOutcome) -> None:
        fared[outcome.feed.id] = outcome
        tell(outcome)

    with as_guest(web, store, terms.now) as guest, Parsers(web.timeout_seconds, web.max_bytes) as parsers:
        async with Keeping(store, terms.now, told) as keeping, asyncio.TaskGroup() as group:
            visit = Visit(web=guest, parsers=parsers, keeping=keeping, terms=terms)
            for of_one_host in by_host(feeds):
                group.create_task(visit.host(of_one_host))
    return tuple(fared[feed.id] for feed in feeds)

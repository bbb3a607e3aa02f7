"""How a feed comes onto the list, how it fares there, and whether it should leave it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pipeline.model import Unreadable
from pipeline.pull.fetched import fetched
from pipeline.pull.guest import as_guest
from pipeline.pull.parsers import Parsers
from pipeline.pull.subscriptions.discover import discover

if TYPE_CHECKING:
    from datetime import datetime

    from pipeline.model import ParsedFeed
    from pipeline.pull.subscriptions.discover import Discovery
    from pipeline.store import Store
    from pipeline.web import Answer, Unreachable, Web

__all__ = ["look_for_feeds"]


async def look_for_feeds(
    url: str, web: Web, store: Store, now: datetime, *, allow_private: bool
) -> Discovery | Unreachable:
    """Return the feeds found for ``url``, the likeliest first; nothing of them is kept."""
    with as_guest(web, store, now) as guest, Parsers(web.timeout_seconds, web.max_bytes) as parsers:

        async def read(answer: Answer) -> ParsedFeed | Unreadable:
            body = fetched(answer)
            return body if isinstance(body, Unreadable) else await parsers.parse(body)

        return await discover(url, guest, read, allow_private=allow_private)

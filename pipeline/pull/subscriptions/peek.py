"""A feed looked into, from the web or out of a file, without anything being kept."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from pipeline.model import Unreadable
from pipeline.pull.conditional import ACCEPT
from pipeline.pull.fetched import Fetched, fetched
from pipeline.pull.parsers import Parsers
from pipeline.pull.settle import sensibly_dated
from pipeline.web import Unreachable

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from datetime import datetime

    from pipeline.model import ParsedFeed
    from pipeline.web import Web


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
                body = await _from_the_web(place, web, allow_private=allow_private)
            else:
                body = await asyncio.to_thread(_from_a_file, Path(place))
            feed = body if isinstance(body, Unreadable) else await parsers.parse(body)
            if isinstance(feed, Unreadable):
                return feed
            return replace(feed, entries=tuple(sensibly_dated(entry, now) for entry in feed.entries))

        tasks = [asyncio.create_task(one(place)) for place in places]
        for place, task in zip(places, tasks, strict=True):
            tell(place, await task)


async def _from_the_web(url: str, web: Web, *, allow_private: bool) -> Fetched | Unreadable:
    """Return the body at ``url``, of which nothing is known."""
    answer = await web.get(url, headers=ACCEPT, allow_private=allow_private)
    return Unreadable(cause=answer.cause) if isinstance(answer, Unreachable) else fetched(answer)


def _from_a_file(path: Path) -> Fetched | Unreadable:
    """Return the feed in a file, which has no address: its relative links lead nowhere."""
    try:
        return Fetched(url="", body=path.read_bytes())
    except OSError as error:
        return Unreadable(cause=f"cannot be read ({error.strerror})")

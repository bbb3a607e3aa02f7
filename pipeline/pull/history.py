"""The past of a feed: its earlier pages and archives (RFC 5005; JSON Feed, next_url)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from pipeline.html import authority
from pipeline.model import Unreadable
from pipeline.pull.fetched import fetched
from pipeline.web import Unreachable

if TYPE_CHECKING:
    from pipeline.model import Feed, ParsedEntry, ParsedFeed, SafeUrl
    from pipeline.pull.guest import Guest
    from pipeline.pull.parsers import Parsers

_EARLIER: Final = ("prev-archive", "next")
"""An archive comes before a page: pages shift while they are read, archives do not change (RFC 5005, section 4)."""


async def earlier_pages(
    feed: Feed, newest: ParsedFeed, most: int, web: Guest, parsers: Parsers
) -> tuple[tuple[tuple[ParsedEntry, ...], ...], str]:
    """Return the entries of at most ``most`` pages before ``newest``, the latest first, and in words how that went."""
    found: list[tuple[ParsedEntry, ...]] = []
    page, asked = newest, {feed.address}
    for _ in range(most):
        address = _before(page)
        if address is None or address in asked:
            return tuple(
                found
            ), f"{_pages(len(found))}, and there are no more" if found else "there are no earlier pages"
        asked.add(address)
        own = feed.allow_private and authority(address) == authority(feed.url)
        answer = await web.get(address, allow_private=own)
        body = Unreadable(cause=answer.cause) if isinstance(answer, Unreachable) else fetched(answer)
        parsed = body if isinstance(body, Unreadable) else await parsers.parse(body)
        if isinstance(parsed, Unreadable):
            return tuple(found), f"{_pages(len(found))}; the next one {parsed.cause}"
        found.append(parsed.entries)
        page = parsed
    return tuple(found), _pages(len(found))


def _pages(count: int) -> str:
    return f"{count or 'no'} earlier {'page' if count == 1 else 'pages'} read"


def _before(page: ParsedFeed) -> SafeUrl | None:
    return next((page.pages[relation] for relation in _EARLIER if relation in page.pages), None)

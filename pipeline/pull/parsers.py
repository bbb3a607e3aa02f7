"""Feeds and pages read in processes of their own."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pipeline.feed import parse
from pipeline.page.article import extracted
from pipeline.processes import Processes

if TYPE_CHECKING:
    from pipeline.model import ParsedFeed, Unreadable
    from pipeline.page.article import Extracted
    from pipeline.pull.fetched import Fetched


class Parsers(Processes):
    """Processes that read bodies, each body within ``seconds``."""

    def __init__(self, seconds: float, max_bytes: int) -> None:
        super().__init__(seconds, preload=("pipeline.feed.xmlfeed",))
        self._max_bytes = max_bytes

    async def parse(self, fetched: Fetched) -> ParsedFeed | Unreadable:
        """Return the feed that was fetched, as ``pipeline.feed`` reads it."""
        found: ParsedFeed | Unreadable = await self.run(
            parse, fetched.body, fetched.url, fetched.content_type, self._max_bytes
        )
        return found

    async def extract(self, body: bytes, url: str, content_type: str) -> Extracted | Unreadable:
        """Return the text of an article, as ``pipeline.page`` reads it."""
        found: Extracted | Unreadable = await self.run(extracted, body, url, content_type)
        return found

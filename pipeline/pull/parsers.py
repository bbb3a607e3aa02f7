"""Feeds and pages read in processes of their own."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pipeline.feed import parse
from pipeline.model import Unreadable
from pipeline.page.article import extracted
from pipeline.processes import Processes
from pipeline.pull.statuses import fault_in_words

if TYPE_CHECKING:
    from collections.abc import Callable

    from pipeline.model import ParsedFeed
    from pipeline.page.article import Extracted
    from pipeline.pull.fetched import Fetched


class Parsers(Processes):
    """Processes that read bodies, each body within ``seconds``."""

    def __init__(self, seconds: float, max_bytes: int) -> None:
        super().__init__(seconds, preload=("pipeline.feed.xmlfeed",))
        self._max_bytes = max_bytes

    async def parse(self, fetched: Fetched) -> ParsedFeed | Unreadable:
        """Return the feed that was fetched, as ``pipeline.feed`` reads it."""
        given = (fetched.body, fetched.url, fetched.content_type, self._max_bytes)
        found: ParsedFeed | Unreadable = await self._read(parse, *given, size=len(fetched.body))
        return found

    async def extract(self, body: bytes, url: str, content_type: str) -> Extracted | Unreadable:
        """Return the text of an article, as ``pipeline.page`` reads it."""
        found: Extracted | Unreadable = await self._read(extracted, body, url, content_type, size=len(body))
        return found

    async def _read(self, work: Callable[..., Any], *given: object, size: int) -> Any:
        try:
            return await self.run(work, *given, size=size)
        except Exception as error:  # noqa: BLE001  (a body nobody thought of must not stop the reading of others)
            return Unreadable(cause=fault_in_words(error))

"""Parsing in processes of its own, where a body that takes too long or too much can be stopped.

Some bodies of a few kilobytes keep a parser busy for minutes; a thread could not be stopped, a process can.
"""

from __future__ import annotations

import asyncio
import multiprocessing
import os
from functools import cached_property
from typing import TYPE_CHECKING, Any, Final, Self

from pebble import ProcessExpired, ProcessPool

from pipeline.feed import parse
from pipeline.model import Unreadable
from pipeline.pull.articles import extracted

if TYPE_CHECKING:
    from collections.abc import Callable

    from pipeline.model import ParsedFeed
    from pipeline.pull.articles import Extracted
    from pipeline.pull.fetch import Fetched

MOST_MEMORY: Final = 2 * 2**30
"""Bytes that one process may use."""


class Parsers:
    """A few processes that parse bodies, each body within ``seconds``. Use it as a context manager."""

    def __init__(self, seconds: float, max_bytes: int) -> None:
        self._seconds, self._max_bytes = seconds, max_bytes

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *failure: object) -> None:
        if "_pool" in self.__dict__:
            self._pool.stop()  # type: ignore[no-untyped-call]
            self._pool.join()

    @cached_property
    def _pool(self) -> ProcessPool:
        """The processes, which start when there is a first body to parse: often nothing has changed."""
        # Not a fork of this process: its threads and its open store would come along.
        ways = multiprocessing.get_all_start_methods()
        context = multiprocessing.get_context("forkserver" if "forkserver" in ways else "spawn")
        context.set_forkserver_preload(["pipeline.feed.xmlfeed"])
        return ProcessPool(max_workers=min(4, os.cpu_count() or 1), context=context, initializer=_bounded)

    async def parse(self, fetched: Fetched) -> ParsedFeed | Unreadable:
        """Return the feed that was fetched, as ``pipeline.feed`` does."""
        found: ParsedFeed | Unreadable = await self._run(
            parse, fetched.body, fetched.url, fetched.content_type, self._max_bytes
        )
        return found

    async def extract(self, body: bytes, url: str, content_type: str) -> Extracted | Unreadable:
        """Return the text of an article page, as ``pipeline.pull.articles`` does."""
        found: Extracted | Unreadable = await self._run(extracted, body, url, content_type)
        return found

    async def _run(self, work: Callable[..., Any], *given: object) -> Any:
        try:
            return await asyncio.wrap_future(self._pool.schedule(work, args=given, timeout=self._seconds))
        except TimeoutError:
            return Unreadable(cause=f"takes more than {self._seconds:g} seconds to read, and was given up")
        except (ProcessExpired, MemoryError):
            return Unreadable(cause="takes too much memory to read, and was given up")


def _bounded() -> None:
    """Bound the memory of this process, where the system can."""
    try:
        import resource
    except ImportError:
        return  # Windows
    resource.setrlimit(resource.RLIMIT_AS, (MOST_MEMORY, resource.getrlimit(resource.RLIMIT_AS)[1]))

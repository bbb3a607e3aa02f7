"""Asks for addresses: how often, how long, how much, and where they lead."""

from __future__ import annotations

import asyncio
from collections import defaultdict
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, replace
from functools import partial
from typing import TYPE_CHECKING, Final, Self

import aiohttp
from aiohttp import ClientError

from pipeline.html import authority, host_of, safe_url
from pipeline.web.asking import Answer, Unreachable
from pipeline.web.causes import in_words, is_about
from pipeline.web.guarded import ForbiddenAddressError, session

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Mapping

    from multidict import CIMultiDictProxy

    from pipeline.model import SafeUrl
    from pipeline.web.asking import Manners, Others, Refusal

MAX_REDIRECTS: Final = 10
_REDIRECTS: Final = frozenset({301, 302, 303, 307, 308})
_PERMANENT: Final = frozenset({301, 308})
_LISTS: Final = frozenset({"Cache-Control", "Vary"})
"""Headers whose value is a list, of those that anybody here reads."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Request:
    """What one server is asked: ``url`` as it is written, ``known`` as it is safe; without ``body``, for a page."""

    url: str
    known: SafeUrl
    headers: Mapping[str, str]
    body: bytes | None = None
    method: str = "GET"
    manners: Manners | None = None

    def answered(self) -> Answer | None:
        """Return what is known without asking."""
        return self.manners.known(self.known) if self.manners is not None else None

    async def refused(self) -> Unreachable | None:
        """Return why not to ask after all."""
        return await self.manners.refused(self.known) if self.manners is not None else None


class _Turns:
    """Whose turn it is at one host, and when the last one ended, by the clock of the loop."""

    def __init__(self) -> None:
        self.lock = asyncio.Lock()
        self.ended = float("-inf")


class Web:
    """A client for many URLs at once; use it as an asynchronous context manager."""

    def __init__(
        self,
        *,
        user_agent: str,
        timeout_seconds: float,
        max_bytes: int,
        concurrency: int = 16,
        pause_seconds: float = 0.0,
        others: Others | None = None,
    ) -> None:
        self._headers = {"User-Agent": user_agent, "Accept": "*/*"}
        self.timeout_seconds = timeout_seconds
        self.max_bytes = max_bytes
        self.concurrency = concurrency
        self._slots = asyncio.Semaphore(concurrency)
        self._pause_seconds = pause_seconds
        self.others = others
        self._hosts: defaultdict[str, _Turns] = defaultdict(_Turns)
        self._open = AsyncExitStack()

    async def __aenter__(self) -> Self:
        self._guarded = await self._open.enter_async_context(
            session(self._headers, max_bytes=self.max_bytes, guarded=True)
        )
        self._private = await self._open.enter_async_context(
            session(self._headers, max_bytes=self.max_bytes, guarded=False)
        )
        return self

    async def __aexit__(self, *failure: object) -> None:
        await self._open.aclose()

    async def get(
        self,
        url: str,
        *,
        headers: Mapping[str, str] | None = None,
        allow_private: bool = False,
        pause: float = 0.0,
        refusal: Refusal | None = None,
        manners: Manners | None = None,
    ) -> Answer | Unreachable:
        """Fetch ``url``. ``allow_private`` permits a private address for the very host and port of ``url`` alone.

        Between two visits of one host there is a pause of ``pause`` seconds, and at least the usual one; a host of
        one's own needs none. ``refusal`` may say of every address that would be asked, on redirects too, why not.
        """
        try:
            pause = 0.0 if allow_private else max(pause, self._pause_seconds)
            asking = partial(_Request, headers=headers or {}, manners=manners)
            return await self._follow(url, asking, pause, refusal, allow_private=allow_private)
        except TimeoutError:
            return Unreachable(cause=f"did not answer in full within {self.timeout_seconds:g} seconds")
        except (ClientError, OSError, ValueError) as error:
            return Unreachable(cause=in_words(error))

    async def post(
        self, url: str, body: bytes, *, headers: Mapping[str, str], method: str = "POST"
    ) -> Answer | Unreachable:
        """Send ``body`` to ``url``, an address of the author's own that may be private; no redirect is followed."""
        known = safe_url(url, tracking=True)
        if known is None:
            return Unreachable(cause="is no web address that can be asked")
        try:
            asked = _Request(url=url, known=known, headers=headers, body=body, method=method)
            answer, _ = await self._hop(asked, self.timeout_seconds, 0.0, own=True)
        except TimeoutError:
            return Unreachable(cause=f"did not answer in full within {self.timeout_seconds:g} seconds")
        except (ClientError, OSError, ValueError) as error:
            return Unreachable(cause=in_words(error), is_unsent=is_about(error, aiohttp.ClientConnectorError))
        return answer

    async def _follow(
        self, url: str, asking: partial[_Request], pause: float, refusal: Refusal | None, *, allow_private: bool
    ) -> Answer | Unreachable:
        here, rest = url, pause
        moved_to: SafeUrl | None = None
        detoured = False
        spent = 0.0  # seconds of all hops, without the waiting for a host's turn
        for _ in range(MAX_REDIRECTS + 1):
            known = safe_url(here, tracking=True)
            if known is None:
                return Unreachable(cause="is no web address that can be fetched")
            if refusal is not None and (refused := await refusal(known)):
                return refused
            own = allow_private and authority(here) == authority(url)
            try:
                asked = asking(url=here, known=known)
                answer, seconds = await self._hop(asked, self.timeout_seconds - spent, rest, own=own)
            except (ClientError, OSError) as error:
                if here != url and is_about(error, ForbiddenAddressError):
                    return Unreachable(cause=f"redirects to {host_of(known)}, which is at a private address")
                raise
            if isinstance(answer, Unreachable) or answer.status not in _REDIRECTS:
                if isinstance(answer, Answer):
                    answer = replace(answer, moved_to=moved_to, detoured=detoured)
                return answer
            spent += seconds
            target = safe_url(answer.headers.get("Location", ""), here, tracking=True)
            if target is None:
                return Unreachable(cause="redirects to something that is no web address")
            rest = 0.0 if host_of(target) == host_of(known) else pause  # it belongs to the visit
            detoured = detoured or answer.status not in _PERMANENT
            moved_to = moved_to if detoured else target
            here = target
        return Unreachable(cause=f"redirects more than {MAX_REDIRECTS} times")

    async def _hop(
        self, asked: _Request, seconds: float, pause: float, *, own: bool
    ) -> tuple[Answer | Unreachable, float]:
        """Ask for one address, within ``seconds`` of when it is its host's turn. Return how long it took, too."""
        clock = asyncio.get_running_loop().time
        turns = self._hosts[host_of(asked.known)]
        if known := asked.answered():
            return known, 0.0
        async with turns.lock:
            await asyncio.sleep(turns.ended + pause - clock())
            try:
                async with self._slot(asked, pause, seconds) as until, asyncio.timeout_at(until):
                    began = clock()
                    if needless := asked.answered() or await asked.refused():
                        return needless, 0.0
                    answer = await self._read(self._private if own else self._guarded, asked)
                    if asked.manners is not None and isinstance(answer, Answer):
                        await asked.manners.heard(answer)
                    return answer, clock() - began
            finally:
                turns.ended = clock()

    @asynccontextmanager
    async def _slot(self, asked: _Request, pause: float, seconds: float) -> AsyncIterator[float]:
        """Have one of the slots, and the host's turn where it is shared; give until when, by the clock of the loop.

        No slot is kept while others have the turn. Whoever sleeps within a turn until it is over asks for nothing more.
        """
        clock = asyncio.get_running_loop().time
        host, later = host_of(asked.known), 0.0
        while True:
            async with self._slots:
                until = clock() + seconds
                if self.others is None or not (later := await self.others.take(host, pause, seconds)):
                    try:
                        if clock() >= until:
                            raise TimeoutError
                        yield until
                    finally:
                        if self.others is not None:
                            await self.others.end(host)
                    return
            await asyncio.sleep(later)

    async def _read(self, session: aiohttp.ClientSession, asked: _Request) -> Answer | Unreachable:
        async with session.request(
            asked.method, asked.url, data=asked.body, headers=asked.headers, allow_redirects=False
        ) as response:
            chunks, size = [], 0
            async for chunk in response.content.iter_any():
                chunks.append(chunk)
                size += len(chunk)
                if size > self.max_bytes:
                    return Unreachable(cause=f"sends more than {self.max_bytes // 2**20} MB")
            headers = _with_whole_lists(response.headers)
            return Answer(url=asked.known, status=response.status, headers=headers, body=b"".join(chunks))


def _with_whole_lists(headers: CIMultiDictProxy[str]) -> Mapping[str, str]:
    """Return ``headers`` with a list that is given in several lines as the one that it is (RFC 9110, section 5.3)."""
    whole = headers.copy()
    for name in _LISTS & {name.title() for name in headers}:
        whole[name] = ", ".join(headers.getall(name))
    return whole

"""The only way out to a URL that we did not write: guarded, bounded, polite.

What comes in is a URL and headers; what goes out is an ``Answer``, or an ``Unreachable`` that says why in plain
words. Every address is checked where it counts, on the socket that is about to connect, at each hop of a redirect.
"""

from __future__ import annotations

import asyncio
import ipaddress
import socket
from collections import defaultdict
from contextlib import AsyncExitStack
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final, Self
from urllib.parse import urlsplit

import aiohttp
from aiohttp import ClientError, ClientTimeout, TCPConnector

from pipeline.html import plain_text, safe_url

if TYPE_CHECKING:
    from collections.abc import Mapping

    from pipeline.model import SafeUrl

MAX_REDIRECTS: Final = 10
_REDIRECTS: Final = frozenset({301, 302, 303, 307, 308})
_PERMANENT: Final = frozenset({301, 308})

# Python's ipaddress.is_global differs from release to release; this is the IANA registry of special-purpose
# addresses (RFC 6890 and its updates), with multicast and the deprecated 6to4 relays.
_NOT_PUBLIC: Final = tuple(
    ipaddress.ip_network(network)
    for network in (
        "0.0.0.0/8 10.0.0.0/8 100.64.0.0/10 127.0.0.0/8 169.254.0.0/16 172.16.0.0/12 192.0.0.0/24 "
        "192.0.2.0/24 192.88.99.0/24 192.168.0.0/16 198.18.0.0/15 198.51.100.0/24 203.0.113.0/24 "
        "224.0.0.0/4 240.0.0.0/4 2001::/23 2001:db8::/32 3fff::/20"
    ).split()
)
_PUBLIC_IPV6: Final = ipaddress.IPv6Network("2000::/3")
_NAT64: Final = ipaddress.IPv6Network("64:ff9b::/96")


class ForbiddenAddressError(OSError):
    """The address about to be connected to is not a public one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What a server answered. ``moved_to`` is where a chain of permanent redirects led."""

    url: SafeUrl
    status: int
    headers: Mapping[str, str]
    body: bytes
    moved_to: SafeUrl | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Unreachable:
    """Why there is no answer, as a part of a sentence: "example.org <cause>"."""

    cause: str


def is_public(address: str) -> bool:
    """Tell whether ``address`` (an IPv4 or IPv6 literal) belongs to the public internet, mapped ones included."""
    ip = ipaddress.ip_address(address.partition("%")[0])
    if isinstance(ip, ipaddress.IPv6Address):
        inner = ip.ipv4_mapped or ip.sixtofour
        if inner is None and ip in _NAT64:
            inner = ipaddress.IPv4Address(int(ip) & 0xFFFFFFFF)
        if inner is not None:
            return is_public(str(inner))
        if ip not in _PUBLIC_IPV6:
            return False
    return not any(ip in network for network in _NOT_PUBLIC)


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
    ) -> None:
        self._headers = {"User-Agent": user_agent, "Accept": "*/*"}
        self.timeout_seconds = timeout_seconds
        self.max_bytes = max_bytes
        self.concurrency = concurrency
        self._slots = asyncio.Semaphore(concurrency)
        self._pause_seconds = pause_seconds
        self._hosts: defaultdict[str, _Turns] = defaultdict(_Turns)
        self._open = AsyncExitStack()

    async def __aenter__(self) -> Self:
        self._guarded = await self._open.enter_async_context(self._session(_guarded_socket))
        self._private = await self._open.enter_async_context(self._session(None))
        return self

    async def __aexit__(self, *failure: object) -> None:
        await self._open.aclose()

    async def get(
        self, url: str, *, headers: Mapping[str, str] | None = None, allow_private: bool = False, pause: float = 0.0
    ) -> Answer | Unreachable:
        """Fetch ``url``. ``allow_private`` permits a private address for the very host of ``url`` alone.

        Between two visits of one host there is a pause of ``pause`` seconds, and at least the usual one; a host of
        one's own needs none.
        """
        try:
            pause = 0.0 if allow_private else max(pause, self._pause_seconds)
            return await self._follow(url, headers or {}, pause, allow_private=allow_private)
        except TimeoutError:
            return Unreachable(cause=f"did not answer in full within {self.timeout_seconds:g} seconds")
        except (ClientError, OSError, ValueError) as error:
            return Unreachable(cause=_in_words(error))

    async def _follow(
        self, url: str, headers: Mapping[str, str], pause: float, *, allow_private: bool
    ) -> Answer | Unreachable:
        here: str = url
        private_host = urlsplit(url).netloc if allow_private else None
        moved_to: SafeUrl | None = None
        all_permanent = True
        spent = 0.0  # seconds of all hops, without the waiting for a host's turn
        for _ in range(MAX_REDIRECTS + 1):
            session = self._private if urlsplit(here).netloc == private_host else self._guarded
            answer, seconds = await self._hop(session, here, headers, self.timeout_seconds - spent, pause)
            spent += seconds
            pause = 0.0  # a redirect belongs to the visit
            if isinstance(answer, Unreachable) or answer.status not in _REDIRECTS:
                return answer if isinstance(answer, Unreachable) else _with_move(answer, moved_to)
            target = safe_url(answer.headers.get("Location", ""), here, tracking=True)
            if target is None:
                return Unreachable(cause="redirects to something that is no web address")
            all_permanent = all_permanent and answer.status in _PERMANENT
            moved_to = target if all_permanent else moved_to
            here = target
        return Unreachable(cause=f"redirects more than {MAX_REDIRECTS} times")

    async def _hop(
        self, session: aiohttp.ClientSession, url: str, headers: Mapping[str, str], seconds: float, pause: float
    ) -> tuple[Answer | Unreachable, float]:
        """Ask for one address, within ``seconds`` of when it is its host's turn. Return how long it took, too."""
        known = safe_url(url, tracking=True)
        if known is None:
            return Unreachable(cause="is no web address that can be fetched"), 0.0
        clock = asyncio.get_running_loop().time
        turns = self._hosts[urlsplit(url).netloc.rpartition("@")[2].lower()]
        async with turns.lock:
            await asyncio.sleep(turns.ended + pause - clock())
            try:
                async with self._slots, asyncio.timeout(seconds):
                    began = clock()
                    return await self._read(session, known, url, headers), clock() - began
            finally:
                turns.ended = clock()

    async def _read(
        self, session: aiohttp.ClientSession, known: SafeUrl, url: str, headers: Mapping[str, str]
    ) -> Answer | Unreachable:
        async with session.get(url, headers=headers, allow_redirects=False) as response:
            chunks, size = [], 0
            async for chunk in response.content.iter_any():
                chunks.append(chunk)
                size += len(chunk)
                if size > self.max_bytes:
                    return Unreachable(cause=f"sends more than {self.max_bytes // 2**20} MB")
            return Answer(url=known, status=response.status, headers=response.headers, body=b"".join(chunks))

    def _session(self, socket_factory: Any) -> aiohttp.ClientSession:
        connector = TCPConnector(limit=0, socket_factory=socket_factory)
        return aiohttp.ClientSession(
            connector=connector,
            headers=self._headers,
            timeout=ClientTimeout(total=None),  # each request says its own
            cookie_jar=aiohttp.DummyCookieJar(),
            requote_redirect_url=False,
        )


def _guarded_socket(info: Any) -> socket.socket:
    """Make the socket for the very address that will be connected to, if that one is public."""
    family, kind, protocol, _, place = info
    if not is_public(str(place[0])):
        raise ForbiddenAddressError(f"{place[0]} is a private address")
    return socket.socket(family=family, type=kind, proto=protocol)


def _with_move(answer: Answer, moved_to: SafeUrl | None) -> Answer:
    return Answer(url=answer.url, status=answer.status, headers=answer.headers, body=answer.body, moved_to=moved_to)


_CAUSES: Final[tuple[tuple[type[BaseException] | tuple[type[BaseException], ...], str], ...]] = (
    (
        ForbiddenAddressError,
        "is at a private address; if it is yours, allow it (allow_private: true in byline.yml, or --allow-private)",
    ),
    (socket.gaierror, "is a host that nobody knows (DNS); check the spelling"),
    (aiohttp.ClientConnectorCertificateError, "shows a certificate that is not valid"),
    (aiohttp.ClientSSLError, "cannot be reached over TLS"),
    (ConnectionRefusedError, "refuses the connection"),
    (
        (aiohttp.ServerDisconnectedError, ConnectionResetError, aiohttp.ClientPayloadError),
        "ends the connection before the answer is complete",
    ),
)


def _in_words(error: Exception) -> str:
    """Return what is behind ``error`` as a part of a sentence; the deepest cause that is known tells the most."""
    chain: list[BaseException] = [error]
    while (cause := chain[-1].__cause__ or getattr(chain[-1], "os_error", None)) and cause not in chain:
        chain.append(cause)
    for kinds, words in _CAUSES:
        if any(isinstance(link, kinds) for link in chain):
            return words
    return f"cannot be read ({type(error).__name__}: {plain_text(str(error)[:200]) or 'no more is known'})"

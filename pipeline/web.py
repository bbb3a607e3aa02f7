"""The only way out to a URL that we did not write: guarded, bounded, polite.

What comes in is a URL and headers; what goes out is an ``Answer``, or an ``Unreachable`` that says why in plain
words. Every address is checked where it counts, on the socket that is about to connect, at each hop of a redirect.
"""

from __future__ import annotations

import asyncio
import ipaddress
import socket
from collections import defaultdict
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, replace
from functools import partial
from typing import TYPE_CHECKING, Any, Final, Protocol, Self
from urllib.parse import urlsplit

import aiohttp
from aiohttp import ClientError, ClientTimeout, TCPConnector

from pipeline.html import authority, plain_text, safe_url

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
    from typing import TypeAlias

    from multidict import CIMultiDictProxy

    from pipeline.model import Due, SafeUrl

    Refusal: TypeAlias = Callable[[SafeUrl], Awaitable["Unreachable | None"]]

MAX_REDIRECTS: Final = 10
_REDIRECTS: Final = frozenset({301, 302, 303, 307, 308})
_PERMANENT: Final = frozenset({301, 308})
_AROUND_A_BODY: Final = 2**20
"""So many bytes may be sent beside the body: headers, chunks, and what encryption adds."""
_LISTS: Final = frozenset({"Cache-Control"})
"""Headers whose value is a list, of those that anybody here reads."""

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


class TooMuchError(OSError):
    """A server sends without end, compressed or in between what counts as the answer."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What a server answered.

    ``url`` is where it answered in the end, ``moved_to`` how far a chain of permanent redirects led, and
    ``detoured`` tells whether a redirect on the way was for this time only.
    """

    url: SafeUrl
    status: int
    headers: Mapping[str, str]
    body: bytes
    moved_to: SafeUrl | None = None
    detoured: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Unreachable:
    """Why there is no answer, as a part of a sentence: "example.org <cause>".

    ``is_unsent`` tells that nothing can have arrived of what was posted, as there was no connection.
    """

    cause: str
    is_unsent: bool = False


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


@dataclass(frozen=True, slots=True, kw_only=True)
class _Request:
    """What one server is asked: ``url`` as it is written, ``known`` as it is safe; without ``body``, for a page."""

    url: str
    known: SafeUrl
    headers: Mapping[str, str]
    body: bytes | None = None
    method: str = "GET"
    manners: Manners | None = None


class Manners(Protocol):
    """How whoever asks behaves at a host, within the turn: what an earlier answer said may be known only then."""

    async def refused(self, address: SafeUrl) -> Unreachable | None:
        """Return why ``address`` is not to be asked after all."""

    async def heard(self, answer: Answer) -> None:
        """Take in an answer before it is the turn of the next."""


class Turns(Protocol):
    """Whose turn it is at a host, where others than this process ask it as well."""

    async def take(self, host: str, pause: float, seconds: float) -> float:
        """Take the turn for at most so many ``seconds``, a ``pause`` after the last one; 0, or when to come again."""

    async def end(self, host: str) -> None:
        """Give the turn back."""

    async def left_alone(self, host: str) -> Due | None:
        """Return until when ``host`` wants to be left alone by all, and why, if anybody heard that it does."""

    async def leave_alone(self, host: str, wait: Due) -> None:
        """Let all who ask know until when ``host`` wants to be left alone."""


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
        turns: Turns | None = None,
    ) -> None:
        self._headers = {"User-Agent": user_agent, "Accept": "*/*"}
        self.timeout_seconds = timeout_seconds
        self.max_bytes = max_bytes
        self.concurrency = concurrency
        self._slots = asyncio.Semaphore(concurrency)
        self._pause_seconds = pause_seconds
        self.turns = turns
        self._hosts: defaultdict[str | None, _Turns] = defaultdict(_Turns)
        self._open = AsyncExitStack()

    async def __aenter__(self) -> Self:
        self._guarded = await self._open.enter_async_context(self._session(guarded=True))
        self._private = await self._open.enter_async_context(self._session(guarded=False))
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
            return Unreachable(cause=_in_words(error))

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
            return Unreachable(cause=_in_words(error), is_unsent=_is_about(error, aiohttp.ClientConnectorError))
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
                if here != url and _is_about(error, ForbiddenAddressError):
                    return Unreachable(cause=f"redirects to {urlsplit(known).hostname}, which is at a private address")
                raise
            if isinstance(answer, Unreachable) or answer.status not in _REDIRECTS:
                if isinstance(answer, Answer):
                    answer = replace(answer, moved_to=moved_to, detoured=detoured)
                return answer
            spent += seconds
            target = safe_url(answer.headers.get("Location", ""), here, tracking=True)
            if target is None:
                return Unreachable(cause="redirects to something that is no web address")
            rest = 0.0 if urlsplit(target).hostname == urlsplit(known).hostname else pause  # it belongs to the visit
            detoured = detoured or answer.status not in _PERMANENT
            moved_to = moved_to if detoured else target
            here = target
        return Unreachable(cause=f"redirects more than {MAX_REDIRECTS} times")

    async def _hop(
        self, asked: _Request, seconds: float, pause: float, *, own: bool
    ) -> tuple[Answer | Unreachable, float]:
        """Ask for one address, within ``seconds`` of when it is its host's turn. Return how long it took, too."""
        clock = asyncio.get_running_loop().time
        turns = self._hosts[urlsplit(asked.known).hostname]
        async with turns.lock:
            await asyncio.sleep(turns.ended + pause - clock())
            try:
                async with self._slot(asked, pause, seconds), asyncio.timeout(seconds):
                    began = clock()
                    if asked.manners is not None and (refused := await asked.manners.refused(asked.known)):
                        return refused, 0.0
                    answer = await self._read(self._private if own else self._guarded, asked)
                    if asked.manners is not None and isinstance(answer, Answer):
                        await asked.manners.heard(answer)
                    return answer, clock() - began
            finally:
                turns.ended = clock()

    @asynccontextmanager
    async def _slot(self, asked: _Request, pause: float, seconds: float) -> AsyncIterator[None]:
        """Have one of the slots, and the host's turn where it is shared; no slot is kept while others have the turn."""
        host, later = urlsplit(asked.known).hostname or "", 0.0
        while True:
            async with self._slots:
                if self.turns is None or not (later := await self.turns.take(host, pause, seconds)):
                    try:
                        yield
                    finally:
                        if self.turns is not None:
                            await self.turns.end(host)
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

    def _session(self, *, guarded: bool) -> aiohttp.ClientSession:
        def connecting(info: Any) -> socket.socket:
            """Make the socket for the very address that will be connected to, if that one is public or may be any."""
            family, kind, protocol, _, place = info
            if guarded and not is_public(str(place[0])):
                raise ForbiddenAddressError(f"{place[0]} is a private address")
            return _Bounded(self.max_bytes + _AROUND_A_BODY, family, kind, protocol)

        connector = TCPConnector(limit=0, socket_factory=connecting)
        return aiohttp.ClientSession(
            connector=connector,
            headers=self._headers,
            timeout=ClientTimeout(total=None),  # each request says its own
            cookie_jar=aiohttp.DummyCookieJar(),
            requote_redirect_url=False,
        )


class _Bounded(socket.socket):
    """A socket that takes in at most ``most`` bytes after each time that something is sent: of an answer, so much."""

    def __init__(self, most: int, family: int, kind: int, protocol: int) -> None:
        super().__init__(family, kind, protocol)
        self._most, self._came = most, 0

    def recv(self, *given: Any) -> bytes:
        came = super().recv(*given)
        self._count(len(came))
        return came

    def recv_into(self, *given: Any) -> int:
        count = super().recv_into(*given)
        self._count(count)
        return count

    def send(self, *given: Any) -> int:
        self._came = 0
        return super().send(*given)

    def sendmsg(self, *given: Any) -> int:
        self._came = 0
        return super().sendmsg(*given)

    def _count(self, bytes_: int) -> None:
        self._came += bytes_
        if self._came > self._most:
            raise TooMuchError(f"more than {self._most} bytes")


def _with_whole_lists(headers: CIMultiDictProxy[str]) -> Mapping[str, str]:
    """Return ``headers`` with a list that is given in several lines as the one that it is (RFC 9110, section 5.3)."""
    whole = headers.copy()
    for name in _LISTS & {name.title() for name in headers}:
        whole[name] = ", ".join(headers.getall(name))
    return whole


_CAUSES: Final[tuple[tuple[type[BaseException] | tuple[type[BaseException], ...], str], ...]] = (
    (
        ForbiddenAddressError,
        "is at a private address; if it is yours, allow it (allow_private: true in byline.yml, or --allow-private)",
    ),
    (TooMuchError, "sends without end"),
    (socket.gaierror, "is a host that nobody knows (DNS); check the spelling"),
    (aiohttp.InvalidURL, "is no web address that can be fetched"),
    (aiohttp.ClientConnectorCertificateError, "shows a certificate that is not valid"),
    (aiohttp.ClientSSLError, "cannot be reached over TLS"),
    (ConnectionRefusedError, "refuses the connection"),
    (
        (aiohttp.ServerDisconnectedError, ConnectionResetError, aiohttp.ClientPayloadError),
        "breaks off before its answer is complete",
    ),
)


def _in_words(error: Exception) -> str:
    """Return what is behind ``error`` as a part of a sentence; the deepest cause that is known tells the most."""
    for kinds, words in _CAUSES:
        if _is_about(error, kinds):
            return words
    return f"cannot be read ({type(error).__name__}: {plain_text(str(error)[:200]) or 'no more is known'})"


def _is_about(error: BaseException, kinds: type[BaseException] | tuple[type[BaseException], ...]) -> bool:
    """Tell whether ``error`` is one of ``kinds``, or is because of one."""
    seen: list[BaseException] = []
    following: BaseException | None = error
    while following is not None and following not in seen:
        if isinstance(following, kinds):
            return True
        seen.append(following)
        following = following.__cause__ or getattr(following, "os_error", None)
    return False

"""A connection to an HTTP API that tells what became of a request.

What comes in is a request; what goes out is a reply, or what is certain where there is none: ``NotSentError`` where the
other side cannot have had the whole request, ``Uncertain`` where it may have. It follows no redirect, believes no
certificate that the system does not, and is bounded in bytes and, in all, in time.
"""

from __future__ import annotations

import selectors
import socket
import ssl
import time
from contextlib import suppress
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final, Self
from urllib.parse import urlsplit

import h11

from pipeline import __version__
from pipeline.html import plain_text
from pipeline.send.ways.way import Overdue, Uncertain, at_any_time

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

MOST_BYTES: Final = 2**18
"""An answer of more is none of an API."""
_SECONDS: Final = 60.0
_IDLE_SECONDS: Final = 20.0
"""After that the other side may have closed the connection just now, which shows too late."""
_PIECE: Final = 2**16


class NotSentError(Exception):
    """The other side cannot have had the whole request: nothing has left."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where an API is. Without ``secure`` it is on this very machine."""

    host: str
    port: int
    secure: bool = True
    path: str = ""

    @classmethod
    def of(cls, url: str) -> Self:
        """Return the place that ``url`` names, which is one of ours or was checked where it was set."""
        parts = urlsplit(url)
        secure = parts.scheme == "https"
        return cls(
            host=parts.hostname or "",
            port=parts.port or (443 if secure else 80),
            secure=secure,
            path=parts.path.rstrip("/"),
        )

    @property
    def authority(self) -> str:
        """Host and port as the header Host names them (RFC 9110, section 7.2)."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return host if self.port == (443 if self.secure else 80) else f"{host}:{self.port}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """What is asked of an API; ``path`` is below that of its place."""

    path: str
    method: str = "POST"
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes = b""


@dataclass(frozen=True, slots=True, kw_only=True)
class Reply:
    """What an API says; the names of headers are in small letters."""

    status: int
    headers: Mapping[str, str]
    body: bytes


class Connection:
    """One connection, which is kept between requests; ``trust`` says whose certificates are believed."""

    def __init__(
        self, place: Place, trust: ssl.SSLContext | None, seconds: float = _SECONDS, most: int = MOST_BYTES
    ) -> None:
        self._place, self._trust = place, trust
        self._seconds, self._most = seconds, most
        self._socket: socket.socket | None = None
        self._http = h11.Connection(h11.CLIENT)
        self._used = 0.0

    def connect(self) -> None:
        """Open it, where it is not. Raises ``NotSentError``."""
        self._ready(time.monotonic() + self._seconds)

    def close(self) -> None:
        """Let go of it."""
        if self._socket is not None:
            with suppress(OSError):
                self._socket.close()
        self._socket = None

    def ask(self, request: Request, may: Callable[[], bool] = at_any_time) -> Reply:
        """Send ``request`` and return the reply. Raises ``NotSentError`` and ``Uncertain``.

        Once the connection is there, ``may`` is asked whether it is to be sent still. Raises ``Overdue`` if not.
        """
        deadline = time.monotonic() + self._seconds
        line = self._ready(deadline)
        if not may():
            raise Overdue
        data = self._written(request)
        try:
            line.settimeout(_left(deadline))
            line.sendall(data)
        except OSError as error:
            return self._early(line, deadline, error)
        try:
            return self._reply(line, deadline)
        except (OSError, h11.RemoteProtocolError) as error:
            self.close()
            raise Uncertain(plain_text(str(error))) from error
        except Uncertain:
            self.close()
            raise

    def _early(self, line: socket.socket, deadline: float, error: OSError) -> Reply:
        """Return what was said to a request before it was there, as to one that is too large, if anything was.

        What is not written whole cannot have been taken: its length is said before it (RFC 9112, section 8).
        """
        try:
            return self._reply(line, min(deadline, time.monotonic() + 1))
        except (OSError, h11.RemoteProtocolError, Uncertain):
            raise NotSentError(f"the connection ended: {_why(error)}") from error
        finally:
            self.close()

    def _ready(self, deadline: float) -> socket.socket:
        if self._socket is not None and (time.monotonic() - self._used > _IDLE_SECONDS or _has_news(self._socket)):
            self.close()
        if self._socket is None:
            self._socket = self._opened(deadline)
            self._http = h11.Connection(h11.CLIENT)
        return self._socket

    def _opened(self, deadline: float) -> socket.socket:
        try:
            line = socket.create_connection((self._place.host, self._place.port), timeout=_left(deadline) / 2)
        except OSError as error:
            raise NotSentError(_why(error)) from error
        try:
            line.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            if not self._place.secure:
                return line
            assert self._trust is not None, "who is asked over TLS has somebody to trust"
            line.settimeout(_left(deadline))
            return self._trust.wrap_socket(line, server_hostname=self._place.host)
        except OSError as error:
            line.close()
            raise NotSentError(_why(error)) from error

    def _written(self, request: Request) -> bytes:
        headers = {
            "Host": self._place.authority,
            "User-Agent": f"byline/{__version__}",
            "Accept": "application/json",
            **request.headers,
            "Content-Length": str(len(request.body)),
        }
        parts = (
            h11.Request(
                method=request.method, target=f"{self._place.path}{request.path}", headers=list(headers.items())
            ),
            h11.Data(data=request.body),
            h11.EndOfMessage(),
        )
        return b"".join(self._http.send(part) or b"" for part in parts)

    def _reply(self, line: socket.socket, deadline: float) -> Reply:
        said: h11.Response | None = None
        body = bytearray()
        while True:
            event = self._http.next_event()
            if event is h11.NEED_DATA:
                line.settimeout(_left(deadline))
                self._http.receive_data(line.recv(_PIECE))
            elif isinstance(event, h11.Response):
                said = event
            elif isinstance(event, h11.Data):
                body += event.data
                if len(body) > self._most:
                    raise Uncertain("the answer has no end")
            elif isinstance(event, h11.EndOfMessage) and said is not None:
                break
            elif not isinstance(event, h11.InformationalResponse):
                raise Uncertain("the connection was closed before the answer")
        self._kept_open()
        headers = {name.decode("latin-1"): value.decode("latin-1") for name, value in said.headers}
        return Reply(status=said.status_code, headers=headers, body=bytes(body))

    def _kept_open(self) -> None:
        """Go on with this connection, if the other side does."""
        self._used = time.monotonic()
        if self._http.our_state is h11.DONE and self._http.their_state is h11.DONE:
            self._http.start_next_cycle()
        else:
            self.close()


def _left(deadline: float) -> float:
    """Return the seconds up to ``deadline``. Raises ``TimeoutError`` where there are none."""
    left = deadline - time.monotonic()
    if left <= 0:
        raise TimeoutError("it took too long")
    return left


def _has_news(line: socket.socket) -> bool:
    """Tell whether there is anything to be read from an idle connection: it can only be that it ended."""
    with selectors.DefaultSelector() as waiting:
        waiting.register(line, selectors.EVENT_READ)
        return bool(waiting.select(0))


def _why(error: OSError) -> str:
    if isinstance(error, ssl.SSLCertVerificationError):
        return plain_text(f"its certificate is not believed: {error.verify_message}")
    return plain_text(error.strerror or str(error))

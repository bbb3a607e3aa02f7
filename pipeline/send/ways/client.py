"""smtplib's client, for servers that are slow on purpose: an answer must be whole after a while, not only go on."""

from __future__ import annotations

import io
import smtplib
from time import monotonic
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    import socket

_WHOLE_AFTER: Final = 2
"""So many times as long as its next byte may take, a whole answer may."""


class _Answering(io.RawIOBase):
    """What a server says, until a time that is set anew for each answer; after that, ``TimeoutError`` is raised."""

    def __init__(self, connected: socket.socket, timeout: float) -> None:
        self._socket, self._timeout, self._until = connected, timeout, 0.0

    def begin(self) -> None:
        """Expect an answer."""
        self._until = monotonic() + _WHOLE_AFTER * self._timeout

    def readable(self) -> bool:
        """Tell that it can be read."""
        return True

    def readinto(self, into: Any) -> int:
        """Read what is there."""
        left = self._until - monotonic()
        if left <= 0:
            raise TimeoutError("the answer did not come to its end")
        self._socket.settimeout(min(self._timeout, left))
        try:
            return self._socket.recv_into(into)
        finally:
            self._socket.settimeout(self._timeout)  # as much as a message may take to be handed over


class _Punctual(smtplib.SMTP):
    """A client that waits for an answer no longer than it may take as a whole."""

    _answering: _Answering | None = None

    def getreply(self) -> tuple[int, bytes]:
        """Return the next answer (RFC 5321, section 4.2). Raises what smtplib raises where it does not come."""
        if self.file is None:  # none yet, or another since the connection is protected
            assert self.sock is not None
            self._answering = _Answering(self.sock, float(self.timeout))
            self.file = io.BufferedReader(self._answering)
        assert self._answering is not None
        self._answering.begin()
        return super().getreply()


class Client(_Punctual):
    """A client that may be protected later (STARTTLS)."""


class ProtectedClient(_Punctual, smtplib.SMTP_SSL):
    """A client that is protected from its first byte on."""

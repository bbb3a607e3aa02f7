"""What went wrong on the web, in plain words."""

from __future__ import annotations

import socket
from typing import Final

import aiohttp

from pipeline.html import plain_text
from pipeline.web.guarded import ForbiddenAddressError, TooMuchError

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


def in_words(error: Exception) -> str:
    """Return what is behind ``error`` as a part of a sentence; the deepest cause that is known tells the most."""
    for kinds, words in _CAUSES:
        if is_about(error, kinds):
            return words
    return f"cannot be read ({type(error).__name__}: {plain_text(str(error)[:200]) or 'no more is known'})"


def is_about(error: BaseException, kinds: type[BaseException] | tuple[type[BaseException], ...]) -> bool:
    """Tell whether ``error`` is one of ``kinds``, or is because of one."""
    seen: list[BaseException] = []
    following: BaseException | None = error
    while following is not None and following not in seen:
        if isinstance(following, kinds):
            return True
        seen.append(following)
        following = following.__cause__ or getattr(following, "os_error", None)
    return False

"""Connections to the public internet alone, on which nobody sends without end."""

from __future__ import annotations

import ipaddress
import socket
from typing import Any, Final

import aiohttp
from aiohttp import ClientTimeout, TCPConnector

_AROUND_A_BODY: Final = 2**20
"""So many bytes may be sent beside the body: headers, chunks, and what encryption adds."""

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


def session(headers: dict[str, str], max_bytes: int, *, guarded: bool) -> aiohttp.ClientSession:
    """Return what makes requests; an answer has so many bytes at most. If ``guarded``, it asks public addresses alone.

    Each address is checked where it counts, on the socket that is about to connect. The error of one that is not public
    is ``ForbiddenAddressError``, that of an answer without end ``TooMuchError``.
    """

    def connecting(info: Any) -> socket.socket:
        """Make the socket for the very address that will be connected to, if that one is public or may be any."""
        family, kind, protocol, _, place = info
        if guarded and not is_public(str(place[0])):
            raise ForbiddenAddressError(f"{place[0]} is a private address")
        return _Bounded(max_bytes + _AROUND_A_BODY, family, kind, protocol)

    connector = TCPConnector(limit=0, socket_factory=connecting)
    return aiohttp.ClientSession(
        connector=connector,
        headers=headers,
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

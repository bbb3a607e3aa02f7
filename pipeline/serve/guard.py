"""What stands before every page: how large a request may be, whom it is from, and the headers of each answer."""

from __future__ import annotations

import asyncio
from ipaddress import IPv6Address, ip_address, ip_network
from typing import TYPE_CHECKING, Final

from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import PlainTextResponse

if TYPE_CHECKING:
    from starlette.types import ASGIApp, Message, Receive, Scope, Send

MOST_BYTES: Final = 16_000
"""Of a body; a form of ours has a few hundred."""
MOST_OF_HOOKS: Final = 300_000
"""Of what a mail provider says; a notice of Amazon's has up to 256 KiB."""
MOST_OF_ADDRESS: Final = 2_000
"""Bytes of path and query."""
_PATIENCE: Final = 10
"""Seconds for a body to arrive."""
_HEADERS: Final = {
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
    "x-robots-tag": "noindex",
    "referrer-policy": "no-referrer",  # the address of a page may hold a token
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "permissions-policy": "camera=(), geolocation=(), microphone=()",
    "cache-control": "no-store",
}


class Guard:
    """Lets in what is small enough, tells the service from where it comes, and gives every answer its headers.

    Behind a proxy that is trusted, the address is what the proxy says: the last in X-Forwarded-For, which it wrote.
    """

    def __init__(self, service: ASGIApp, policy: str, *, trust_proxy: bool) -> None:
        self._service, self._trust_proxy = service, trust_proxy
        self._headers = {"content-security-policy": policy, **_HEADERS}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        if scope["type"] != "http":
            return

        async def send_guarded(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in self._headers.items():
                    headers[name] = value
            await send(message)

        if len(scope["raw_path"]) + len(scope["query_string"]) > MOST_OF_ADDRESS:
            await PlainTextResponse("This address is too long.\n", 414)(scope, receive, send_guarded)
            return
        body = await _body(scope, receive)
        if body is None:
            await PlainTextResponse("This is too much, or too slow.\n", 413)(scope, receive, send_guarded)
            return
        known = {**scope, "state": {"ip": origin(scope, trust_proxy=self._trust_proxy)}}
        await self._service(known, _once(body, receive), send_guarded)


async def _body(scope: Scope, receive: Receive) -> bytes | None:
    """Return the body of a request; None where it is too large, or does not come."""
    said = Headers(scope=scope).get("content-length", "0")
    most = MOST_OF_HOOKS if "/hooks/" in scope["path"] else MOST_BYTES
    if not said.isascii() or not said.isdigit() or int(said[:9]) > most:
        return None
    body = bytearray()
    try:
        async with asyncio.timeout(_PATIENCE):
            while True:
                message = await receive()
                body += message.get("body", b"")
                if len(body) > most or message["type"] == "http.disconnect":
                    return None
                if not message.get("more_body"):
                    return bytes(body)
    except TimeoutError:
        return None


def _once(body: bytes, receive: Receive) -> Receive:
    """Return what gives the body that was read already, and then whatever else comes."""
    waiting = [body]

    async def give() -> Message:
        if waiting:
            return {"type": "http.request", "body": waiting.pop(), "more_body": False}
        return await receive()

    return give


def origin(scope: Scope, *, trust_proxy: bool) -> str:
    """Return the network address that a request comes from, or nothing where nobody tells."""
    peer = (scope.get("client") or ("", 0))[0]
    if trust_proxy:
        named = Headers(scope=scope).getlist("x-forwarded-for")
        peer = _without_port(named[-1].rpartition(",")[2].strip()) if named else peer
    try:
        address = ip_address(peer)
    except ValueError:
        return ""
    if isinstance(address, IPv6Address) and address.ipv4_mapped:
        address = address.ipv4_mapped
    return str(address)


def _without_port(node: str) -> str:
    """Return the address of a ``node`` as some proxies write it: with a port, IPv6 in brackets (RFC 7239)."""
    if node.startswith("["):
        return node[1:].partition("]")[0]
    return node.partition(":")[0] if node.count(":") == 1 else node


def network_of(ip: str) -> str:
    """Return the network of an address: what one subscriber of a provider usually has, or a little more."""
    if not ip:
        return ""
    return str(ip_network(f"{ip.partition('%')[0]}/{56 if ':' in ip else 24}", strict=False))

"""Who may ask the desk: rules from the facts of a request to a refusal, and the headers that every answer has.

The desk is a web page on the author's machine, and every other page that they open could send requests to it. What
keeps these out: the name that was asked (Host), the page that asks (Origin, Sec-Fetch-Site), a cookie that only the
address printed in the terminal gives, and, for whatever changes something, a key that only our own pages hold.
"""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from http.cookies import CookieError, SimpleCookie
from typing import TYPE_CHECKING, Final, Self
from urllib.parse import parse_qs

from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import PlainTextResponse, RedirectResponse

if TYPE_CHECKING:
    from collections.abc import Sequence

    from starlette.types import ASGIApp, Message, Receive, Scope, Send

HOST: Final = "127.0.0.1"
KEY_HEADER: Final = "x-byline-key"
MOST_BYTES: Final = 4_000_000
"""So much text no post has."""
PAGE_POLICY: Final = "; ".join(
    (
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
        "img-src 'self' data:",
        "connect-src 'self'",
        "frame-src 'self'",
        "base-uri 'none'",
        "form-action 'none'",
        "frame-ancestors 'none'",
        "require-trusted-types-for 'script'",
        "trusted-types 'none'",
    )
)
FRAME_POLICY: Final = "; ".join(
    (
        "default-src 'none'",
        "style-src 'self' 'unsafe-inline'",
        "img-src 'self' data:",
        "base-uri 'none'",
        "form-action 'none'",
        "frame-ancestors 'self'",
        "sandbox allow-same-origin",
    )
)
"""For a preview: a letter has its styles in its tags, and nothing in it runs."""
_ANEW: Final = "the desk was started anew: open the address that it printed then in another tab, and go on here"
"""For a page that is open since before: nothing on it is lost, as it goes on once the browser is let in."""
_HEADERS: Final = {
    "content-security-policy": PAGE_POLICY,
    "x-content-type-options": "nosniff",
    "referrer-policy": "no-referrer",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "cross-origin-embedder-policy": "require-corp",
    "permissions-policy": "camera=(), geolocation=(), microphone=()",
    "cache-control": "no-store",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Keys:
    """The secrets of one run: the token of the first address, the cookie that it is changed for, the key of changes."""

    start: str
    cookie: str
    change: str

    @classmethod
    def new(cls) -> Self:
        """Return keys that nobody had before."""
        return cls(start=secrets.token_urlsafe(24), cookie=secrets.token_urlsafe(24), change=secrets.token_urlsafe(24))


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """The facts of a request by which it is let in or not. What it does not say is empty."""

    method: str
    host: str
    origin: str
    site: str
    mode: str
    target: str
    cookie: str
    key: str
    kind: str
    length: str

    @classmethod
    def of(cls, scope: Scope, port: int) -> Self:
        """Return the facts of the request in ``scope``."""
        headers = Headers(scope=scope)
        return cls(
            method=scope["method"],
            host=headers.get("host", "").lower(),
            origin=headers.get("origin", "").lower(),
            site=headers.get("sec-fetch-site", ""),
            mode=headers.get("sec-fetch-mode", ""),
            target=headers.get("sec-fetch-dest", ""),
            cookie=_cookie(headers.get("cookie", ""), cookie_name(port)),
            key=headers.get(KEY_HEADER, ""),
            kind=headers.get("content-type", "").partition(";")[0].strip().lower(),
            length=headers.get("content-length", ""),
        )


def cookie_name(port: int) -> str:
    """Return the name of the cookie; the port is in it, as browsers share cookies between the ports of a host."""
    return f"byline_desk_{port}"


def _cookie(header: str, name: str) -> str:
    try:
        found = SimpleCookie(header).get(name)
    except CookieError:
        return ""
    return found.value if found else ""


def misled(asked: Asked, port: int) -> str:
    """Return why a request does not come from the desk's own pages or the author's hand; empty where it does."""
    if asked.host not in {f"{HOST}:{port}", f"localhost:{port}"}:
        return "the desk answers under its own address only"  # a foreign name may be led to this machine
    if asked.origin and asked.origin != f"http://{asked.host}":
        return "another page may not ask the desk"
    navigates = asked.method == "GET" and asked.mode == "navigate" and asked.target == "document"
    if asked.site not in {"", "none", "same-origin"} and not navigates:
        return "another page may not ask the desk"
    return ""


def refusal(asked: Asked, keys: Keys) -> str:
    """Return why a request that was not misled is refused; empty where it is let in."""
    if not _same(asked.cookie, keys.cookie):
        return (
            _ANEW if asked.method == "POST" else "open the address that `byline desk` printed; it lets this browser in"
        )
    if asked.method in {"GET", "HEAD"}:
        return ""
    return _unfit(asked, keys) if asked.method == "POST" else f"the desk knows no {asked.method}"


def _unfit(asked: Asked, keys: Keys) -> str:
    """Return why a request may change nothing; empty where it may."""
    if not asked.origin or not _same(asked.key, keys.change):
        return "only the desk's own pages change something; load the page again"
    if asked.kind != "application/json":
        return "what changes something is said in JSON"
    if not asked.length.isdigit() or int(asked.length) > MOST_BYTES:
        return "this is too long for a post"
    return ""


def _same(given: str, secret: str) -> bool:
    return secrets.compare_digest(given.encode("utf-8", "replace"), secret.encode())


class Guard:
    """Stands before the desk: lets in whom the rules let in, and gives every answer its headers.

    The first of ``places`` is where one comes in; an address may name another of them.
    """

    def __init__(self, desk: ASGIApp, keys: Keys, port: int, places: Sequence[str] = ("/",)) -> None:
        self._desk, self._keys, self._port, self._places = desk, keys, port, places

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        if scope["type"] != "http":
            return

        async def send_guarded(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in _HEADERS.items():
                    headers.setdefault(name, value)
            await send(message)

        await (self._stopped(scope) or self._desk)(scope, receive, send_guarded)

    def _stopped(self, scope: Scope) -> ASGIApp | None:
        """Return the answer to a request that does not reach the desk."""
        asked = Asked.of(scope, self._port)
        if why := misled(asked, self._port):
            return _refused(why)
        if asked.method == "GET" and scope["path"] == "/" and self._begins(scope):
            return self._let_in(scope)
        why = refusal(asked, self._keys)
        return _refused(why) if why else None

    def _begins(self, scope: Scope) -> bool:
        given = parse_qs(scope["query_string"].decode("latin-1")).get("start", [""])
        return _same(given[0], self._keys.start)

    def _let_in(self, scope: Scope) -> ASGIApp:
        """Change the token of the address for the cookie, so that it stands in no address any more.

        The address says by ``then`` which of the ``places`` comes first; it is the first of them if it says none.
        """
        then = parse_qs(scope["query_string"].decode("latin-1")).get("then", [""])[0]
        answer = RedirectResponse(then if then in self._places else self._places[0], 303)
        answer.set_cookie(cookie_name(self._port), self._keys.cookie, httponly=True, samesite="strict")
        return answer


def _refused(why: str) -> ASGIApp:
    return PlainTextResponse(f"{why[:1].upper()}{why[1:]}.\n", 403)

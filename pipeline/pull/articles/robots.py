"""What a site asks of programs: its robots.txt, read once in a run and obeyed (RFC 9309).

What comes in is an address; what goes out is the reason why it is not to be read, and how long the site wants to be
left in peace between two pages. It does not know what the pages are read for.
"""

from __future__ import annotations

import asyncio
import re
from collections import defaultdict
from http import HTTPStatus
from typing import TYPE_CHECKING, Final
from urllib.parse import urlsplit

from protego import Protego

from pipeline.html import safe_url
from pipeline.web import Unreachable

if TYPE_CHECKING:
    from pipeline.pull.guest import Guest
    from pipeline.web import Answer

PRODUCT: Final = "Byline"
"""The product token of our User-Agent, by which a robots.txt calls us (RFC 9309, section 2.2.1)."""
MOST_BYTES: Final = 500 * 2**10
"""So much of a robots.txt is read, the least that the RFC asks for (section 2.5)."""
LONGEST_PAUSE: Final = 30.0
"""Seconds between two pages that are granted; some sites ask for days."""
_FORBIDS: Final = "asks programs not to read it (robots.txt)"
_CANNOT_BE_READ: Final = "is left alone, as its robots.txt cannot be read: it"
_AGENT: Final = re.compile(r"\s*user[\s-]*agent\b[\s:]*([^#]*)", re.IGNORECASE)
_NAME: Final = re.compile(r"[A-Za-z_-]*")


class Robots:
    """The robots.txt of every site that is asked for in one run, each fetched once through ``web``."""

    def __init__(self, web: Guest) -> None:
        self._web = web
        self._rules: dict[tuple[str, bool], Protego | Unreachable] = {}
        self._pauses: dict[str, float] = {}
        self._turns: defaultdict[tuple[str, bool], asyncio.Lock] = defaultdict(asyncio.Lock)

    async def refusal(self, url: str, *, allow_private: bool = False) -> str | None:
        """Return why ``url`` is not to be read, as a part of a sentence: "example.org <cause>". None allows it."""
        known = safe_url(url, tracking=True)
        if known is None:
            return "is no web address that can be fetched"
        # What is refused as a private address for one feed may be allowed for another.
        key = (_site(known), allow_private)
        async with self._turns[key]:  # of those who come at once, the first one asks
            if key not in self._rules:
                self._rules[key] = await self._fetched(*key)
        rules = self._rules[key]
        if isinstance(rules, Unreachable):
            return f"{_CANNOT_BE_READ} {rules.cause}"
        return None if rules.can_fetch(known, PRODUCT) else _FORBIDS

    def pause(self, url: str) -> float:
        """Return the seconds that the site of ``url`` wants between two pages, as far as it has been asked."""
        known = safe_url(url, tracking=True)
        return self._pauses.get(_site(known), 0.0) if known else 0.0

    async def _fetched(self, site: str, allow_private: bool) -> Protego | Unreachable:  # noqa: FBT001  (part of a key)
        """Return the rules of ``site``, or why they cannot be had, and so nothing of it."""
        rules = _rules(await self._web.get(f"{site}/robots.txt", allow_private=allow_private))
        if not isinstance(rules, Unreachable):
            self._pauses[site] = min(rules.crawl_delay(PRODUCT) or 0.0, LONGEST_PAUSE)
        return rules


def _site(url: str) -> str:
    """Return scheme, host and port, for which a robots.txt stands (section 2.3)."""
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}"


def _rules(answer: Answer | Unreachable) -> Protego | Unreachable:
    """Return what ``answer`` says. A robots.txt that does not exist allows all (RFC 9309, section 2.3.1)."""
    if isinstance(answer, Unreachable):
        return answer
    status = answer.status
    if HTTPStatus.BAD_REQUEST <= status < HTTPStatus.INTERNAL_SERVER_ERROR:
        return Protego.parse("")
    if not HTTPStatus.OK <= status < HTTPStatus.MULTIPLE_CHOICES:
        return Unreachable(cause=f"answers {status}")
    return Protego.parse(_text(answer.body))


def _text(body: bytes) -> str:
    """Return the lines of a robots.txt that are read; a page that is sent in its place says nothing."""
    head = body[:MOST_BYTES]
    if len(body) > MOST_BYTES:
        head = head[: max(head.rfind(b"\n"), head.rfind(b"\r")) + 1]  # half a path would forbid too much
    text = head.decode("utf-8-sig", "replace")
    return "" if text.lstrip().startswith("<") else "\n".join(map(_for_us, text.splitlines()))


def _for_us(line: str) -> str:
    """Return ``line``, where it names programs, as one that names us, all, or the others.

    A parser keeps the rules of each program: thousands of programs with thousands of rules each would fill the
    memory. And only our whole name is ours (section 2.2.1), of which the parser takes any beginning.
    """
    found = _AGENT.match(line)
    if found is None:
        return line
    value = found[1].strip()
    token = _NAME.match(value)
    ours = token is not None and token[0].lower() == PRODUCT.lower()
    return f"User-agent: {PRODUCT if ours else '*' if value == '*' else 'others'}"

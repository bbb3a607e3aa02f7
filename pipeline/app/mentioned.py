"""A webmention from the request to what is kept: a target that is a page, and a source that links there."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from enum import StrEnum
from typing import TYPE_CHECKING, Final

from pipeline import __version__
from pipeline import post as posts
from pipeline.app.echoes import page_parts, post_at
from pipeline.connect.heard.received import Verdict, addresses, echo_of, key_of, verdict
from pipeline.model import Unreadable
from pipeline.page.mention import said_of
from pipeline.processes import Processes
from pipeline.publish.facts.withheld import today, why_held
from pipeline.store import echoes as kept
from pipeline.web import Unreachable

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from pipeline.model import Echo
    from pipeline.page.mention import Said
    from pipeline.settings.sections import Settings
    from pipeline.store import Store
    from pipeline.web import Answer

_SECONDS: Final = 10
_READING_SECONDS: Final = 5
_MOST_BYTES: Final = 2**20
_MOST_AGAIN: Final = 200
"""So many sources are looked at again in one run; the others are first in the next."""


class Again(StrEnum):
    """What came of a source that was looked at again."""

    THERE = "there"
    CHANGED = "changed"
    MISSING = "missing"
    GONE = "gone"
    SILENT = "silent"


def fetched(url: str) -> Answer | Unreachable:
    """Return what is at ``url``, which a stranger named: no private address is asked, on no redirect either."""
    from pipeline.web import Web

    async def ask() -> Answer | Unreachable:
        agent = f"Byline/{__version__} (Webmention)"
        async with Web(user_agent=agent, timeout_seconds=_SECONDS, max_bytes=_MOST_BYTES) as web:
            return await web.get(url, headers={"Accept": "text/html, application/xhtml+xml, text/plain;q=0.5"})

    return asyncio.run(ask())


class Mentioned:
    """The webmentions of one site; ``fetch`` gets what is at an address."""

    def __init__(
        self, settings: Settings, store: Store, fetch: Callable[[str], Answer | Unreachable] = fetched
    ) -> None:
        self._settings, self._store, self._fetch = settings, store, fetch

    def fault(self, source: str, target: str, now: datetime) -> str:
        """Return what is wrong with a webmention before anybody is asked, in a sentence; nothing where all is well."""
        clean = addresses(source, target)
        if isinstance(clean, str):
            return clean
        return "" if self._is_page(clean[1], now) else "target is no page of this site"

    def again(self, days: int, now: datetime) -> tuple[tuple[Echo, Again], ...]:
        """Look again at the sources of webmentions that were not looked at for so many ``days``.

        Return what came of each. What links no more is taken away; what is not there any more, or says something else,
        is hidden until the author looked.
        """
        with self._store.reading() as connection:
            due = kept.looked_at_before(connection, now - timedelta(days=days), _MOST_AGAIN)
        return tuple((echo, self._again(echo, now)) for echo in due)

    def _again(self, echo: Echo, now: datetime) -> Again:
        assert echo.source is not None, "only what has a source was ever looked at"
        found = self.verify(echo.source, echo.about, now)
        if found is Verdict.GONE:
            return Again.GONE
        with self._store.writing() as connection:
            kept.looked(connection, key_of(echo.source, echo.about), now)
            if found is Verdict.MISSING:
                kept.show(connection, echo.id, shown=False)
            stands = kept.echo_by(connection, echo.id)
        if found is Verdict.MISSING:
            return Again.MISSING
        if found is not Verdict.LINKS:
            return Again.SILENT
        same = stands is not None and (stands.author, stands.said) == (echo.author, echo.said)
        return Again.THERE if same else Again.CHANGED

    def verify(self, source: str, target: str, now: datetime) -> Verdict:
        """Look whether ``source`` links to ``target``; keep that, or take away what was kept; say what was found."""
        clean = addresses(source, target)
        if isinstance(clean, str):
            return Verdict.SILENT
        answer = self._fetch(clean[0])
        if isinstance(answer, Unreachable):
            return Verdict.SILENT  # nobody knows: what was kept stays
        text = answer.body.decode("utf-8", "replace")
        kind = answer.headers.get("Content-Type", "")
        found = verdict(answer.status, kind, text, answer.url, clean[1])
        key = key_of(*clean)
        if found is Verdict.LINKS:
            echo = echo_of(clean[0], clean[1], self._read(text, answer.url, clean[1]) if "html" in kind else None, now)
            with self._store.writing() as connection:
                kept.put(connection, key, echo, now)
        elif found is Verdict.GONE:
            with self._store.writing() as connection:
                kept.remove(connection, key)
        return found

    def _read(self, text: str, base: str, target: str) -> Said | None:
        """Return what a page says, read where it can be stopped; None where it had to be."""

        async def read() -> Said | Unreadable:
            with Processes(_READING_SECONDS, ["pipeline.page.mention"]) as processes:
                found: Said | Unreadable = await processes.run(said_of, text, base, target)
                return found

        found = asyncio.run(read())
        return None if isinstance(found, Unreadable) else found

    def _is_page(self, url: str, now: datetime) -> bool:
        """Tell whether ``url`` is a page of the site: a post that is out, an own one, or one that was built."""
        parts = page_parts(self._settings, url)
        if parts is None or (parts and parts[0] == posts.DRAFTS):
            return False
        if parts and parts[0] == posts.POSTS and len(parts) > 1:
            post = post_at(self._settings, url)
            return post is not None and not why_held(post, today(now))
        content = self._settings.content.joinpath(*parts)
        built = self._settings.output.joinpath(*parts) / "index.html"
        own = (content / "index.md", content.with_name(f"{content.name}.md")) if parts else (content / "index.md",)
        return built.is_file() or any(file.is_file() for file in own)

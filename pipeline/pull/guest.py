"""The web as a guest uses it: a host that wants to be left alone is not asked, whatever for and by whatever way."""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from http import HTTPStatus
from typing import TYPE_CHECKING, Final

from pipeline.html import authority
from pipeline.model import Due
from pipeline.pull.headers import retry_at
from pipeline.store import pull as kept
from pipeline.web import Answer, Unreachable
from pipeline.words import moment_in_words

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from datetime import datetime

    from pipeline.model import SafeUrl
    from pipeline.store import Store
    from pipeline.web import Refusal, Web

_UNSAID: Final = timedelta(hours=1)
"""So long a host is left alone that says "too often" and not for how long."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LeftAlone(Unreachable):
    """That a host was not asked, as it wants to be left alone."""


class Guest:
    """Asks as ``Web`` does, but none of the hosts that said when to come again (RFC 9110, section 10.2.3).

    ``waits`` are those that are known, ``heard`` those that say so from now on.
    """

    def __init__(self, web: Web, waits: Mapping[str, Due], now: datetime) -> None:
        self._web, self._waits, self._now = web, waits, now
        self.heard: dict[str, Due] = {}
        self.timeout_seconds, self.max_bytes, self.concurrency = web.timeout_seconds, web.max_bytes, web.concurrency

    def wait(self, url: str) -> Due | None:
        """Return until when the host of ``url`` wants to be left alone, and why, if it does."""
        host = host_of(url)
        known = self.heard.get(host) or self._waits.get(host)
        return known if known is not None and known.at > self._now else None

    async def get(
        self,
        url: str,
        *,
        headers: Mapping[str, str] | None = None,
        allow_private: bool = False,
        pause: float = 0.0,
        refusal: Refusal | None = None,
    ) -> Answer | Unreachable:
        """Fetch ``url`` as ``Web.get`` does; where a host on the way wants to be left alone, say until when."""

        async def refused(address: SafeUrl) -> Unreachable | None:
            if (wait := self.wait(address) or await self._told(address)) is not None:
                return LeftAlone(cause=f"is left alone until {moment_in_words(wait.at)}: {wait.because}")
            return await refusal(address) if refusal is not None else None

        answer = await self._web.get(url, headers=headers, allow_private=allow_private, pause=pause, refusal=refused)
        if isinstance(answer, Answer) and (wait := _wanted(answer, self._now)) is not None:
            self.heard[host_of(answer.url)] = wait
            if self._web.turns is not None:
                await self._web.turns.leave_alone(host_of(answer.url), wait)
        return answer

    async def _told(self, url: str) -> Due | None:
        """Return what others heard of the host of ``url``, if it wants to be left alone."""
        if self._web.turns is None:
            return None
        known = await self._web.turns.left_alone(host_of(url))
        return known if known is not None and known.at > self._now else None


def host_of(url: str) -> str:
    """Return the host that ``url`` leads to, to whatever port; of what is no web address, that itself."""
    found = authority(url)
    return found[0] if found else url


def _wanted(answer: Answer, now: datetime) -> Due | None:
    """Return until when the host that gave ``answer`` wants to be left alone, if it does."""
    if answer.status not in {HTTPStatus.TOO_MANY_REQUESTS, HTTPStatus.SERVICE_UNAVAILABLE}:
        return None
    at = retry_at(answer.headers, now)
    if at is None and answer.status == HTTPStatus.TOO_MANY_REQUESTS:
        at = now + _UNSAID
    return Due(at=at, because=f"its host asks for that ({answer.status})") if at is not None else None


@contextmanager
def as_guest(web: Web, store: Store, now: datetime) -> Iterator[Guest]:
    """Give ``web`` as a guest uses it, who remembers over restarts which hosts want to be left alone.

    What is heard is kept at the end, at once: a pull has a writer already, and two would wait for one another.
    """
    with store.reading() as connection:
        guest = Guest(web, kept.waits(connection, now), now)
    try:
        yield guest
    finally:
        if guest.heard:
            with store.writing() as connection:
                kept.keep_waits(connection, guest.heard)

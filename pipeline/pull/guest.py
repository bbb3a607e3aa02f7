"""The web as a guest uses it: a host that wants to be left alone is not asked, whatever for and by whatever way."""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from http import HTTPStatus
from time import monotonic
from typing import TYPE_CHECKING, Final

from pipeline.html import host_of
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
    from pipeline.web import Others, Refusal, Web

_UNSAID: Final = timedelta(hours=1)
"""So long a host is left alone that says "too often" and not for how long."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LeftAlone(Unreachable):
    """That a host was not asked, as it wants to be left alone."""


class Guest:
    """Asks as ``Web`` does, but none of the hosts that said when to come again (RFC 9110, section 10.2.3).

    ``waits`` are those that are known, ``waits_heard`` those that say so from now on.
    """

    def __init__(self, web: Web, waits: Mapping[str, Due], now: datetime) -> None:
        self._web, self._waits, self._now, self._begun = web, waits, now, monotonic()
        self.waits_heard: dict[str, Due] = {}
        self.timeout_seconds, self.max_bytes, self.concurrency = web.timeout_seconds, web.max_bytes, web.concurrency

    def wait(self, url: str) -> Due | None:
        """Return until when the host of ``url`` wants to be left alone, and why, if it does."""
        host = host_of(url)
        known = self.waits_heard.get(host) or self._waits.get(host)
        return known if known is not None and known.is_to_come(self._time()) else None

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
            if why := await self.refused(address):
                return why
            return await refusal(address) if refusal is not None else None

        manners = _Manners(self, None if allow_private else self._web.others, headers or {})
        return await self._web.get(
            url, headers=headers, allow_private=allow_private, pause=pause, refusal=refused, manners=manners
        )

    async def refused(self, address: SafeUrl) -> Unreachable | None:
        """Return why a host is to be left alone, if it said so to anybody."""
        if (wait := self.wait(address) or await self._told(address)) is None:
            return None
        return LeftAlone(cause=f"is left alone until {moment_in_words(wait.at)}: {wait.because}")

    async def heard(self, answer: Answer) -> None:
        """Remember until when the host that gave ``answer`` wants to be left alone, if it does."""
        if (wait := _wanted(answer, self._time())) is not None:
            self.waits_heard[host_of(answer.url)] = wait
            if self._web.others is not None:
                await self._web.others.leave_alone(host_of(answer.url), wait)

    def _time(self) -> datetime:
        """Return the time that it is by now, to the second, as Retry-After counts: a pull may take an hour."""
        return self._now + timedelta(seconds=int(monotonic() - self._begun))

    async def _told(self, url: str) -> Due | None:
        """Return what others heard of the host of ``url``, if it wants to be left alone."""
        if self._web.others is None:
            return None
        known = await self._web.others.left_alone(host_of(url))
        return known if known is not None and known.is_to_come(self._time()) else None


class _Manners:
    """A guest's manners with one question: nobody asks it again whom ``others`` can tell the answer."""

    def __init__(self, guest: Guest, others: Others | None, headers: Mapping[str, str]) -> None:
        self._guest, self._others, self._headers = guest, others, headers

    def known(self, address: SafeUrl) -> Answer | None:
        return self._others.answered(address, self._headers) if self._others is not None else None

    async def refused(self, address: SafeUrl) -> Unreachable | None:
        return await self._guest.refused(address)

    async def heard(self, answer: Answer) -> None:
        await self._guest.heard(answer)
        if self._others is not None:
            self._others.hear(answer, self._headers)


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
        if guest.waits_heard:
            with store.writing() as connection:
                kept.keep_waits(connection, guest.waits_heard)

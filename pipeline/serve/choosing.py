"""What a reader can do by a link of their own, without a login: choose topics, pause, get fewer letters, leave."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING, Final

from starlette.concurrency import run_in_threadpool
from starlette.routing import Route

from pipeline.model import Preferences
from pipeline.serve.forms import fields_of, is_form, token_of

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from starlette.requests import Request
    from starlette.responses import Response
    from starlette.routing import BaseRoute

    from pipeline.app.service import Service
    from pipeline.serve.pages import Pages

_LONGEST_PAUSE: Final = timedelta(days=400)


class Choosing:
    """The pages ``preferences`` and ``unsubscribe``."""

    def __init__(self, service: Service, clock: Callable[[], datetime], pages: Pages) -> None:
        self._service, self._clock, self._pages = service, clock, pages
        self._said = service.said

    def routes(self) -> Sequence[BaseRoute]:
        """Return what is answered here."""
        return (
            Route("/preferences", self._asked_to_choose, methods=["GET"]),
            Route("/preferences", self._chosen, methods=["POST"]),
            Route("/unsubscribe", self._asked_to_leave, methods=["GET"]),
            Route("/unsubscribe", self._left, methods=["POST"]),
        )

    async def _asked_to_choose(self, request: Request) -> Response:
        token = token_of(request)
        wanted = await run_in_threadpool(self._service.readers.preferences, token, self._clock())
        return self._form(token, wanted) if wanted else self._no_reader()

    def _form(self, token: str, wanted: Preferences, problem: str = "", status: int = 200) -> Response:
        named = {" ".join(topic.casefold().split()): topic for topic in self._service.topics}
        offered = [(key, named.get(key, key), key in wanted.topics) for key in dict.fromkeys((*named, *wanted.topics))]
        until, today = wanted.paused_until, self._clock().date()
        return self._pages.page(
            "preferences.html",
            status,
            topics=offered,
            monthly=wanted.monthly,
            pause=until.date().isoformat() if until and until.date() > today else "",
            first=(today + timedelta(days=1)).isoformat(),
            last=(today + _LONGEST_PAUSE).isoformat(),
            leave=f"unsubscribe?token={token}",
            problem=problem,
        )

    async def _chosen(self, request: Request) -> Response:
        token, now = token_of(request), self._clock()
        before = await run_in_threadpool(self._service.readers.preferences, token, now)
        if before is None:
            return self._no_reader()
        if not is_form(request):
            return self._form(token, before, self._said("use_form"), 415)
        try:
            wanted = self._wanted(await fields_of(request), before, now)
        except ValueError:
            return self._form(token, before, self._said("day_wrong"), 400)
        await run_in_threadpool(self._service.readers.prefer, token, wanted, now)
        words = [self._said("noted")]
        back = (f"preferences?token={token}", self._said("noted_next"))
        return self._pages.page("told.html", title=self._said("noted_title"), words=words, next=back)

    def _wanted(self, fields: list[tuple[str, str]], before: Preferences, now: datetime) -> Preferences:
        """Return what a form says; topics that were not offered are passed over. Raises ``ValueError``."""
        offered = {" ".join(topic.casefold().split()) for topic in self._service.topics} | set(before.topics)
        topics = tuple(value for name, value in fields if name == "topic" and value in offered)
        said = dict(fields)
        return Preferences(topics=topics, paused_until=_until(said.get("pause", ""), now), monthly="monthly" in said)

    async def _asked_to_leave(self, request: Request) -> Response:
        """Show a button: programs that look through mails open links, and leave no list by that (RFC 8058)."""
        token = token_of(request)
        choosing = await run_in_threadpool(self._service.readers.choosing, token, self._clock())
        other = (f"preferences?token={choosing}", self._said("leave_other"))
        return self._pages.page(
            "button.html",
            title=self._said("leave_title", site=self._service.site_name),
            words=[self._said("leave")],
            button=self._said("leave_button"),
            next=other if choosing else None,
        )

    async def _left(self, request: Request) -> Response:
        """Act at once, whatever the body says, and lead nowhere else (RFC 8058, section 3.1)."""
        gone = await run_in_threadpool(self._service.readers.leave, token_of(request), self._clock())
        return self._pages.told(self._said("left_title"), self._said("left")) if gone else self._no_reader()

    def _no_reader(self) -> Response:
        return self._pages.told(self._said("not_whole_title"), self._said("not_whole"), status=404)


def _until(text: str, now: datetime) -> datetime | None:
    """Return when a pause ends, the beginning of a day in UTC. Raises ``ValueError``."""
    if not text.strip():
        return None
    day = date.fromisoformat(text.strip())
    if not now.date() < day <= now.date() + _LONGEST_PAUSE:
        raise ValueError(text)
    return datetime(day.year, day.month, day.day, tzinfo=UTC)

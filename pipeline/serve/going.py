"""A link of a letter that is counted: it leads on, at once, to where the letter says; nowhere else can it lead."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from starlette.concurrency import run_in_threadpool
from starlette.responses import RedirectResponse
from starlette.routing import Route

from pipeline.serve.clicks import HELD, Clicks, is_by_a_person
from pipeline.serve.guard import network_of

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from datetime import datetime

    from starlette.requests import Request
    from starlette.responses import Response
    from starlette.routing import BaseRoute

    from pipeline.app.service import Service
    from pipeline.serve.errands import Errands
    from pipeline.serve.pages import Pages

_LONGEST: Final = 40
_A_LITTLE: Final = 1.0
"""Seconds after which what was held is sure to be over."""


class Going:
    """The page ``go``."""

    def __init__(self, service: Service, clock: Callable[[], datetime], pages: Pages, errands: Errands) -> None:
        self._service, self._clock, self._pages, self._errands = service, clock, pages, errands
        self._clicks = Clicks()

    def routes(self) -> Sequence[BaseRoute]:
        """Return what is answered here."""
        return (Route("/go", self._gone, methods=["GET", "HEAD"]),)

    async def _gone(self, request: Request) -> Response:
        name = request.query_params.get("l", "")
        target = await run_in_threadpool(self._service.target, name) if 0 < len(name) <= _LONGEST else None
        if target is None:
            said = self._service.said
            return self._pages.told(said("no_page_title"), said("no_page"), status=404)
        if self._service.is_counting and is_by_a_person(request.method, request.headers):
            self._clicks.note(network_of(request.state.ip), name, self._clock())
            self._errands.later(self._count, HELD.total_seconds() + _A_LITTLE, name="count")
        return RedirectResponse(target, 302)

    def _count(self, *, is_the_end: bool) -> None:
        """Write down what is over; where something is held still, come again."""
        self._service.add_counts(self._clicks.over(None if is_the_end else self._clock()))
        if self._clicks.is_waiting:
            self._errands.later(self._count, HELD.total_seconds() + _A_LITTLE, name="count")

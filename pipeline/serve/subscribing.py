"""How somebody becomes a reader: a form is filled, a mail goes out, and its link is confirmed by a button.

The page that answers a form is the same, and as quick, whether the address was known before or not.
"""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from starlette.concurrency import run_in_threadpool
from starlette.responses import PlainTextResponse
from starlette.routing import Route

from pipeline.serve.forms import fields_of, is_form, token_of
from pipeline.serve.guard import network_of
from pipeline.serve.limits import Verdict

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from datetime import datetime

    from starlette.requests import Request
    from starlette.responses import Response
    from starlette.routing import BaseRoute

    from pipeline.app.service import Service
    from pipeline.serve.errands import Errands
    from pipeline.serve.limits import Limits
    from pipeline.serve.pages import Pages


class Subscribing:
    """The pages ``subscribe``, ``confirm`` and ``health``."""

    def __init__(
        self, service: Service, clock: Callable[[], datetime], pages: Pages, limits: Limits, errands: Errands
    ) -> None:
        self._service, self._clock, self._pages = service, clock, pages
        self._limits, self._errands = limits, errands
        self._said = service.said

    def routes(self) -> Sequence[BaseRoute]:
        """Return what is answered here."""
        return (
            Route("/subscribe", self._asked_for_form, methods=["GET"]),
            Route("/subscribe", self._subscribed, methods=["POST"]),
            Route("/confirm", self._asked_to_confirm, methods=["GET"]),
            Route("/confirm", self._confirmed, methods=["POST"]),
            Route("/health", self._health, methods=["GET"]),
        )

    async def _asked_for_form(self, _request: Request) -> Response:
        return self._form()

    def _form(self, problem: str = "", status: int = 200) -> Response:
        return self._pages.page(
            "subscribe.html", status, field=self._service.field, wording=self._service.wording, problem=problem
        )

    async def _subscribed(self, request: Request) -> Response:
        """Note the wish and answer; whatever depends on the address is done later."""
        if not is_form(request):
            return self._form(self._said("use_form"), 415)
        given = dict(await fields_of(request)).get(self._service.field, "")
        try:
            address = self._service.address_of(given[:400])
        except ValueError:
            return self._form(self._said("no_address"), 400)
        now, ip = self._clock(), request.state.ip
        verdict = self._limits.ask(address.casefold(), network_of(ip), now)
        errand = partial(self._service.ask, address, ip, now)
        if verdict is Verdict.STOP or (verdict is Verdict.GO and not self._errands.take(errand)):
            late = self._pages.told(self._said("too_much"), self._said("too_much_hour"), status=429)
            late.headers["retry-after"] = "3600"
            return late
        return self._pages.told(*map(self._said, ("sent_title", "sent", "sent_else")))

    async def _asked_to_confirm(self, request: Request) -> Response:
        """Show a button: programs that look through mails open links, and agree to nothing by that."""
        wording = await run_in_threadpool(self._service.readers.wording, token_of(request), self._clock())
        if wording is None:
            return self._pages.told(self._said("old_title"), self._said("old"), status=404)
        title = self._said("confirm_title", site=self._service.site_name)
        return self._pages.page(
            "button.html", title=title, words=[wording], button=self._said("confirm_button"), next=None
        )

    async def _confirmed(self, request: Request) -> Response:
        token = await run_in_threadpool(self._service.readers.confirm, token_of(request), self._clock())
        if token is None:
            return self._pages.told(self._said("old_title"), self._said("old"), status=404)
        words = [self._said("confirmed")]
        choose = (f"preferences?token={token}", self._said("confirmed_next"))
        return self._pages.page("told.html", title=self._said("confirmed_title"), words=words, next=choose)

    async def _health(self, _request: Request) -> Response:
        well = await run_in_threadpool(self._service.is_well)
        return PlainTextResponse("ok\n" if well else "the store does not answer\n", 200 if well else 503)

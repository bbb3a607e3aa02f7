"""The service of a store that was moved to another place: it promises nobody what would be written down for nobody.

Links of letters that are out go on leading where they led.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from starlette.concurrency import run_in_threadpool
from starlette.middleware import Middleware

from pipeline.errors import StoreError, StoreMovedError

if TYPE_CHECKING:
    from collections.abc import Callable

    from starlette.requests import Request
    from starlette.responses import Response
    from starlette.types import ASGIApp, Receive, Scope, Send

    from pipeline.app.service import Service
    from pipeline.serve.pages import Pages


class Closed:
    """Stands before the pages, and answers in their place once the store was moved; ``tell`` is told why, once."""

    def __init__(self, app: ASGIApp, service: Service, pages: Pages, tell: Callable[[str], None]) -> None:
        self._app, self._service, self._pages, self._tell = app, service, pages, tell
        self._told = ""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        is_asked_here = not scope["path"].endswith(("/go", "/health"))
        if is_asked_here and (why := await run_in_threadpool(self._why_closed)):
            self._tell_once(why)
            await closed(self._pages)(scope, receive, send)
            return
        await self._app(scope, receive, send)

    def _why_closed(self) -> str:
        try:
            return self._service.why_closed()
        except StoreError:  # whoever needs the store says that it is away; not every page does
            return ""

    def _tell_once(self, why: str) -> None:
        if why != self._told:
            self._told = why
            self._tell(f"note: {why}. Readers are told to come again later; stop this service, and start it there")


def closed(pages: Pages) -> Response:
    """Return what readers are told: nothing was changed, and it can be asked for again."""
    page = pages.told(pages.said("closed_title"), pages.said("closed"), status=503)
    page.headers["retry-after"] = "3600"
    return page


def before(service: Service, pages: Pages, tell: Callable[[str], None]) -> list[Middleware]:
    """Return what stands before the pages."""
    return [Middleware(Closed, service=service, pages=pages, tell=tell)]


def faults(pages: Pages) -> dict[type[Exception], Callable[[Request, Exception], Response]]:
    """Return how it is told where the store was moved while a request was answered."""
    return {StoreMovedError: lambda _request, _error: closed(pages)}

"""Where mail providers tell what came back: they are answered with a number and nothing else.

Who fails to prove who they are too often is not listened to for a while.
"""

from __future__ import annotations

from threading import Lock
from typing import TYPE_CHECKING, Final

from starlette.concurrency import run_in_threadpool
from starlette.responses import PlainTextResponse
from starlette.routing import Route

from pipeline.model import Heard
from pipeline.serve.guard import network_of
from pipeline.serve.limits import FAILED, Limit

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from datetime import datetime

    from starlette.requests import Request
    from starlette.responses import Response
    from starlette.routing import BaseRoute

    from pipeline.app.service import Service

_STATUS: Final = {
    Heard.TAKEN: (200, "ok\n"),
    Heard.UNKNOWN: (404, "not found\n"),
    Heard.REFUSED: (403, "refused\n"),
    Heard.UNREADABLE: (400, "not understood\n"),
    Heard.LATER: (503, "try again later\n"),
}


class Hooks:
    """The addresses ``hooks/…``."""

    def __init__(self, service: Service, clock: Callable[[], datetime]) -> None:
        self._service, self._clock = service, clock
        self._failed, self._lock = Limit(*FAILED), Lock()

    def routes(self) -> Sequence[BaseRoute]:
        """Return what is answered here."""
        return (Route("/hooks/{provider}", self._heard, methods=["POST"]),)

    async def _heard(self, request: Request) -> Response:
        now, network = self._clock(), network_of(request.state.ip)
        with self._lock:
            if self._failed.is_reached(network, now):
                return PlainTextResponse("too much\n", 429, {"retry-after": "3600"})
        headers, provider = dict(request.headers), request.path_params["provider"]
        heard = await run_in_threadpool(self._service.hear, provider, headers, await request.body(), now)
        if heard is Heard.REFUSED:
            with self._lock:
                self._failed.note(network, now)
        status, words = _STATUS[heard]
        return PlainTextResponse(words, status)

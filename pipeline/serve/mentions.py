"""Where other sites tell that they link to the author's (Webmention): taken at once, looked into later.

The answer is the same whatever becomes of it, and nothing that a stranger names is asked for while they wait.
"""

from __future__ import annotations

from functools import partial
from threading import Lock
from typing import TYPE_CHECKING

from starlette.concurrency import run_in_threadpool
from starlette.responses import PlainTextResponse
from starlette.routing import Route

from pipeline.serve.forms import fields_of, is_form
from pipeline.serve.guard import network_of
from pipeline.serve.limits import MENTIONS, MENTIONS_IN_ALL, Limit

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from datetime import datetime

    from starlette.requests import Request
    from starlette.responses import Response
    from starlette.routing import BaseRoute

    from pipeline.app.service import Service
    from pipeline.serve.errands import Errands


class Mentions:
    """The address ``webmention``."""

    def __init__(self, service: Service, clock: Callable[[], datetime], errands: Errands) -> None:
        self._service, self._clock, self._errands = service, clock, errands
        self._network, self._all, self._lock = Limit(*MENTIONS), Limit(*MENTIONS_IN_ALL), Lock()

    def routes(self) -> Sequence[BaseRoute]:
        """Return what is answered here."""
        return (Route("/webmention", self._mentioned, methods=["POST"]),)

    async def _mentioned(self, request: Request) -> Response:
        if not is_form(request):
            return PlainTextResponse("send source and target as a form\n", 415)
        now, network = self._clock(), network_of(request.state.ip)
        if self._is_too_much(network, now):
            return PlainTextResponse("too much\n", 429, {"retry-after": "3600"})
        fields = await fields_of(request)
        given = {name: [value for key, value in fields if key == name] for name in ("source", "target")}
        if any(len(values) != 1 for values in given.values()):
            return PlainTextResponse("give one source and one target\n", 400)
        [source], [target] = given["source"], given["target"]
        fault = await run_in_threadpool(self._service.mentioned.fault, source, target, now)
        if fault:
            return PlainTextResponse(f"{fault}\n", 400)
        if not self._errands.take(partial(self._service.mentioned.verify, source, target, now)):
            return PlainTextResponse("too much\n", 429, {"retry-after": "3600"})
        return PlainTextResponse("It is looked into.\n", 202)

    def _is_too_much(self, network: str, now: datetime) -> bool:
        """Count a request; tell whether it is one too many."""
        with self._lock:
            if self._all.is_reached("", now) or self._network.is_reached(network, now):
                return True
            self._all.note("", now)
            self._network.note(network, now)
        return False

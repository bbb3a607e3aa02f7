"""The public service for readers: they subscribe, confirm, choose and leave by themselves.

What comes in is a form, the token of a link, or what a mail provider says; what goes out are plain pages, a mail to
confirm, and changes of the list. It reaches the list through ``app.service`` alone, and shares nothing with the desk.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from pipeline.serve.server import listening, run

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from starlette.types import ASGIApp

    from pipeline.app.service import Service
    from pipeline.serve.errands import Errands

__all__ = ["answering", "serve", "tidy"]

_DAY: Final = 86_400.0
"""Seconds."""


def serve(
    service: Service,
    place: tuple[str, int],
    clock: Callable[[], datetime],
    tell: Callable[[str], None],
    *,
    trust_proxy: bool = False,
) -> None:
    """Serve readers at ``place`` until interrupted; ``tell`` is given where, and what goes wrong with a mail."""
    from pipeline.serve.errands import Errands

    bound = listening(*place)
    host, port = bound.getsockname()[:2]
    tell(f"Readers are served at {host}:{port} until you press Ctrl-C.")
    errands, slow = Errands(tell), Errands(tell)  # no mail waits for a page of a stranger's
    tidy(service, clock, errands)
    try:
        run(answering(service, clock, errands, slow, tell, trust_proxy=trust_proxy), bound)
    finally:
        slow.close()
        errands.close()


def tidy(service: Service, clock: Callable[[], datetime], errands: Errands) -> None:
    """Forget now, and from now on each day, who asked for letters and did not confirm that in time."""

    def again(*, is_the_end: bool) -> None:
        if not is_the_end:
            tidy(service, clock, errands)

    errands.take(lambda: service.readers.tidy(clock()))
    errands.later(again, _DAY, name="tidy")


def answering(
    service: Service,
    clock: Callable[[], datetime],
    errands: Errands,
    slow: Errands | None = None,
    tell: Callable[[str], None] = lambda _: None,
    *,
    trust_proxy: bool = False,
) -> ASGIApp:
    """Return the service behind its guard; ``slow`` are errands for which others wait.

    ``tell`` hears of what the author must do something about.
    """
    from starlette.applications import Starlette
    from starlette.routing import Mount

    from pipeline.serve import closed
    from pipeline.serve.choosing import Choosing
    from pipeline.serve.going import Going
    from pipeline.serve.guard import Guard
    from pipeline.serve.hooks import Hooks
    from pipeline.serve.limits import Limits
    from pipeline.serve.mentions import Mentions
    from pipeline.serve.pages import Pages
    from pipeline.serve.subscribing import Subscribing

    pages, limits = Pages(service), Limits()
    parts = (
        Subscribing(service, clock, pages, limits, errands),
        Choosing(service, clock, pages),
        Hooks(service, clock),
        Going(service, clock, pages, errands),
        Mentions(service, clock, slow or errands),
    )
    routes = [route for part in parts for route in part.routes()]
    below = [Mount(service.prefix, routes=routes)] if service.prefix else []  # a proxy may hand the prefix on, or not
    before, faults = closed.before(service, pages, tell), {**pages.faults(), **closed.faults(pages)}
    app = Starlette(routes=[*routes, *below], middleware=before, exception_handlers=faults)
    return Guard(app, pages.policy, trust_proxy=trust_proxy)

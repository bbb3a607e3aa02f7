"""The week, the desk's first page: what waits, whom to speak to, how long each step took, and a chart of the weeks."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from pydantic import BaseModel

from pipeline.app.ailments import in_words
from pipeline.app.standing import troubles_of
from pipeline.desk.pages import Pages, done, shown
from pipeline.desk.trends import chart
from pipeline.model import Step

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from datetime import datetime

    from starlette.requests import Request
    from starlette.responses import Response
    from starlette.routing import BaseRoute

    from pipeline.app import App

PLACES: Final[Mapping[Step, str]] = {
    Step.TRIAGE: "/",
    Step.WRITE: "/drafts",
    Step.CHECK: "/drafts",
    Step.PUBLISH: "/out",
    Step.PEOPLE: "/people",
}
"""Where at the desk a step is done."""
_NAMES: Final[Mapping[Step, str]] = {
    Step.TRIAGE: "Choose stories",
    Step.WRITE: "Write",
    Step.CHECK: "Check",
    Step.PUBLISH: "Publish and send",
    Step.PEOPLE: "People",
}
_COUNTED: Final = ("posts", "takes", "minutes", "readers", "touches", "service")


class Begun(BaseModel):
    """The step that the author begins."""

    step: Step


class Left(BaseModel):
    """The author leaves what they are at, for now."""


class Week:
    """Answers what the page of the week asks."""

    def __init__(self, app: App, clock: Callable[[], datetime], pages: Pages) -> None:
        self._app, self._clock, self._pages = app, clock, pages

    def routes(self) -> Sequence[BaseRoute]:
        """Return what is answered where."""
        return (shown("/week", self.page), done("/begin", Begun, self.begin), done("/leave", Left, self.leave))

    def page(self, _request: Request) -> Response:
        """Show the plan, and what came of the weeks."""
        app = self._app.at(self._clock())
        week = app.week
        figures = week.figures()
        counts = {name: [getattr(each, name) for each in figures] for name in _COUNTED}
        return self._pages.page(
            "week.html",
            plan=week.plan(),
            troubles=[(in_words(each.duty), each) for each in troubles_of(app)],
            names=_NAMES,
            at=week.at_work(),
            counts=counts,
            charts={name: chart(found, 1) for name, found in counts.items()},
        )

    def begin(self, said: Begun) -> dict[str, Any]:
        """Write down that a step is begun, and say where it is done."""
        self._app.at(self._clock()).week.begin(said.step)
        return {"place": PLACES[said.step]}

    def leave(self, _said: Left) -> dict[str, Any]:
        """Write down that it is left."""
        self._app.at(self._clock()).week.leave()
        return {"place": "/week"}

"""What others say: all that came back, each with a button by which the author shows it on the site, or does not."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pydantic import BaseModel

from pipeline.desk.pages import Number, Pages, done, shown

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from datetime import datetime

    from starlette.requests import Request
    from starlette.responses import Response
    from starlette.routing import BaseRoute

    from pipeline.app import App

_DAYS = 8


class Chosen(BaseModel):
    """Whether the author shows what has this number."""

    number: Number
    shown: bool


class Looked(BaseModel):
    """The author wants all that was pulled looked through for their name."""


class Heard:
    """Answers what the page of what others say asks."""

    def __init__(self, app: App, clock: Callable[[], datetime], pages: Pages) -> None:
        self._app, self._clock, self._pages = app, clock, pages

    def routes(self) -> Sequence[BaseRoute]:
        """Return what is answered where."""
        return (
            shown("/heard", self.page),
            done("/heard/show", Chosen, self.show),
            done("/heard/look", Looked, self.look),
        )

    def page(self, _request: Request) -> Response:
        """Show what came back, the latest first."""
        return self._pages.page("heard.html", echoes=self._app.at(self._clock()).heard.every())

    def show(self, said: Chosen) -> dict[str, Any]:
        """Show something on the site, or no more; tell how it is now."""
        return {"shown": self._app.at(self._clock()).heard.show(said.number, shown=said.shown).is_shown}

    def look(self, _said: Looked) -> dict[str, Any]:
        """Look for the author in what was pulled; tell how much is new."""
        return {"fresh": len(self._app.at(self._clock()).heard.look(_DAYS))}

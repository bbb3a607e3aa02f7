"""Trends: what rises and falls in headlines, and what the author's choices tell, which they may refuse."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from pydantic import BaseModel

from pipeline.desk.cards import age
from pipeline.desk.pages import Pages, done, shown
from pipeline.errors import UsageError
from pipeline.model import LATELY, STRONGEST

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from datetime import datetime

    from starlette.requests import Request
    from starlette.responses import Response
    from starlette.routing import BaseRoute

    from pipeline.app import App

_BAR: Final = 14
"""How wide a week's bar is, in pixels."""
_BETWEEN: Final = 3
_HIGHEST: Final = 36
_LOWEST: Final = 2
"""A week without any is still a week."""


class Heeded(BaseModel):
    """Whether the author refuses the lesson of this mark, or heeds it after all."""

    mark: str
    refused: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Bar:
    """A week of a chart, in pixels from the left and from the top."""

    x: int
    y: int
    width: int
    height: int
    is_late: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Chart:
    """The weeks of a trend as bars, the oldest first."""

    width: int
    height: int
    bars: tuple[Bar, ...]


class Trends:
    """Answers what the page of trends asks."""

    def __init__(self, app: App, clock: Callable[[], datetime], pages: Pages) -> None:
        self._app, self._clock, self._pages = app, clock, pages

    def routes(self) -> Sequence[BaseRoute]:
        """Return what is answered where."""
        return (shown("/trends", self.page), done("/heed", Heeded, self.heed))

    def page(self, _request: Request) -> Response:
        """Show what rises and falls, and what was learned."""
        app = self._app.at(self._clock())
        found = app.stories.trends()
        lessons, refused = app.stories.lessons()
        strongest = [each for place, each in enumerate(lessons) if place < STRONGEST or each.mark in refused]
        return self._pages.page(
            "trends.html",
            rising=[trend for trend in found if trend.rise > 0],
            falling=[trend for trend in found if trend.rise < 0],
            strongest=strongest,
            weaker=[lesson for lesson in lessons if lesson not in strongest],
            refused=refused,
            charts={trend.term: chart(trend.counts) for trend in found},
            ages={entry.id: age(entry.dated, app.now) for trend in found for entry in trend.examples},
        )

    def heed(self, said: Heeded) -> dict[str, Any]:
        """Refuse a lesson, or take it after all; tell what stands now."""
        stories = self._app.at(self._clock()).stories
        if said.mark not in {lesson.mark for lesson in stories.lessons()[0]}:
            raise UsageError("your choices do not tell this any more; load the page again")
        stories.refuse(said.mark, refused=said.refused)
        return {"refused": said.refused}


def chart(counts: Sequence[int], late: int = LATELY) -> Chart:
    """Return a bar for each week, the highest for the largest count; the last ones, ``late``, stand out."""
    most, step = max(counts, default=0) or 1, _BAR + _BETWEEN
    heights = [max(_LOWEST, round(count / most * _HIGHEST)) for count in counts]
    bars = tuple(
        Bar(x=week * step, y=_HIGHEST - height, width=_BAR, height=height, is_late=week >= len(counts) - late)
        for week, height in enumerate(heights)
    )
    return Chart(width=len(counts) * step - _BETWEEN, height=_HIGHEST, bars=bars)

"""Triage: the shortlist as cards, and what the author chooses about each."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pydantic import BaseModel

from pipeline.desk.cards import cards
from pipeline.desk.pages import LARGEST, Number, Pages, SupersededError, done, shown
from pipeline.errors import UsageError
from pipeline.model import Choice  # noqa: TC001  (pydantic reads the annotations)

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from datetime import datetime

    from starlette.requests import Request
    from starlette.responses import Response
    from starlette.routing import BaseRoute

    from pipeline.app import App


class Nothing(BaseModel):
    """What a page says where there is nothing to say."""


class Wanted(BaseModel):
    """How the shortlist is to be made: ``again`` with what was passed over, too."""

    again: bool = False


class Chosen(BaseModel):
    """What the author chose about a story; without a choice, the latest is taken back, if it still is ``was``."""

    story: Number
    choice: Choice | None
    was: Choice | None = None


class Joined(BaseModel):
    """Stories to be told as one."""

    stories: list[Number]


class Parted(BaseModel):
    """Reports that belong to another story."""

    story: Number
    entries: list[Number]


class Triage:
    """Answers what the page of stories asks."""

    def __init__(self, app: App, clock: Callable[[], datetime], pages: Pages) -> None:
        self._app, self._clock, self._pages = app, clock, pages

    def routes(self) -> Sequence[BaseRoute]:
        """Return what is answered where."""
        return (
            shown("/", self.page),
            shown("/cards", self.cards),
            done("/choose", Chosen, self.choose),
            done("/merge", Joined, self.merge),
            done("/split", Parted, self.split),
            done("/select", Wanted, self.select),
            done("/draft", Nothing, self.draft),
        )

    def page(self, request: Request) -> Response:
        """Show the shortlist, and only where it is asked for what was passed over, behind the others."""
        app, again = self._now(), "again" in request.query_params
        drafted = app.stories.drafted()
        found = cards(app.stories.shortlist(), drafted, app.now)
        passed = cards(app.stories.passed_over() if again else (), drafted, app.now)
        return self._pages.page("triage.html", cards=found, passed=passed, again=again)

    def cards(self, request: Request) -> Response:
        """Show the cards of just the stories that are asked for, whatever was chosen about them."""
        app = self._now()
        asked = [_number(said) for said in request.query_params.getlist("story")]
        found = cards(app.stories.listed(asked), app.stories.drafted(), app.now)
        return self._pages.page("cards.html", cards=found)

    def choose(self, said: Chosen) -> dict[str, Any]:
        """Remember a choice, or take the latest back; tell what stands now."""
        stories = self._now().stories
        if said.choice is not None:
            stories.choose(said.choice, [said.story])
            return {"choice": said.choice}
        [item] = stories.listed([said.story])
        if said.was not in {None, item.choice}:
            stands = f"“{item.choice}” is chosen" if item.choice else "nothing is chosen"
            raise SupersededError(
                f"its choice was changed elsewhere in the meantime: {stands} now", {"choice": item.choice}
            )
        return {"choice": stories.take_back(said.story).choice}

    def merge(self, said: Joined) -> dict[str, Any]:
        """Have stories told as one from now on; tell which story that is."""
        if len({*said.stories}) < 2:  # noqa: PLR2004  (one story is told as one already)
            raise UsageError("name two stories or more that tell the same")
        return {"stories": [self._now().stories.merge(said.stories).story.id]}

    def split(self, said: Parted) -> dict[str, Any]:
        """Have reports told apart from now on; tell which stories those are."""
        return {"stories": [item.story.id for item in self._now().stories.split(said.story, said.entries)]}

    def select(self, said: Wanted) -> dict[str, Any]:
        """Make the shortlist anew."""
        return {"stories": len(self._now().stories.select(again=said.again))}

    def draft(self, _said: Nothing) -> dict[str, Any]:
        """Write a draft about what is picked, and tell where it is written on."""
        return {"at": f"/write/{self._now().stories.write_picked().stem}"}

    def _now(self) -> App:
        return self._app.at(self._clock())


def _number(said: str) -> int:
    """Return the number of a story that an address names."""
    if not said.isdecimal() or len(said) > len(str(LARGEST)) or int(said) > LARGEST:
        raise UsageError("there is no such story")
    return int(said)

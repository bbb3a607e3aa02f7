"""Assist at the desk: what a model proposes for a draft, shown beside its text, and put into it when it is taken."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pydantic import BaseModel

from pipeline.desk.pages import Number, done
from pipeline.model import Wish  # noqa: TC001  (pydantic reads the annotations)

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from datetime import datetime
    from pathlib import Path

    from starlette.routing import BaseRoute

    from pipeline.app import App
    from pipeline.model import Suggestion


class Wished(BaseModel):
    """What the author wants proposed for a draft as it stands on the page, with the caret in this line."""

    name: str
    text: str
    wish: Wish
    line: Number


class Taken(BaseModel):
    """A suggestion that goes into a draft as it stands on the page."""

    name: str
    text: str
    number: Number


class Assisting:
    """Answers what the page of a draft asks of the model. ``path`` finds a draft by its name."""

    def __init__(self, app: App, clock: Callable[[], datetime], path: Callable[[str], Path]) -> None:
        self._app, self._clock, self._path = app, clock, path

    def routes(self) -> Sequence[BaseRoute]:
        """Return what is answered where."""
        return (done("/propose", Wished, self.propose), done("/take", Taken, self.take))

    def propose(self, said: Wished) -> dict[str, Any]:
        """Tell what the model proposes; the text stays as it is."""
        assist = self._app.at(self._clock()).assist
        made = assist.propose(self._path(said.name), said.text, said.wish, said.line)
        return {"suggestions": [_shown(each) for each in made]}

    def take(self, said: Taken) -> dict[str, Any]:
        """Tell the text with a suggestion in it and noted; the page saves it as it saves what is typed."""
        assist = self._app.at(self._clock()).assist
        return {"text": assist.taken(said.number, self._path(said.name), said.text)}


def _shown(made: Suggestion) -> dict[str, Any]:
    return {
        "number": made.id,
        "wish": made.words.what,
        "text": made.words.text,
        "faults": made.faults,
        "doubts": made.doubts,
    }

"""A letter as its readers meet it, on one page that follows the post and the templates as they are saved.

What comes in is the file of a post; what goes out are frames in which nothing runs: at the width of a desktop and of a
phone, in the dark, without images, without styles and as plain text; and beside them its size, header and findings.
"""

from __future__ import annotations

from dataclasses import dataclass
from email import message_from_bytes
from functools import lru_cache
from typing import TYPE_CHECKING, Any, Final

from starlette.responses import HTMLResponse, JSONResponse

from pipeline.desk.frames import Frames, View, as_seen, without
from pipeline.desk.guard import FRAME_POLICY
from pipeline.desk.pages import shown
from pipeline.errors import BylineError, UsageError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence
    from datetime import datetime
    from pathlib import Path

    from starlette.requests import Request
    from starlette.responses import Response
    from starlette.routing import BaseRoute

    from pipeline.app import App
    from pipeline.desk.pages import Pages

_NO_IMAGES: Final = FRAME_POLICY.replace("img-src 'self' data:", "img-src 'none'")
_NO_STYLES: Final = FRAME_POLICY.replace("style-src 'self' 'unsafe-inline'", "style-src 'none'")


@dataclass(frozen=True, slots=True, kw_only=True)
class Look:
    """A way to meet the letter: ``made_as`` is how the desk makes it, ``policy`` what its frame lets be seen."""

    name: str
    title: str
    made_as: View
    policy: str = FRAME_POLICY


LOOKS: Final = (
    Look(name="desktop", title="Desktop", made_as=View.LETTER),
    Look(name="phone", title="Phone", made_as=View.PHONE),
    Look(name="dark", title="In the dark", made_as=View.DARK),
    Look(name="night", title="Phone in the dark", made_as=View.DARK),
    Look(name="blind", title="Without images", made_as=View.BLIND, policy=_NO_IMAGES),
    Look(name="bare", title="Without styles", made_as=View.BARE, policy=_NO_STYLES),
    Look(name="text", title="Plain text", made_as=View.TEXT),
)


class LetterPage:
    """Answers what the page of one letter asks."""

    def __init__(self, app: App, path: Path, clock: Callable[[], datetime], pages: Pages) -> None:
        self._app, self._path, self._clock, self._pages = app, path, clock, pages
        self._frames = Frames(app)
        self._made = lru_cache(maxsize=2)(self._make)

    def routes(self) -> Sequence[BaseRoute]:
        """Return what is answered where. A frame is where posts are, so that their pictures are found from there."""
        return (
            shown("/", self.page),
            shown("/mark", self.mark),
            shown("/content/posts/look/{name}", self.look),
            *self._frames.routes(),
        )

    def page(self, _request: Request) -> Response:
        """Show the page."""
        facts: dict[str, Any] = {"looks": LOOKS, "file": f"{self._path.parent.name}/{self._path.name}", "problem": ""}
        try:
            facts |= self._made(self._mark())
        except BylineError as error:
            facts |= {"problem": str(error), "title": self._path.stem}
        return self._pages.page("letter.html", mark=self._mark(), **facts)

    def mark(self, _request: Request) -> Response:
        """Tell by what a change of the post or of a template is noticed."""
        return JSONResponse({"mark": self._mark()})

    def look(self, request: Request) -> Response:
        """Show the letter in one way."""
        look = next((each for each in LOOKS if each.name == request.path_params["name"]), None)
        if look is None:
            raise UsageError("there is no such view")
        page = self._made(self._mark())["views"][look.made_as]
        return HTMLResponse(page, headers={"content-security-policy": look.policy})

    def _make(self, _mark: str) -> Mapping[str, Any]:
        """Return what is shown of the letter as the files are now."""
        app = self._app.at(self._clock())
        letters = app.letters
        sample = letters.sample(letters.make(self._path))
        page = self._frames.with_pictures(sample["html"].decode())
        text = self._frames.wrapped(sample["txt"].decode())
        message = message_from_bytes(sample["eml"])
        return {
            "title": letters.make(self._path).subject,
            "views": {
                View.LETTER: as_seen(page, dark=False),
                View.PHONE: as_seen(page, dark=False),
                View.DARK: as_seen(page, dark=True),
                View.BLIND: without(as_seen(page, dark=False), "src"),
                View.BARE: without(page, "style"),
                View.TEXT: f"<!doctype html><html><head><title>Plain text</title></head><body>{text}</body></html>",
            },
            "header": [(name, str(value)) for name, value in message.items()],
            "sizes": [(name, f"{len(sample[name]) / 1000:.1f} kB") for name in ("eml", "html", "txt")],
            "findings": letters.lint(self._path, ask_others=False).findings,
        }

    def _mark(self) -> str:
        """Return what differs once a file was saved that the letter is made of."""
        return " ".join(f"{path.name}:{when}" for path, when in self._saved())

    def _saved(self) -> Iterator[tuple[Path, int]]:
        folder = self._app.settings.overrides / "letter"
        for path in (self._path, *sorted(folder.glob("*"))):
            try:
                yield path, path.stat().st_mtime_ns
            except OSError:  # it is being saved by way of another file, or was taken away
                yield path, 0

"""What previews show: the page of the site, the letter in light and in dark, and its plain text.

A preview is HTML that nobody has cleaned. It is shown in a frame of a policy of its own, where nothing runs and nothing
is loaded but the author's own style sheets and pictures.
"""

from __future__ import annotations

import html
import mimetypes
import re
from enum import StrEnum
from typing import TYPE_CHECKING, Any, Final

from starlette.responses import FileResponse, HTMLResponse, Response

from pipeline.desk.guard import FRAME_POLICY
from pipeline.desk.pages import shown
from pipeline.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence
    from pathlib import Path

    from starlette.requests import Request
    from starlette.routing import BaseRoute

    from pipeline.app import App

_GUARDED: Final = {"content-security-policy": FRAME_POLICY}
_PICTURES: Final = frozenset({".png", ".jpg", ".jpeg", ".gif", ".webp", ".avif", ".svg"})
_SITE: Final = """<!doctype html><html lang="{language}" class="no-js">
<head><meta charset="utf-8"><title>Preview</title>
<link rel="stylesheet" href="/look.css"></head>
<body dir="ltr" data-md-color-scheme="default" data-md-color-primary="custom" data-md-color-accent="custom"
data-md-color-media="(prefers-color-scheme)"></body></html>"""
_PLAIN: Final = """<!doctype html><html lang="{language}"><head><meta charset="utf-8"><title>Preview</title></head>
<body></body></html>"""
_WRAPPED: Final = (
    '<pre style="width: max(100%, 73ch); white-space: pre-wrap; overflow-wrap: anywhere; '
    'font-size: clamp(10px, (100vw - 20px) / 44, 13px)">'
)
"""Lines of 72 letters stay whole: in a narrow frame they are smaller, then it scrolls. Longer addresses are wrapped."""


class View(StrEnum):
    """A way in which readers meet a post."""

    SITE = "site"
    LETTER = "letter"
    PHONE = "phone"
    DARK = "dark"
    TEXT = "text"
    BLIND = "blind"
    BARE = "bare"


class Frames:
    """Makes previews, and answers what their frames ask."""

    def __init__(self, app: App) -> None:
        self._app = app

    def routes(self) -> Sequence[BaseRoute]:
        """Return what is answered where. A frame is where posts are, so that their pictures are found from there."""
        return (
            shown("/content/posts/frame/{kind}", self.frame),
            shown("/content/{name:path}", self.picture),
            shown("/look.css", self.look),
        )

    def frame(self, request: Request) -> Response:
        """Return an empty page to show a preview in."""
        page = _SITE if request.path_params["kind"] == View.SITE else _PLAIN
        return HTMLResponse(page.format(language=html.escape(self._app.settings.site.language)), headers=_GUARDED)

    def picture(self, request: Request) -> Response:
        """Return a picture of the author's own."""
        path = self._picture(request.path_params["name"])
        if path is None:
            raise UsageError("there is no such picture")
        return FileResponse(path, media_type=mimetypes.guess_type(path.name)[0], headers=_GUARDED)

    def _picture(self, name: str) -> Path | None:
        """Return the file of the picture ``name`` in content/, if there is one."""
        content = self._app.settings.content.resolve()
        try:
            path = (content / name).resolve()
            known = path.suffix.lower() in _PICTURES and path.is_relative_to(content) and path.is_file()
        except (OSError, ValueError):  # a name that no file can have: too long, or with a NUL
            return None
        return path if known else None

    def look(self, _request: Request) -> Response:
        """Return the style sheets of the site as one."""
        sheets = "\n".join(sheet.read_text(encoding="utf-8") for sheet in self._app.looks())
        return Response(sheets, media_type="text/css")

    def previews(self, app: App, path: Path, text: str, views: Collection[View]) -> dict[str, str]:
        """Return the post in ``path``, as if it held ``text``, as HTML for the frame of each of ``views``."""
        made: dict[str, str] = {}
        if View.SITE in views:
            made[View.SITE] = self.with_pictures(app.glance(path, text))
        if {*views} - {View.SITE}:
            letter = app.letters.sample(app.letters.make(path, text))
            page = self.with_pictures(letter["html"].decode())
            made[View.LETTER] = made[View.PHONE] = as_seen(page, dark=False)
            made[View.DARK] = as_seen(page, dark=True)
            made[View.TEXT] = self.wrapped(letter["txt"].decode())
        return {view: made[view] for view in views}

    def wrapped(self, text: str) -> str:
        """Return plain text as HTML that shows its lines as they are."""
        return f"{_WRAPPED}{html.escape(text)}</pre>"

    def with_pictures(self, markup: str) -> str:
        """Return ``markup`` with the pictures of the site taken from content/, as they may be on no site yet."""
        home = re.escape(self._app.settings.site.site_url.rstrip("/"))
        return re.sub(rf'src="{home}/', 'src="/content/', markup)


def as_seen(letter: str, *, dark: bool) -> str:
    """Return ``letter`` as a mail program shows it that is dark or light, whatever this browser is."""
    asked = {"dark": dark, "light": not dark}
    return re.sub(
        r"\(prefers-color-scheme:\s*(dark|light)\s*\)",
        lambda found: "(min-width: 0)" if asked[found[1]] else "(max-width: 0)",
        letter,
    )


def without(letter: str, what: str) -> str:
    """Return ``letter`` as a mail program shows it that fetches no images (``src``), or knows no CSS (``style``)."""
    from lxml.html import document_fromstring, tostring

    root: Any = document_fromstring(letter)
    if what == "style":
        for element in root.xpath("//style | //meta[contains(@name, 'color-scheme')]"):
            element.drop_tree()
    for element in root.xpath("//img[@src]" if what == "src" else f"//*[@{what}]"):
        del element.attrib[what]
    return str(tostring(root, encoding="unicode", doctype="<!doctype html>"))

"""Shares at the desk: a text about a post for each channel, counted as it is typed, copied or posted after a yes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pydantic import BaseModel
from starlette.responses import FileResponse, Response

from pipeline.connect.shares.counted import first
from pipeline.desk.pages import Pages, done, shown
from pipeline.errors import UsageError
from pipeline.post import files

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from datetime import datetime
    from pathlib import Path

    from starlette.requests import Request
    from starlette.routing import BaseRoute

    from pipeline.app import App
    from pipeline.connect.channels.channel import Channel
    from pipeline.connect.shares import Drawn


class Named(BaseModel):
    """A post, by the name of its file."""

    post: str


class Place(Named):
    """A post at one channel."""

    channel: str


class Typed(Place):
    """A text for a channel as it stands on the page."""

    text: str


class Kept(Typed):
    """A text to be kept in the file that had this mark; ``anew``, the one that the template makes."""

    mark: str


class At(Place):
    """Where a post is at a channel."""

    address: str


class Shares:
    """Answers what the pages of shares ask."""

    def __init__(self, app: App, clock: Callable[[], datetime], pages: Pages) -> None:
        self._app, self._clock, self._pages = app, clock, pages

    def routes(self) -> Sequence[BaseRoute]:
        """Return what is answered where."""
        return (
            shown("/shares", self.posts),
            shown("/shares/{name}", self.page),
            shown("/shares/{name}/card", self.card),
            done("/share/texts", Named, self.texts),
            done("/share/measure", Typed, self.measure),
            done("/share/keep", Kept, self.keep),
            done("/share/anew", Place, self.anew),
            done("/share/post", Kept, self.post),
            done("/share/at", At, self.at),
            done("/share/not-at", At, self.not_at),
            done("/share/forget", Place, self.forget),
        )

    def posts(self, _request: Request) -> Response:
        """Show the posts that are out, each with where it was shared."""
        out = [
            {"name": post.path.stem, "title": post.title or post.path.stem, "day": f"{post.date}", "at": _at(posted)}
            for post, posted in self._now().shares.out()
        ]
        return self._pages.page("posts.html", posts=out)

    def page(self, request: Request) -> Response:
        """Show the page of one post; its texts are loaded by the page."""
        app, name = self._now(), request.path_params["name"]
        path = self._path(app, name)
        card, alt = app.shares.card(path)
        channels = [{"name": each.name, "seen": each.seen} for each in app.shares.channels()]
        title = next(post.title for post, _ in app.shares.out() if post.path == path)
        facts = {"title": title or name, "alt": alt, "has_card": card.is_file()}
        return self._pages.page("shares.html", name=path.stem, channels=channels, **facts)

    def card(self, request: Request) -> Response:
        """Return the card of a post, as the site was last built with it."""
        app = self._now()
        file, _ = app.shares.card(self._path(app, request.path_params["name"]))
        if not file.is_file():
            raise UsageError("there is no card of this post before the site is built")
        return FileResponse(file, media_type="image/png")

    def texts(self, said: Named) -> dict[str, Any]:
        """Tell the texts of a post, those that were not there yet made by the templates."""
        shares = self._now().shares
        path = self._path(self._app, said.post)
        file, found = shares.draft(path, shares.channels())
        told = {"file": f"{file.parent.name}/{file.name}", "mark": files.mark_of(file)}
        return told | {"texts": [_told(each) for each in found]}

    def measure(self, said: Typed) -> dict[str, Any]:
        """Tell how long a text is at its channel, by the channel's own rule."""
        return _told(self._now().shares.measured(self._path(self._app, said.post), self._channel(said), said.text))

    def keep(self, said: Kept) -> dict[str, Any]:
        """Keep a text in the file of the texts, if nobody else changed that; tell its mark."""
        mark = self._now().shares.keep(self._path(self._app, said.post), self._channel(said), said.text, said.mark)
        return {"mark": mark}

    def anew(self, said: Place) -> dict[str, Any]:
        """Make the text for one channel anew by its template; tell it."""
        file, [drawn] = self._now().shares.draft(self._path(self._app, said.post), (self._channel(said),), anew=True)
        return _told(drawn) | {"mark": files.mark_of(file)}

    def post(self, said: Kept) -> dict[str, Any]:
        """Post a text, as the author said yes to just that one; tell where it is."""
        shares = self._now().shares
        path, channel = self._path(self._app, said.post), self._channel(said)
        shares.keep(path, channel, said.text, said.mark)
        return {"url": shares.post(path, channel, said.text)}

    def at(self, said: At) -> dict[str, Any]:
        """Note where the author posted by hand; tell the address as it is in the post now."""
        url = self._now().shares.is_at(self._path(self._app, said.post), self._channel(said), said.address)
        return {"url": url}

    def not_at(self, said: At) -> dict[str, Any]:
        """Take back such a note."""
        self._now().shares.not_at(self._path(self._app, said.post), self._channel(said), said.address)
        return {}

    def forget(self, said: Place) -> dict[str, Any]:
        """Forget a post that was cut off, as the author looked and it is not there."""
        self._now().shares.forget(self._path(self._app, said.post), self._channel(said))
        return {}

    def _path(self, app: App, name: str) -> Path:
        """Return the file of a post that is out; only a name that one has leads to it."""
        known = {path.stem: path for path in (post.path for post, _ in app.at(self._clock()).shares.out())}
        if name not in known:
            raise UsageError(f"there is no post {name} that is out")
        return known[name]

    def _channel(self, said: Place) -> Channel:
        known = {channel.name: channel for channel in self._now().shares.channels()}
        if said.channel not in known:
            raise UsageError(f"there is no channel {said.channel} in connect.shares.channels")
        return known[said.channel]

    def _now(self) -> App:
        return self._app.at(self._clock())


def _at(posted: Any) -> list[tuple[str, str]]:
    return [(channel, share.url) for channel, share in posted.items() if share.url]


def _told(drawn: Drawn) -> dict[str, Any]:
    return {
        "channel": drawn.channel,
        "text": drawn.text,
        "measures": [{"used": m.used, "most": m.most, "unit": m.unit, "over": m.over} for m in drawn.measures],
        "first": first(drawn.text, drawn.seen) if drawn.seen else drawn.text,
        "hindrance": drawn.hindrance,
        "url": drawn.url,
    }

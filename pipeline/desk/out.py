"""Publish and send: the site is built, and an edition leaves for the readers after the author said yes to just that."""

from __future__ import annotations

from threading import Lock
from typing import TYPE_CHECKING, Any

from pydantic import BaseModel

from pipeline.desk.pages import Number, Pages, SupersededError, done, shown
from pipeline.errors import UsageError
from pipeline.model import DeliveryState

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from datetime import datetime
    from pathlib import Path

    from starlette.requests import Request
    from starlette.responses import Response
    from starlette.routing import BaseRoute

    from pipeline.app import App
    from pipeline.send import Sent


class Built(BaseModel):
    """The author wants the site built."""


class Edition(BaseModel):
    """An edition, by the name of its file."""

    post: str


class Yes(Edition):
    """The author wants an edition sent to so many readers."""

    readers: Number


class Out:
    """Answers what the page on which posts go out asks."""

    def __init__(self, app: App, clock: Callable[[], datetime], pages: Pages) -> None:
        self._app, self._clock, self._pages = app, clock, pages
        self._building, self._sending = Lock(), Lock()

    def routes(self) -> Sequence[BaseRoute]:
        """Return what is answered where."""
        return (
            shown("/out", self.page),
            done("/build", Built, self.build),
            done("/letter", Edition, self.letter),
            done("/send", Yes, self.send),
        )

    def page(self, _request: Request) -> Response:
        """Show what is not on the site yet, and which editions were sent to nobody."""
        app = self._now()
        status = app.status()
        titles = {post.path.stem: post.title or post.path.stem for post, _ in app.shares.out()}
        newest = next(iter(titles), None)
        return self._pages.page(
            "out.html",
            unbuilt=[titles.get(path.stem, path.stem) for path in status.unbuilt],
            unsent=[(name, titles[name]) for name in status.unsent if name in titles],
            newest=newest,
            drafts=len(status.drafts),
            site=app.settings.output.name,
        )

    def build(self, _said: Built) -> dict[str, Any]:
        """Build the site; tell what it holds."""
        if not self._building.acquire(blocking=False):
            raise UsageError("the site is being built already")
        try:
            site = self._now().publish()
        finally:
            self._building.release()
        notes = [*site.moved, *site.held, *site.warnings]
        return {"pages": site.pages, "posts": site.posts, "notes": notes}

    def letter(self, said: Edition) -> dict[str, Any]:
        """Tell what would be sent, to how many, by which way, and who is left out; nothing is sent."""
        app = self._now()
        path = self._ready(app, said.post)
        letter = app.letters.make(path)
        audience = app.letters.audience(letter)
        why: dict[str, int] = {}
        for _, because in audience.left_out:
            why[because] = why.get(because, 0) + 1
        return {
            "subject": letter.subject,
            "readers": app.letters.count(letter),
            "way": app.letters.way().name,
            "left_out": [f"{many} left out: {because}" for because, many in why.items()],
            "concerns": app.letters.concerns(),
        }

    def send(self, said: Yes) -> dict[str, Any]:
        """Send an edition to just as many readers as the author was told; tell what became of it."""
        app = self._now()
        letter = app.letters.make(self._ready(app, said.post))
        now = app.letters.count(letter)
        if now != said.readers:
            raise SupersededError(f"by now it would go to {now} readers, not to {said.readers}", {"readers": now})
        if not self._sending.acquire(blocking=False):
            raise UsageError("an edition is being sent already")
        try:
            return _told(app.letters.send(letter, None, lambda _delivery: None))
        finally:
            self._sending.release()

    def _ready(self, app: App, name: str) -> Path:
        """Return the file of an edition that may leave. Raises ``UsageError`` where it may not, and says why."""
        known = {post.path.stem: post.path for post, _ in app.shares.out()}
        if name not in known:
            raise UsageError(f"there is no post {name} that is out")
        if app.letters.service:
            raise UsageError(f"your readers are at a service that gets editions as a whole: `byline send {name}`")
        app.see_that_approved(known[name])
        if why := app.letters.stale(known[name]):
            raise UsageError(f"{why}: build the site first")
        return known[name]

    def _now(self) -> App:
        return self._app.at(self._clock())


def _told(sent: Sent) -> dict[str, Any]:
    return {
        "sent": sent.count(DeliveryState.SENT),
        "troubled": [
            f"{delivery.reader.email}: {delivery.answer or 'cut off before the answer'}" for delivery in sent.troubled
        ],
        "left_out": [f"{many} left out: {why}" for why, many in sent.left_out.items()],
        "later": sent.later and f"{sent.later:%Y-%m-%d %H:%M} UTC",
    }

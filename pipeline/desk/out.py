"""Publish and send: the site is built, and an edition leaves for the readers after the author said yes to just that."""

from __future__ import annotations

from dataclasses import dataclass
from threading import Lock, Thread
from typing import TYPE_CHECKING, Any

from pydantic import BaseModel
from starlette.responses import JSONResponse

from pipeline.desk.pages import Number, Pages, SupersededError, done, shown
from pipeline.errors import BylineError, UsageError
from pipeline.model import DeliveryState
from pipeline.send import Orders

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from datetime import datetime
    from pathlib import Path

    from starlette.requests import Request
    from starlette.responses import Response
    from starlette.routing import BaseRoute

    from pipeline.app import App
    from pipeline.model import Delivery, Letter
    from pipeline.send import Sent
    from pipeline.send.interrupted import Stopping


class Built(BaseModel):
    """The author wants the site built."""


class Edition(BaseModel):
    """An edition, by the name of its file."""

    post: str


class Yes(Edition):
    """The author wants an edition sent to so many readers."""

    readers: Number


@dataclass(slots=True, kw_only=True)
class Underway:
    """A letter that leaves for so many readers, and with how many it is done; at its end, what is told of it."""

    letter: Letter
    readers: int
    done: int = 0
    told: Mapping[str, Any] | None = None

    def count(self, _delivery: Delivery) -> None:
        """Take in that one more is done with."""
        self.done += 1


class Paused(BaseModel):
    """The author wants nobody else to be sent the letter that is leaving."""


class Out:
    """Answers what the page on which posts go out asks."""

    def __init__(self, app: App, clock: Callable[[], datetime], pages: Pages, stopping: Stopping) -> None:
        self._app, self._clock, self._pages, self._stopping = app, clock, pages, stopping
        self._building, self._sending = Lock(), Lock()
        self._underway: Underway | None = None

    def routes(self) -> Sequence[BaseRoute]:
        """Return what is answered where."""
        return (
            shown("/out", self.page),
            done("/build", Built, self.build),
            done("/letter", Edition, self.letter),
            done("/send", Yes, self.send),
            shown("/send/underway", self.underway),
            done("/send/pause", Paused, self.pause),
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
        """Begin to send an edition to just as many readers as the author was told of; ``underway`` tells how it goes.

        It leaves by itself, and not within the request: at a slow pace that may take hours.
        """
        app = self._now()
        letter = app.letters.make(self._ready(app, said.post))
        now = app.letters.count(letter)
        if now != said.readers:
            raise SupersededError(f"by now it would go to {now} readers, not to {said.readers}", {"readers": now})
        if not self._sending.acquire(blocking=False):
            raise UsageError("an edition is being sent already")
        self._underway = Underway(letter=letter, readers=now)
        Thread(target=self._send, args=(app, self._underway), name="letter").start()
        return {}

    def _send(self, app: App, underway: Underway) -> None:
        told: dict[str, Any] = {"error": "a fault of Byline's own; the terminal of the desk says which"}
        try:
            orders = Orders(heeding=self._stopping.heeding)
            told = _told(app.letters.send(underway.letter, None, underway.count, part=orders))
        except BylineError as error:
            told = {"error": str(error)}
        finally:
            underway.told = told
            self._sending.release()

    def underway(self, _request: Request) -> Response:
        """Tell how far the letter is that leaves now, or what became of the last one; nothing where none was sent."""
        now = self._underway
        if now is None:
            return JSONResponse({})
        return JSONResponse({"post": now.letter.edition, "readers": now.readers, "done": now.done, "told": now.told})

    def pause(self, _said: Paused) -> dict[str, Any]:
        """Let nobody else be sent the letter that is under way."""
        now = self._underway
        if now is None or now.told is not None:
            raise UsageError("no letter is leaving now")
        self._now().letters.pause(now.letter.edition)
        return {}

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
        if app.settings.publish.built_elsewhere:
            app.letters.see_that_it_is_online(app.letters.make(known[name]), lambda _words: None, wait=False)
        return known[name]

    def _now(self) -> App:
        return self._app.at(self._clock())


def _told(sent: Sent) -> dict[str, Any]:
    return {
        "sent": sent.count(DeliveryState.SENT),
        "troubled": [
            f"{delivery.reader.email}: {delivery.answer or 'cut off before the answer'}" for delivery in sent.troubled
        ],
        "left_out": [
            *(f"{many} left out: {why}" for why, many in sent.left_out.items()),
            *([f"{sent.uncertain} uncertain: cut off before the answer; byline status"] if sent.uncertain else []),
        ],
        "later": sent.later and f"{sent.later:%Y-%m-%d %H:%M} UTC",
    }

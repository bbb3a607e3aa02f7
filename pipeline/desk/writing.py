"""Writing: a draft's file beside its sources, checked and shown as it is typed, saved and published."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pydantic import BaseModel

from pipeline import post as posts
from pipeline.desk.frames import Frames, View
from pipeline.desk.pages import Pages, done, shown
from pipeline.desk.progress import Progress
from pipeline.errors import PostError, SendError, UsageError
from pipeline.html import to_markdown
from pipeline.model import DeliveryState, Kind
from pipeline.post import files
from pipeline.post.approval import approval

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from datetime import datetime
    from pathlib import Path

    from starlette.requests import Request
    from starlette.responses import Response
    from starlette.routing import BaseRoute

    from pipeline.app import App
    from pipeline.app.sources import Quotable
    from pipeline.model import Finding, Post


class Named(BaseModel):
    """A draft, by the name of its file."""

    name: str


class Typed(Named):
    """A draft as it stands on the page, saved or not."""

    text: str


class Accepted(Typed):
    """A rule whose findings in a draft, as it stands on the page, are accepted, and why."""

    rule: str
    reason: str


class Viewed(Typed):
    """A draft as it stands on the page, and the ways to show it."""

    views: list[View]


class Saved(Typed):
    """A draft to be saved over the file that had this mark."""

    mark: str


class Ready(Named):
    """A draft to be published, if its file still has this mark."""

    mark: str


class Writing:
    """Answers what the pages of drafts ask."""

    def __init__(self, app: App, clock: Callable[[], datetime], pages: Pages) -> None:
        self._app, self._clock, self._pages = app, clock, pages
        self._frames = Frames(app)
        self._progress = Progress()

    def routes(self) -> Sequence[BaseRoute]:
        """Return what is answered where."""
        return (
            shown("/drafts", self.drafts),
            shown("/write/{name}", self.page),
            done("/load", Named, self.load),
            done("/look", Named, self.look),
            done("/check", Typed, self.check),
            done("/accept", Accepted, self.accept),
            done("/sources", Typed, self.sources),
            done("/preview", Viewed, self.preview),
            done("/save", Saved, self.save),
            done("/test", Typed, self.test),
            done("/test-files", Typed, self.test_files),
            done("/approve", Ready, self.approve),
            done("/publish", Ready, self.publish),
            *self._frames.routes(),
        )

    def drafts(self, _request: Request) -> Response:
        """Show the drafts."""
        app = self._now()
        return self._pages.page("list.html", drafts=self._progress.of(app, app.drafts()))

    def page(self, request: Request) -> Response:
        """Show the page on which a draft is written; its text is loaded by the page."""
        path = self.path(request.path_params["name"])
        settings = self._app.settings
        facts = {"sender": settings.send.sender, "approval": settings.write.approval, "model": self._app.assist.model}
        return self._pages.page(
            "write.html", name=path.stem, path=path.resolve(), file=f"{path.parent.name}/{path.name}", **facts
        )

    def load(self, said: Named) -> dict[str, Any]:
        """Tell what the file holds."""
        loaded = files.load(self.path(said.name))
        return {"text": loaded.text, "mark": loaded.mark}

    def look(self, said: Named) -> dict[str, Any]:
        """Tell the mark of the file, by which a change from elsewhere is noticed."""
        try:
            return {"mark": files.mark_of(self.path(said.name))}
        except UsageError:
            return {"mark": ""}

    def check(self, said: Typed) -> dict[str, Any]:
        """Tell what would keep the text from being published."""
        path = self.path(said.name)
        found = [self._finding(one) for one in self._now().check_text(path, said.text)]
        return {"findings": found, "approved": self._approved(path, said.text)}

    def accept(self, said: Accepted) -> dict[str, Any]:
        """Tell the text with a rule accepted in it; the page saves it as it saves what is typed."""
        return {"text": self._app.accepting(self.path(said.name), said.text, said.rule, said.reason)}

    def sources(self, said: Typed) -> dict[str, Any]:
        """Tell what can be quoted in each take of the text."""
        try:
            post = posts.parse(said.text, self.path(said.name))
        except PostError:
            return {"sources": None}  # the check says what is wrong; until then the page keeps what it shows
        return {"sources": [_source(told) for told in self._now().stories.told(post)]}

    def preview(self, said: Viewed) -> dict[str, Any]:
        """Tell how the text would look."""
        return {"html": self._frames.previews(self._now(), self.path(said.name), said.text, said.views)}

    def save(self, said: Saved) -> dict[str, Any]:
        """Write the text into its file, if nobody else did in the meantime."""
        return {"mark": files.save(self.path(said.name), said.text, said.mark).mark}

    def test(self, said: Typed) -> dict[str, Any]:
        """Send the text as a letter to the author alone; tell where it went, and what the mail server said."""
        app = self._now()
        address, answer = app.letters.rehearse(app.letters.make(self.path(said.name), said.text))
        if answer.state is not DeliveryState.SENT:
            raise SendError(f"the mail server did not take it: {answer.text}")
        return {"to": address, "answer": answer.text}

    def test_files(self, said: Typed) -> dict[str, Any]:
        """Write the text as a letter into files, for who has no mail server yet; tell where."""
        app = self._now()
        written = app.letters.write(app.letters.make(self.path(said.name), said.text))
        return {"files": [str(path.relative_to(app.settings.root)) for path in written]}

    def approve(self, said: Ready) -> dict[str, Any]:
        """Note in the file that the author approves its words; tell what it holds then, and who that is."""
        path = self._seen(said)
        _, made = self._now().approve(path)
        loaded = files.load(path)
        return {"by": made.by, "text": loaded.text, "mark": loaded.mark}

    def publish(self, said: Ready) -> dict[str, Any]:
        """Move the draft to content/posts/ if it passes; tell where it is, or what keeps it."""
        path = self._seen(said)
        post, found = self._now().publish_draft(path)
        return {
            "post": f"{post.parent.name}/{post.name}" if post else None,
            "findings": [self._finding(one) for one in found],
            "next": _next(posts.read(post)) if post else [],
        }

    def path(self, name: str) -> Path:
        """Return the file of the draft ``name``; only a name that a draft has leads to one."""
        known = {path.stem: path for path in self._app.drafts()}
        if name not in known:
            raise UsageError(f"there is no draft {name}")
        return known[name]

    def _approved(self, path: Path, text: str) -> bool:
        """Tell whether no approval is wanted, or the post in ``path`` has one if it holds ``text``."""
        if not self._app.settings.write.approval:
            return True
        try:
            return approval(posts.parse(text, path)) is not None
        except PostError:
            return False

    def _seen(self, said: Ready) -> Path:
        """Return the file of a draft that is still what the page shows."""
        path = self.path(said.name)
        if files.mark_of(path) != said.mark:
            raise files.ChangedOutsideError(files.load(path))
        return path

    def _finding(self, found: Finding) -> dict[str, Any]:
        told = {name: getattr(found, name) for name in ("line", "severity", "rule", "reason", "remedy", "accepted")}
        return told | {"acceptable": self._app.can_be_accepted(found)}

    def _now(self) -> App:
        return self._app.at(self._clock())


def _next(post: Post) -> list[tuple[str, str]]:
    """Return what comes after a draft has become ``post``, each with the command that does it."""
    mail = [("Mail it to your readers", f"byline send {post.path.stem}")] if post.kind is Kind.EDITION else []
    return [("Put it on the site", "byline publish"), *mail]


def _source(told: Quotable) -> dict[str, Any]:
    return {
        "url": told.url,
        "line": told.line,
        "title": told.title,
        "from": ", ".join(part for part in (told.publisher, told.published and told.published.isoformat()) if part),
        "sentences": [{"text": sentence, "markdown": to_markdown(sentence)} for sentence in told.sentences],
        "others": [
            {"url": other.url, "title": other.title, "publisher": other.publisher, "sentences": other.sentences}
            for other in told.others
        ],
    }

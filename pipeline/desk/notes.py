"""A note at the desk: prepared from the author's templates, edited, copied or opened, and said to be sent.

Nothing is sent here: the author's own mail program does that, or another way of theirs.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pydantic import BaseModel
from starlette.responses import Response

from pipeline.connect.note import INTRODUCE, SHARE, lines_of
from pipeline.desk.pages import Number, Pages, done, number_in, shown
from pipeline.desk.whom import given_by, work_of
from pipeline.errors import UsageError
from pipeline.html import plain_text
from pipeline.model import Note, NoteId

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from datetime import datetime

    from starlette.requests import Request
    from starlette.routing import BaseRoute

    from pipeline.app import App
    from pipeline.model import Person


class Wanted(BaseModel):
    """A note to somebody of a kind, about a story or a link, or to introduce ``other``; ``anew`` by the template."""

    person: Number
    kind: str
    about: str = ""
    other: Number | None = None
    anew: bool = False


class Changed(BaseModel):
    """A note as it stands on the page."""

    note: Number
    subject: str
    text: str


class Kept(BaseModel):
    """A note that was put away, to wait again."""

    person: Number
    kind: str
    about: str
    subject: str
    text: str


class One(BaseModel):
    """A note, by its number."""

    note: Number


class Notes:
    """Answers what the page of a note asks."""

    def __init__(self, app: App, clock: Callable[[], datetime], pages: Pages) -> None:
        self._app, self._clock, self._pages = app, clock, pages

    def routes(self) -> Sequence[BaseRoute]:
        """Return what is answered where."""
        return (
            shown("/people/{number}/note", self.page),
            shown("/notes/{number}.eml", self.draft),
            done("/note", Wanted, self.prepare),
            done("/note/open", One, self.open),
            done("/note/keep", Changed, self.keep),
            done("/note/away", One, self.put_away),
            done("/note/back", Kept, self.take_back),
            done("/note/sent", One, self.sent),
            done("/note/unsent", One, self.unsent),
        )

    def page(self, request: Request) -> Response:
        """Show the page on which a note is written; the note is prepared by the page."""
        app, asked = self._now(), request.query_params
        person = app.network.find(str(number_in(request.path_params["number"])))
        waits = app.noted.find(number_in(asked["note"])) if "note" in asked else None
        if waits and waits.person != person.id:
            raise UsageError(f"this note is not to {person.name}")
        introduced = app.noted.whom(waits)[1:] if waits else ()
        other = app.network.find(str(number_in(asked["with"]))) if "with" in asked else next(iter(introduced), None)
        about, kind = (waits.about, waits.kind) if waits else (asked.get("about", ""), "")
        given = self._given(app, person, about, other)
        if other:
            kinds: Sequence[str] = [INTRODUCE]
        elif given or about:
            kinds = [each for each in app.matches.templates() if each != INTRODUCE]
        else:  # it is their turn, and that is all
            kinds = app.matches.greetings(person)
        if not kinds:
            raise UsageError(
                f"no template in overrides/notes makes a note to {person.name}: with nothing to tell of, it must "
                "do without a title and a link; `byline init` shows how they look"
            )
        return self._pages.page(
            "note.html",
            person=person,
            other=other,
            work=work_of(person),
            kinds=kinds,
            kind=kind if kind in kinds else SHARE if SHARE in kinds else kinds[0],
            about=about,
            waits=waits,
            given=given,
        )

    def _given(self, app: App, person: Person, about: str, other: Person | None) -> Any:
        """Return what the note is about, where it is a match, and why them."""
        if other is not None:
            return None
        mine = [given_by(match) for match in app.matches.matches(of=person) if match.person]
        named = [given for given in mine if about in {given.about, given.link}]
        return next(iter(named if about else mine), None)

    def prepare(self, said: Wanted) -> dict[str, Any]:
        """Prepare a note, or take up the one that waits; tell what it says."""
        app = self._now()
        person = app.network.find(str(said.person))
        if said.other is not None:
            other = app.network.find(str(said.other))
            return self._told(app.matches.prepare_introduction(person, other, anew=said.anew))
        return self._told(app.matches.prepare(person, said.kind, said.about, anew=said.anew))

    def open(self, said: One) -> dict[str, Any]:
        """Tell what a note says that was prepared before."""
        return self._told(self._now().noted.find(said.note))

    def keep(self, said: Changed) -> dict[str, Any]:
        """Keep a note as the author has it."""
        return self._told(self._now().noted.change(said.note, said.subject, said.text))

    def put_away(self, said: One) -> dict[str, Any]:
        """Forget a note that waits; tell all of it, so that it can be taken back."""
        note = self._now().noted.put_away(said.note)
        return {name: getattr(note, name) for name in Kept.model_fields}

    def take_back(self, said: Kept) -> dict[str, Any]:
        """Let a note wait again that was put away."""
        app = self._now()
        person = app.network.find(str(said.person)).id
        note = Note(
            id=NoteId(0),
            person=person,
            kind=said.kind,
            about=plain_text(said.about),
            subject=plain_text(said.subject),
            text=lines_of(said.text),
            made_at=app.now,
        )
        return {"note": app.noted.take_back(note).id}

    def sent(self, said: One) -> dict[str, Any]:
        """Note that the author sent it: a touch."""
        note = self._now().noted.sent(said.note)
        return {"sent": note.sent_at and f"{note.sent_at:%Y-%m-%d}"}

    def unsent(self, said: One) -> dict[str, Any]:
        """Take that back."""
        return self._told(self._now().noted.unsent(said.note))

    def draft(self, request: Request) -> Response:
        """Give a note as a file that a mail program opens."""
        noted = self._now().noted
        note = noted.find(number_in(request.path_params["number"]))
        headers = {"Content-Disposition": f'attachment; filename="note-{note.id}.eml"'}
        return Response(noted.draft(note), media_type="message/rfc822", headers=headers)

    def _told(self, note: Note) -> dict[str, Any]:
        return {
            "note": note.id,
            "subject": note.subject,
            "text": note.text,
            "mailto": self._now().noted.mailto(note),
            "file": f"/notes/{note.id}.eml",
        }

    def _now(self) -> App:
        return self._app.at(self._clock())

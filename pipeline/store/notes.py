"""Notes that were prepared for people, and when the author said that one was sent."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sqlalchemy import Connection, insert, select, update

from pipeline.html import kept_text
from pipeline.model import Note, NoteId, PersonId, TouchKind
from pipeline.store.schema import notes, touches

if TYPE_CHECKING:
    from datetime import datetime

    from sqlalchemy import Row


_BETWEEN = "\n\n"


def keep_note(connection: Connection, note: Note) -> Note:
    """Remember a note that was prepared, and return it with its id; one that waits for the same is replaced."""
    values = {"text": f"{note.subject}{_BETWEEN}{note.text}", "made_at": note.made_at}
    same = (
        (notes.c.person_id == note.person)
        & (notes.c.kind == note.kind)
        & (notes.c.about == note.about)
        & notes.c.sent_at.is_(None)
    )
    known = connection.scalar(select(notes.c.id).where(same))
    if known is not None:
        connection.execute(update(notes).where(notes.c.id == known).values(values))
    else:
        made = {"person_id": note.person, "kind": note.kind, "about": note.about, **values}
        known = connection.execute(insert(notes).values(made).returning(notes.c.id)).scalar_one()
    return note_of(connection.execute(select(notes).where(notes.c.id == known)).one())


def all_notes(connection: Connection) -> tuple[Note, ...]:
    """Return all notes, the latest first."""
    return tuple(map(note_of, connection.execute(select(notes).order_by(notes.c.made_at.desc(), notes.c.id.desc()))))


def told_in(connection: Connection) -> set[tuple[PersonId, str]]:
    """Return who was told of what: people with the links of notes that were sent, and of touches."""
    sent = select(notes.c.person_id, notes.c.about).where(notes.c.sent_at.is_not(None))
    had = select(touches.c.person_id, touches.c.link).where(touches.c.link.is_not(None))
    return {(PersonId(person), link) for query in (sent, had) for person, link in connection.execute(query)}


def mark_sent(connection: Connection, note: Note, link: str | None, now: datetime) -> None:
    """Remember that the author sent a note, which is a touch; said twice, it is one touch."""
    open_one = (notes.c.id == note.id) & notes.c.sent_at.is_(None)
    if connection.execute(update(notes).where(open_one).values(sent_at=now)).rowcount:
        values = {"person_id": note.person, "kind": TouchKind.NOTE, "at": now, "about": note.subject, "link": link}
        connection.execute(insert(touches).values(values))


def note_of(row: Row[Any]) -> Note:
    """Return the note of a row."""
    subject, _, text = row.text.partition(_BETWEEN)
    return Note(
        id=NoteId(row.id),
        person=PersonId(row.person_id),
        kind=row.kind,
        about=kept_text(row.about),
        subject=kept_text(subject),
        text=text,
        made_at=row.made_at,
        sent_at=row.sent_at,
    )

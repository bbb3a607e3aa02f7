"""Notes that were prepared for people, and when the author said that one was sent."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sqlalchemy import ColumnElement, Connection, and_, delete, insert, select, update

from pipeline.html import kept_text
from pipeline.model import Note, NoteId, PersonId, TouchKind
from pipeline.store.schema import notes, touches

if TYPE_CHECKING:
    from collections.abc import Collection
    from datetime import datetime

    from sqlalchemy import Row


_BETWEEN = "\n\n"


def keep_note(connection: Connection, note: Note) -> Note:
    """Remember a note that was prepared, and return it with its id; one that waits for the same is replaced."""
    values = {"text": f"{note.subject}{_BETWEEN}{note.text}", "made_at": note.made_at}
    known = connection.scalar(select(notes.c.id).where(_waits_like(note)))
    if known is not None:
        connection.execute(update(notes).where(notes.c.id == known).values(values))
    else:
        made = {"person_id": note.person, "kind": note.kind, "about": note.about, **values}
        known = connection.execute(insert(notes).values(made).returning(notes.c.id)).scalar_one()
    return note_of(connection.execute(select(notes).where(notes.c.id == known)).one())


def all_notes(connection: Connection) -> tuple[Note, ...]:
    """Return all notes, the latest first."""
    return tuple(map(note_of, connection.execute(select(notes).order_by(notes.c.made_at.desc(), notes.c.id.desc()))))


def note_by(connection: Connection, number: int) -> Note | None:
    """Return the note of this number."""
    row = connection.execute(select(notes).where(notes.c.id == number)).one_or_none()
    return note_of(row) if row else None


def waiting_note(connection: Connection, note: Note) -> Note | None:
    """Return the note that waits for the same person, of the same kind and about the same as ``note``."""
    row = connection.execute(select(notes).where(_waits_like(note))).first()
    return note_of(row) if row else None


def change_note(connection: Connection, note: Note) -> bool:
    """Remember a note as the author has it now; tell whether it still waits, as one that was sent stays as it was."""
    waits = (notes.c.id == note.id) & notes.c.sent_at.is_(None)
    values = {"text": f"{note.subject}{_BETWEEN}{note.text}"}
    return bool(connection.execute(update(notes).where(waits).values(values)).rowcount)


def remove_note(connection: Connection, note: Note) -> bool:
    """Forget a note that waits; tell whether it did. One that was sent stays, as it tells of a touch."""
    waits = (notes.c.id == note.id) & notes.c.sent_at.is_(None)
    return bool(connection.execute(delete(notes).where(waits)).rowcount)


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


def mark_unsent(connection: Connection, note: Note) -> None:
    """Take back that a note was sent, and the touch that it was."""
    if note.sent_at is None:
        return
    connection.execute(update(notes).where(notes.c.id == note.id).values(sent_at=None))
    same = (touches.c.person_id == note.person) & (touches.c.kind == TouchKind.NOTE) & (touches.c.at == note.sent_at)
    connection.execute(delete(touches).where(same))


def forget_about(connection: Connection, kind: str, names: Collection[str]) -> None:
    """Delete the notes of a ``kind`` that are about any of these ``names``, and what touches say of them."""
    about = (notes.c.kind == kind) & notes.c.about.in_(list(names))
    for row in connection.execute(select(notes).where(about, notes.c.sent_at.is_not(None))).all():
        same = (touches.c.person_id == row.person_id) & (touches.c.kind == TouchKind.NOTE)
        connection.execute(update(touches).where(same, touches.c.at == row.sent_at).values(about=""))
    connection.execute(delete(notes).where(about))


def _waits_like(note: Note) -> ColumnElement[bool]:
    return and_(
        notes.c.person_id == note.person,
        notes.c.kind == note.kind,
        notes.c.about == note.about,
        notes.c.sent_at.is_(None),
    )


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

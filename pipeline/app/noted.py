"""One prepared note at a time: as the author changes it, as a link or a draft of a mail program, and when it was sent.

Nothing here sends anything.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from pipeline.connect import note as notes
from pipeline.errors import UsageError
from pipeline.html import plain_text, safe_url
from pipeline.store import known, people
from pipeline.store import notes as kept

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from pipeline.model import Note, Person
    from pipeline.settings.sections import Settings
    from pipeline.store import Store


class Noted:
    """The notes that wait for the author to send them. ``now`` is when that is said."""

    def __init__(self, settings: Settings, open_store: Callable[[], Store], now: datetime) -> None:
        self._settings = settings
        self._open_store = open_store
        self._now = now

    def find(self, number: int) -> Note:
        """Return the note of this number. Raises ``UsageError`` where there is none."""
        with self._open_store().reading() as connection:
            found = kept.note_by(connection, number)
        if found is None:
            raise UsageError("there is no such note any more; prepare it again")
        return found

    def whom(self, note: Note) -> tuple[Person, ...]:
        """Return whom a note is for: one person, or the two that it introduces to one another."""
        with self._open_store().reading() as connection:
            first = people.people_by_id(connection, [note.person])
            everybody = known.people_in(connection) if note.kind == notes.INTRODUCE else ()
        others = [person for person in everybody if person.name == note.about and person.id != note.person]
        return (*first.values(), *others[:1])

    def change(self, number: int, subject: str, text: str) -> Note:
        """Keep a note as the author has it now, each line of it clean, and return it.

        Raises ``UsageError`` where it was sent already, or is too long for a mail program.
        """
        lines = notes.lines_of(text)
        if len(lines) > notes.LONGEST:
            raise UsageError(f"a note has at most {notes.LONGEST:,} characters; this one has {len(lines):,}")
        changed = replace(self.find(number), subject=plain_text(subject), text=lines)
        with self._open_store().writing() as connection:
            if not kept.change_note(connection, changed):
                raise UsageError("this note was sent, and stays as it was; prepare another")
        return changed

    def put_away(self, number: int) -> Note:
        """Forget a note that waits, and return what it was. Raises ``UsageError`` where it was sent."""
        note = self.find(number)
        with self._open_store().writing() as connection:
            if not kept.remove_note(connection, note):
                raise UsageError("this note was sent, and is kept with the touch that it was")
        return note

    def take_back(self, note: Note) -> Note:
        """Let a note wait again that was put away, and return it with its number."""
        with self._open_store().writing() as connection:
            return kept.keep_note(connection, note)

    def sent(self, number: int) -> Note:
        """Remember that the author sent a note, which is a touch; said twice, it is one touch."""
        note = self.find(number)
        with self._open_store().writing() as connection:
            kept.mark_sent(connection, note, safe_url(note.about), self._now)
        return self.find(number)

    def unsent(self, number: int) -> Note:
        """Take back that a note was sent: it waits again, and the touch is gone."""
        note = self.find(number)
        with self._open_store().writing() as connection:
            kept.mark_unsent(connection, note)
        return self.find(number)

    def mailto(self, note: Note) -> str:
        """Return the link that opens a mail program with a note in it."""
        addresses = [person.emails[0] for person in self.whom(note) if person.emails]
        return notes.mailto(addresses, note.subject, note.text)

    def draft(self, note: Note) -> bytes:
        """Return a note as a draft for a mail program."""
        return notes.draft(self.whom(note), self._settings.send.sender, note.subject, note.text)

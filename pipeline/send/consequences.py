"""What comes back does what it should to readers: events come in, each is kept once, and the list changes with it.

There is one place for all ways: a mail, the word of a mail provider, and a refusal while a letter is handed over. An
event is kept and acted on in one transaction, so a run that is cut off loses nothing and does nothing twice.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final

from pipeline.errors import UsageError
from pipeline.model import Done, Proof, ReaderState, ReturnKind, Ruling
from pipeline.send.returned.arrival import of_refusal
from pipeline.send.returned.effect import (
    LETTERS,
    done_about,
    effect_of,
    effect_on,
    is_answer_of,
    proof_of,
    should_pause,
    why,
)
from pipeline.store import returns as kept
from pipeline.store import send as list_of

if TYPE_CHECKING:
    from datetime import datetime

    from sqlalchemy import Connection

    from pipeline.model import Arrived, EditionId, PlainText, Reader, ReaderId, Returned
    from pipeline.store import Store
    from pipeline.store.returns import Letter

_AT_ONCE: Final = 500
"""Refusals in one transaction."""
_OF_READERS: Final = frozenset({ReturnKind.BOUNCE, ReturnKind.COMPLAINT, ReturnKind.UNSUBSCRIBE})
"""Kinds that are kept; of whatever else a mailbox holds, only that a reader answered a letter."""


def take(connection: Connection, arrived: Arrived, now: datetime) -> tuple[Ruling, ...]:
    """Keep and act on what arrived, in the transaction of ``connection``. Return what was done about each event.

    What concerns no letter of ours is not kept, and what is known already is passed over.
    """
    letters = kept.letters_by(connection, arrived.letters)
    taken = (_take(connection, arrived, number, letters, now) for number in range(len(arrived.events)))
    return tuple(ruling for ruling in taken if ruling is not None)


def _take(connection: Connection, arrived: Arrived, number: int, letters: list[Letter], now: datetime) -> Ruling | None:
    """Return what was done about one event; None where it was kept before."""
    event = arrived.events[number]
    letter, reader, is_named = _concerned(connection, event, arrived, letters)
    proof = proof_of(event, arrived, is_named=is_named)
    effect = effect_on(event, reader.email) if reader else effect_of(event)
    ruling = Ruling(
        id=0,
        at=now,
        source=arrived.source,
        event=event,
        effect=effect,
        done=done_about(effect, proof) if reader else Done.NOTHING,
        proof=proof,
        email=reader.email if reader else "",
        edition=letter.edition if letter else None,
    )
    is_answer = reader is not None and is_named and is_answer_of(event, reader.email)
    if reader is None or not (is_answer or event.kind in _OF_READERS):
        return ruling
    words = () if is_answer else arrived.excerpt  # what they wrote is between the two
    found = kept.keep(connection, f"{arrived.key}/{number}", reader.id, ruling, words)
    return _acted(connection, replace(ruling, id=found), reader.id) if found else None


def _concerned(
    connection: Connection, event: Returned, arrived: Arrived, letters: list[Letter]
) -> tuple[Letter | None, Reader | None, bool]:
    """Return the letter and the reader that an event is about, and whether it names that letter.

    Of several letters it is that of the recipient; a single one counts whatever recipient is said, so nobody who has a
    letter can speak of another reader by it.
    """
    email = list_of.email_key(event.recipient)
    of_recipient = [letter for letter in letters if list_of.email_key(letter.reader.email) == email]
    if found := of_recipient or (letters if len(letters) == 1 else []):
        return found[0], found[0].reader, True
    reader = list_of.reader_by_email(connection, event.recipient) if email and not letters else None
    last = kept.last_letter_to(connection, reader.id) if reader else None
    if last or (reader and arrived.asks and reader.state is not ReaderState.PENDING):
        return last, reader, False
    return None, None, False


def _acted(connection: Connection, ruling: Ruling, concerned: ReaderId) -> Ruling:
    """Change the reader as an event that is kept wants it. Return what was done in the end."""
    reader = kept.hold(connection, concerned)
    assert reader is not None, "an event has a reader"
    if ruling.done is Done.LEFT:
        _off(connection, reader, ReaderState.LEFT, why(ruling.event, Done.LEFT), ruling.at)
    if ruling.done is Done.STRIKE and should_pause(kept.effects_on(connection, reader, LETTERS)):
        kept.decide(connection, ruling.id, Done.PAUSED)
        _off(connection, reader, ReaderState.PAUSED, why(ruling.event, Done.PAUSED), ruling.at)
        return replace(ruling, done=Done.PAUSED)
    return ruling


def _off(connection: Connection, reader: Reader, state: ReaderState, because: PlainText, now: datetime) -> None:
    """Take a reader off, or pause them; who is off already stays so, for the reason that it was."""
    may = (ReaderState.ACTIVE,) if state is ReaderState.PAUSED else (ReaderState.ACTIVE, ReaderState.PAUSED)
    if reader.state_at(now) in may:
        kept.change(connection, reader, state, because, now)


class Consequences:
    """What came back, in ``store``, at the time ``now``."""

    def __init__(self, store: Store, now: datetime) -> None:
        self._store, self._now = store, now

    def take(self, arrived: Arrived) -> tuple[Ruling, ...]:
        """Keep and act on what arrived."""
        with self._store.writing() as connection:
            return take(connection, arrived, self._now)

    def after_sending(self, edition: EditionId) -> tuple[Ruling, ...]:
        """Act on what mail servers refused for good while ``edition`` was sent; twice is once."""
        done: list[Ruling] = []
        while True:
            with self._store.writing() as connection:
                letters = kept.refused_letters(connection, edition, _AT_ONCE)
                for letter in letters:
                    key = f"{kept.BY_SENDING}{letter.message_id}"
                    arrived = of_refusal(letter.message_id, key, letter.answer, letter.reader.email)
                    done += _refused(connection, arrived, letter, self._now)
            if len(letters) < _AT_ONCE:
                return tuple(done)

    def rulings(self, *, waiting: bool = False) -> tuple[Ruling, ...]:
        """Return what came back and was kept, the latest first; ``waiting``: what the author is to decide."""
        with self._store.reading() as connection:
            return kept.rulings(connection, waiting=waiting)

    def show(self, number: int) -> tuple[Ruling, tuple[PlainText, ...]]:
        """Return one event, and the first lines of the mail. Raises ``UsageError`` where there is none."""
        with self._store.reading() as connection:
            ruling, _ = _found(connection, number)
            return ruling, kept.excerpt_of(connection, number)

    def undo(self, number: int) -> Reader:
        """Let an event count no more, and its reader be as they were. Return the reader.

        Raises ``UsageError`` where there is nothing to undo.
        """
        with self._store.writing() as connection:
            ruling, concerned = _found(connection, number)
            if ruling.undone_at or ruling.done not in {Done.LEFT, Done.PAUSED, Done.STRIKE}:
                raise UsageError(f"nothing was done about {number}, so there is nothing to undo: `byline inbox --list`")
            kept.undo(connection, number, self._now)
            return _reconsidered(connection, concerned, self._now)

    def settle(self, number: int, *, counts: bool) -> Ruling:
        """Decide about an event that waits, that it ``counts`` or means nothing. Raises ``UsageError`` else."""
        with self._store.writing() as connection:
            ruling, concerned = _found(connection, number)
            if ruling.undone_at or ruling.done is not Done.WAITS:
                raise UsageError(f"{number} does not wait for you to decide: `byline inbox --list` shows what does")
            done = done_about(ruling.effect, Proof.VOUCHED) if counts else Done.DISMISSED
            kept.decide(connection, number, done)
            return _acted(connection, replace(ruling, done=done, at=self._now), concerned)


def _refused(connection: Connection, arrived: Arrived, letter: Letter, now: datetime) -> list[Ruling]:
    """Act on one refusal, which is known to be about this letter."""
    ruling = _take(connection, arrived, 0, [letter], now)
    return [ruling] if ruling else []


def _found(connection: Connection, number: int) -> tuple[Ruling, ReaderId]:
    found = kept.ruling_by(connection, number)
    if found is None:
        raise UsageError(f"nothing that came back has the number {number}: `byline inbox --list` shows what did")
    return found


def _reconsidered(connection: Connection, concerned: ReaderId, now: datetime) -> Reader:
    """Return a reader as they are once an event counts no more: as others want it that stand, or as before."""
    reader = kept.hold(connection, concerned)
    assert reader is not None, "an event has a reader"
    if not reader.because:  # they are as they or the author wanted it
        return reader
    if (gone := kept.latest_on(connection, reader, Done.LEFT)) is not None:
        kept.change(connection, reader, ReaderState.LEFT, why(gone.event, Done.LEFT), now)
        return kept.hold(connection, concerned) or reader
    kept.give_back(connection, concerned)
    back = kept.hold(connection, concerned) or reader
    if should_pause(kept.effects_on(connection, back, LETTERS)):
        last = kept.latest_on(connection, back, Done.STRIKE, Done.PAUSED)
        assert last is not None, "there are strikes"
        _off(connection, back, ReaderState.PAUSED, why(last.event, Done.PAUSED), now)
    return kept.hold(connection, concerned) or back

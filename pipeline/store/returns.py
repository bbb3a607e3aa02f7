"""What came back of letters and what was done about it; the readers it concerns; and how far a mailbox is read.

An event is kept once, by its key. Who writes one down and changes the reader does both in one transaction.
"""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from sqlalchemy import Connection, delete, func, literal, select, update

from pipeline.html import kept_text
from pipeline.model import (
    DeliveryState,
    Done,
    EditionId,
    Effect,
    Proof,
    Reader,
    ReaderId,
    ReaderState,
    Returned,
    ReturnKind,
    ReturnReason,
    Ruling,
)
from pipeline.store.schema import deliveries, hook_tokens, inboxes, insert_new, readers, returns, upsert
from pipeline.store.send import BY_THEMSELVES, reader_columns, reader_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sqlalchemy import ColumnElement, Row

    from pipeline.model import PlainText

_LEFT_US: Final = (DeliveryState.SENT, DeliveryState.CLAIMED, DeliveryState.REFUSED)
_STANDS: Final = returns.c.undone_at.is_(None)
_KEPT_OF_READER: Final = ("state", "left_at", "paused_until")
BY_SENDING: Final = "send:"
"""What the key of a refusal while sending begins with; its Message-ID follows."""


class Letter(NamedTuple):
    """One edition to one reader, as the ledger has it."""

    message_id: str
    edition: EditionId
    reader: Reader
    answer: str = ""


# -- whom it concerns


def letters_by(connection: Connection, names: Sequence[str]) -> list[Letter]:
    """Return the letters that have one of these Message-IDs and were at least begun to be sent."""
    begun = deliveries.c.claimed_at.is_not(None) & deliveries.c.message_id.in_(list(names))
    return _letters(connection, begun) if names else []


def refused_letters(connection: Connection, edition: EditionId, most: int) -> list[Letter]:
    """Return letters of ``edition`` that were refused while sending and are no events yet."""
    key = literal(BY_SENDING) + deliveries.c.message_id + literal("/0")
    known = select(returns.c.id).where(returns.c.key == key).exists()
    refused = (deliveries.c.edition == edition) & (deliveries.c.state == DeliveryState.REFUSED) & ~known
    return _letters(connection, refused, most)


def last_letter_to(connection: Connection, reader: ReaderId) -> Letter | None:
    """Return the letter that left for a reader last."""
    letters = _letters(connection, (deliveries.c.reader_id == reader) & deliveries.c.state.in_(_LEFT_US), 1)
    return letters[0] if letters else None


def _letters(connection: Connection, which: ColumnElement[bool], most: int | None = None) -> list[Letter]:
    query = (
        select(
            deliveries.c.message_id,
            deliveries.c.edition,
            deliveries.c.answer,
            deliveries.c.reader_id,
            *reader_columns(),
        )
        .join(readers)
        .where(which)
        .order_by(deliveries.c.claimed_at.desc(), deliveries.c.id.desc())
    )
    return [
        Letter(row.message_id, EditionId(row.edition), reader_of(row, "reader_"), row.answer)
        for row in connection.execute(query.limit(most))
    ]


# -- events


def keep(connection: Connection, key: str, reader: ReaderId, ruling: Ruling, excerpt: Sequence[PlainText]) -> int:
    """Keep an event; return its number, or 0 where it is kept already."""
    event = ruling.event
    values = {
        "key": key,
        "source": ruling.source,
        "reader_id": reader,
        "edition": ruling.edition,
        "kind": event.kind,
        "reason": event.reason,
        "recipient": event.recipient,
        "gone": event.gone,
        "pending": event.pending,
        "status": event.status[:16],
        "reply": event.reply[:8],
        "feedback_type": event.feedback_type[:48],
        "said": event.said,
        "effect": ruling.effect,
        "proof": ruling.proof,
        "done": ruling.done,
        "excerpt": "\n".join(excerpt),
        "at": ruling.at,
    }
    return connection.scalar(insert_new(connection, returns).values(values).returning(returns.c.id)) or 0


def decide(connection: Connection, ruling: int, done: Done) -> None:
    """Note what was done about an event."""
    connection.execute(update(returns).where(returns.c.id == ruling).values(done=done))


def undo(connection: Connection, ruling: int, now: datetime) -> None:
    """Note that an event counts no more."""
    connection.execute(update(returns).where(returns.c.id == ruling, _STANDS).values(undone_at=now))


def rulings(connection: Connection, *, waiting: bool = False) -> tuple[Ruling, ...]:
    """Return all events with a reader, the latest first; ``waiting``: those that the author is to decide."""
    which = (returns.c.done == Done.WAITS) & _STANDS if waiting else returns.c.reader_id.is_not(None)
    return _rulings(connection, which)


def ruling_by(connection: Connection, number: int) -> tuple[Ruling, ReaderId] | None:
    """Return an event and whom it concerns; None where there is no such one, or its reader was erased."""
    found = _rulings(connection, returns.c.id == number)
    reader = connection.scalar(select(returns.c.reader_id).where(returns.c.id == number))
    return (found[0], ReaderId(reader)) if found and reader is not None else None


def excerpt_of(connection: Connection, number: int) -> tuple[PlainText, ...]:
    """Return the first lines of what came back."""
    text = connection.scalar(select(returns.c.excerpt).where(returns.c.id == number)) or ""
    return tuple(kept_text(line) for line in text.split("\n"))


def count_waiting(connection: Connection) -> int:
    """Return how many events wait for the author."""
    return connection.scalar(select(func.count()).where(returns.c.done == Done.WAITS, _STANDS)) or 0


def _rulings(connection: Connection, which: ColumnElement[bool]) -> tuple[Ruling, ...]:
    query = select(returns, readers.c.email).join(readers).where(which).order_by(returns.c.id.desc())
    return tuple(_ruling(row) for row in connection.execute(query))


def _ruling(row: Row[Any]) -> Ruling:
    event = Returned(
        kind=ReturnKind(row.kind),
        reason=ReturnReason(row.reason),
        recipient=kept_text(row.recipient),
        gone=row.gone,
        status=row.status,
        reply=row.reply,
        feedback_type=row.feedback_type,
        pending=row.pending,
        said=kept_text(row.said),
    )
    return Ruling(
        id=row.id,
        at=row.at,
        source=row.source,
        event=event,
        effect=Effect(row.effect),
        done=Done(row.done),
        proof=Proof(row.proof),
        email=row.email,
        edition=EditionId(row.edition) if row.edition else None,
        undone_at=row.undone_at,
    )


def what_returned(connection: Connection, reader: ReaderId) -> list[dict[str, Any]]:
    """Return all that is kept of what came back from one reader."""
    ours = {"id", "key", "reader_id"}
    query = select(*(column for column in returns.c if column.name not in ours))
    rows = connection.execute(query.where(returns.c.reader_id == reader).order_by(returns.c.id))
    return [dict(row._mapping) for row in rows]  # noqa: SLF001  (its public name)


def forget_what_returned(connection: Connection, reader: ReaderId) -> None:
    """Take every word out of what came back from one reader; the keys stay, so that it is not taken for new."""
    nothing = {"recipient": "", "said": "", "excerpt": "", "edition": None, "status": "", "reply": ""}
    connection.execute(
        update(returns)
        .where(returns.c.reader_id == reader)
        .values(reader_id=None, done=Done.NOTHING, feedback_type="", **nothing)
    )


# -- readers


def hold(connection: Connection, reader: ReaderId) -> Reader | None:
    """Return a reader whose state nobody else changes until the transaction ends."""
    row = connection.execute(select(readers).where(readers.c.id == reader).with_for_update()).first()
    return reader_of(row) if row else None


def effects_on(connection: Connection, reader: Reader, letters: int) -> list[Effect]:
    """Return what became of the last ``letters`` to a reader, the latest last: a strike, or nothing."""
    last = (
        select(deliveries.c.edition)
        .where(deliveries.c.reader_id == reader.id, deliveries.c.state.in_(_LEFT_US))
        .order_by(deliveries.c.claimed_at.desc(), deliveries.c.id.desc())
        .limit(letters)
    )
    struck = set(
        connection.scalars(
            select(returns.c.edition).where(
                returns.c.reader_id == reader.id,
                returns.c.done.in_((Done.STRIKE, Done.PAUSED)),
                returns.c.at >= reader.consented_at,
                _STANDS,
            )
        )
    )
    editions = list(connection.scalars(last))
    return [Effect.STRIKE if edition in struck else Effect.NOTHING for edition in reversed(editions)]


def latest_on(connection: Connection, reader: Reader, *done: Done) -> Ruling | None:
    """Return the latest event about a reader, of those about which this was ``done`` and that still count."""
    counts = returns.c.done.in_(done) & (returns.c.at >= reader.consented_at) & _STANDS
    found = _rulings(connection, (returns.c.reader_id == reader.id) & counts)
    return found[0] if found else None


def change(connection: Connection, reader: Reader, state: ReaderState, because: PlainText, now: datetime) -> None:
    """Take a reader off the list or pause them, for a reason; how they were before is remembered."""
    row = connection.execute(select(readers).where(readers.c.id == reader.id)).one()
    before = row.before or {name: _as_text(getattr(row, name)) for name in _KEPT_OF_READER}
    left_at = now if state is ReaderState.LEFT else None
    connection.execute(
        update(readers)
        .where(readers.c.id == reader.id)
        .values(state=state, left_at=left_at, paused_until=None, because=because, before=before)
    )


def give_back(connection: Connection, reader: ReaderId) -> bool:
    """Let a reader be as they were before Byline changed that by itself; tell whether it had."""
    before = connection.scalar(select(readers.c.before).where(readers.c.id == reader))
    if not before:
        return False
    times = {name: before[name] and datetime.fromisoformat(before[name]) for name in ("left_at", "paused_until")}
    values = {"state": before["state"], **times, **BY_THEMSELVES}
    connection.execute(update(readers).where(readers.c.id == reader).values(values))
    return True


def _as_text(value: Any) -> str | None:
    return value if value is None or isinstance(value, str) else value.isoformat()


# -- mailboxes


def last_read(connection: Connection, inbox: str) -> tuple[int, int] | None:
    """Return the UIDVALIDITY of a mailbox and the last UID that was read there (RFC 3501, section 2.3.1.1)."""
    row = connection.execute(select(inboxes).where(inboxes.c.name == inbox)).first()
    return (row.validity, row.last) if row else None


def note_read(connection: Connection, inbox: str, validity: int, last: int) -> None:
    """Note how far a mailbox is read."""
    values = {"name": inbox, "validity": validity, "last": last}
    changed = upsert(connection, inboxes, lambda new: {"validity": new.validity, "last": new.last})
    connection.execute(changed.values(values))


def first_letter_at(connection: Connection) -> datetime | None:
    """Return when the first letter of all left; nothing can have come back before."""
    found: datetime | None = connection.scalar(select(func.min(deliveries.c.claimed_at)))
    return found


def answers(connection: Connection) -> list[tuple[str, EditionId | None, datetime]]:
    """Return which readers answered which letter, by their addresses, and when that was read, the latest first."""
    mail = (returns.c.kind == ReturnKind.OTHER) & _STANDS
    query = select(readers.c.email, returns.c.edition, returns.c.at).join(readers).where(mail)
    rows = connection.execute(query.order_by(returns.c.at.desc(), returns.c.id.desc()))
    return [(row.email, EditionId(row.edition) if row.edition else None, row.at) for row in rows]


# -- words of mail providers


def is_first(connection: Connection, token: str, body: str, now: datetime, before: datetime) -> bool | None:
    """Note a token that is good for one body; tell whether it is new. None where it came with another body.

    Tokens of ``before`` are forgotten: nobody believes them any more.
    """
    connection.execute(delete(hook_tokens).where(hook_tokens.c.at < before))
    new = insert_new(connection, hook_tokens).values(token=token, body=body, at=now).returning(hook_tokens.c.token)
    if connection.scalar(new):
        return True
    return False if connection.scalar(select(hook_tokens.c.body).where(hook_tokens.c.token == token)) == body else None

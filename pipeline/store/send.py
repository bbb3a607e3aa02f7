"""What the room ``send`` remembers: readers, and each delivery before and after it."""

from __future__ import annotations

import secrets
from typing import TYPE_CHECKING, Any

from sqlalchemy import Connection, func, select, update

from pipeline.errors import StoreError
from pipeline.html import kept_text
from pipeline.model import Delivery, DeliveryState, EditionId, Reader, ReaderId, ReaderState
from pipeline.store.schema import deliveries, insert_new, readers

if TYPE_CHECKING:
    from datetime import datetime

    from sqlalchemy import ColumnElement, Row

    from pipeline.model import PlainText


def email_key(email: str) -> str:
    """Return what two spellings of one mail address have in common."""
    return email.casefold()


def add_reader(connection: Connection, email: str, name: PlainText, consent: PlainText, now: datetime) -> Reader | None:
    """Store a reader; return None where the address is known already, active or not."""
    values = {
        "email": email,
        "email_key": email_key(email),
        "name": name,
        "state": ReaderState.ACTIVE,
        "consent": consent,
        "consented_at": now,
        "token": secrets.token_urlsafe(18),
    }
    new = connection.execute(insert_new(connection, readers).values(values).returning(readers.c.id)).first()
    return reader_by_email(connection, email) if new else None


def reader_by_email(connection: Connection, email: str) -> Reader | None:
    """Return the reader with this address, in whatever state."""
    row = connection.execute(select(readers).where(readers.c.email_key == email_key(email))).first()
    return _reader(row) if row else None


def readers_in(connection: Connection, state: ReaderState | None = None) -> tuple[Reader, ...]:
    """Return the readers in ``state``, or all, in the order in which they came."""
    query = select(readers).order_by(readers.c.id)
    rows = connection.execute(query if state is None else query.where(readers.c.state == state))
    return tuple(_reader(row) for row in rows)


def active_readers(connection: Connection) -> int:
    """Return how many readers get letters."""
    counted = select(func.count()).select_from(readers).where(readers.c.state == ReaderState.ACTIVE)
    return connection.execute(counted).scalar_one()


def mark_left(connection: Connection, reader: ReaderId, now: datetime) -> None:
    """Remember that a reader left; the address is kept so that no import brings it back."""
    connection.execute(update(readers).where(readers.c.id == reader).values(state=ReaderState.LEFT, left_at=now))


def deliveries_of(connection: Connection, edition: EditionId) -> tuple[Delivery, ...]:
    """Return the deliveries of one edition, in the order in which they were claimed."""
    return _deliveries(connection, deliveries.c.edition == edition)


def unfinished(connection: Connection) -> tuple[Delivery, ...]:
    """Return the deliveries of all editions that did not end in SENT; what waits for a reader who left does no more."""
    waits = (deliveries.c.state != DeliveryState.LATER) | (readers.c.state == ReaderState.ACTIVE)
    return _deliveries(connection, (deliveries.c.state != DeliveryState.SENT) & waits)


def editions(connection: Connection) -> frozenset[EditionId]:
    """Return the editions of which any delivery was begun."""
    return frozenset(map(EditionId, connection.scalars(select(deliveries.c.edition).distinct())))


def _deliveries(connection: Connection, which: ColumnElement[bool]) -> tuple[Delivery, ...]:
    query = select(deliveries, *_reader_columns()).join(readers).order_by(deliveries.c.id)
    rows = connection.execute(query.where(which))
    return tuple(
        Delivery(
            edition=EditionId(row.edition),
            reader=_reader(row, "reader_"),
            state=DeliveryState(row.state),
            message_id=row.message_id,
            answer=kept_text(row.answer),
        )
        for row in rows
    )


def claim(connection: Connection, edition: EditionId, reader: ReaderId, message_id: str, now: datetime) -> bool:
    """Write down that this delivery is about to leave; False where another has it, or it left before.

    A reader who left in the meantime is not claimed either. Commit before the message leaves.
    """
    active = select(readers.c.id).where(readers.c.id == reader, readers.c.state == ReaderState.ACTIVE)
    if connection.execute(active.with_for_update()).first() is None:
        return False
    values = {
        "edition": edition,
        "reader_id": reader,
        "state": DeliveryState.CLAIMED,
        "message_id": message_id,
        "claimed_at": now,
    }
    claimed = insert_new(connection, deliveries).values(values).returning(deliveries.c.id)
    if connection.execute(claimed).first() is not None:
        return True
    again = connection.execute(
        update(deliveries)
        .where(_is(edition, reader), deliveries.c.state == DeliveryState.LATER)
        .values(state=DeliveryState.CLAIMED, claimed_at=now, settled_at=None)
    )
    return again.rowcount == 1


def settle(
    connection: Connection,
    edition: EditionId,
    reader: ReaderId,
    state: DeliveryState,
    answer: PlainText,
    now: datetime,
) -> None:
    """Write down how a claimed delivery ended. Raises ``StoreError`` where it is claimed no more."""
    settled = connection.execute(
        update(deliveries)
        .where(_is(edition, reader), deliveries.c.state == DeliveryState.CLAIMED)
        .values(state=state, answer=answer, settled_at=now)
    )
    if settled.rowcount != 1:
        raise StoreError(f"the delivery of {edition} was decided by somebody else while it was on its way: {answer}")


def resolve_uncertain(connection: Connection, edition: EditionId, state: DeliveryState, now: datetime) -> int:
    """Give all deliveries of ``edition`` that were never settled the ``state`` that the author decided on."""
    resolved = connection.execute(
        update(deliveries)
        .where(deliveries.c.edition == edition, deliveries.c.state == DeliveryState.CLAIMED)
        .values(state=state, answer="decided by the author", settled_at=now)
    )
    return resolved.rowcount


def rejoin(connection: Connection, email: str, consent: PlainText, now: datetime) -> Reader | None:
    """Let a reader who left get letters again, on a new consent; None where nobody left by this address."""
    back = connection.execute(
        update(readers)
        .where(readers.c.email_key == email_key(email), readers.c.state == ReaderState.LEFT)
        .values(state=ReaderState.ACTIVE, left_at=None, consent=consent, consented_at=now)
    )
    return reader_by_email(connection, email) if back.rowcount else None


def _is(edition: EditionId, reader: ReaderId) -> Any:
    return (deliveries.c.edition == edition) & (deliveries.c.reader_id == reader)


def _reader_columns() -> list[Any]:
    return [column.label(f"reader_{column.name}") for column in readers.c if column.name != "id"]


def _reader(row: Row[Any], prefix: str = "") -> Reader:
    fields = row._mapping  # noqa: SLF001  (its public name)
    return Reader(
        id=ReaderId(fields["reader_id" if prefix else "id"]),
        email=fields[prefix + "email"],
        name=kept_text(fields[prefix + "name"]),
        state=ReaderState(fields[prefix + "state"]),
        consent=kept_text(fields[prefix + "consent"]),
        consented_at=fields[prefix + "consented_at"],
        token=fields[prefix + "token"],
    )

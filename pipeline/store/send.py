"""What the room ``send`` remembers of readers; of deliveries see ``store.deliveries``."""

from __future__ import annotations

import secrets
from typing import TYPE_CHECKING, Any

from sqlalchemy import Connection, func, select, update

from pipeline.html import kept_text
from pipeline.model import Reader, ReaderId, ReaderState
from pipeline.store.schema import insert_new, readers

if TYPE_CHECKING:
    from datetime import datetime

    from sqlalchemy import Row

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
    return reader_of(row) if row else None


def readers_in(connection: Connection, state: ReaderState | None = None) -> tuple[Reader, ...]:
    """Return the readers in ``state``, or all, in the order in which they came."""
    query = select(readers).order_by(readers.c.id)
    rows = connection.execute(query if state is None else query.where(readers.c.state == state))
    return tuple(reader_of(row) for row in rows)


def active_readers(connection: Connection) -> int:
    """Return how many readers get letters."""
    counted = select(func.count()).select_from(readers).where(readers.c.state == ReaderState.ACTIVE)
    return connection.execute(counted).scalar_one()


def mark_left(connection: Connection, reader: ReaderId, now: datetime) -> None:
    """Remember that a reader left; the address is kept so that no import brings it back."""
    connection.execute(update(readers).where(readers.c.id == reader).values(state=ReaderState.LEFT, left_at=now))


def rejoin(connection: Connection, email: str, consent: PlainText, now: datetime) -> Reader | None:
    """Let a reader who left get letters again, on a new consent; None where nobody left by this address."""
    back = connection.execute(
        update(readers)
        .where(readers.c.email_key == email_key(email), readers.c.state == ReaderState.LEFT)
        .values(state=ReaderState.ACTIVE, left_at=None, consent=consent, consented_at=now)
    )
    return reader_by_email(connection, email) if back.rowcount else None


def reader_columns() -> list[Any]:
    """Return what a query of others asks for to have the reader in each row, by the prefix ``reader_``."""
    return [column.label(f"reader_{column.name}") for column in readers.c if column.name != "id"]


def reader_of(row: Row[Any], prefix: str = "") -> Reader:
    """Return the reader in ``row``, whose columns have this ``prefix``."""
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

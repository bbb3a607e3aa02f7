"""What the room ``send`` remembers of readers; of deliveries see ``store.deliveries``, of topics ``store.audience``."""

from __future__ import annotations

import secrets
from datetime import datetime
from itertools import groupby
from typing import TYPE_CHECKING, Any, Final

from sqlalchemy import Connection, case, delete, func, insert, select, update

from pipeline.html import kept_text
from pipeline.model import Asked, Preferences, Reader, ReaderId, ReaderState
from pipeline.store.audience import gets_letters, topic_key
from pipeline.store.schema import deliveries, insert_new, reader_topics, readers

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sqlalchemy import Row

    from pipeline.model import PlainText

BY_THEMSELVES: Final = {"because": "", "before": None}
"""What is set where a reader or the author changes a state: Byline's own reason for it is none any more."""


def email_key(email: str) -> str:
    """Return what two spellings of one mail address have in common."""
    return email.casefold()


def add_reader(connection: Connection, email: str, name: PlainText, consent: PlainText, now: datetime) -> Reader | None:
    """Store a reader; return None where the address is known already, active or not."""
    values = {"name": name, "state": ReaderState.ACTIVE, "consent": consent, "consented_at": now}
    new = connection.execute(_new_reader(connection, email, values).returning(readers.c.id)).first()
    return reader_by_email(connection, email) if new else None


def _new_reader(connection: Connection, email: str, values: dict[str, Any]) -> Any:
    known = {"email": email, "email_key": email_key(email), "token": secrets.token_urlsafe(18)}
    return insert_new(connection, readers).values(known | values)


def ask(connection: Connection, email: str, asked: Asked) -> Reader | None:
    """Remember that somebody asked for letters to this address; who is on the list already stays as they are."""
    wish = {"source": asked.source, "wording": asked.wording, "at": asked.at.isoformat(), "ip": asked.ip}
    values = {"name": "", "state": ReaderState.PENDING, "consent": asked.source, "consented_at": asked.at}
    connection.execute(_new_reader(connection, email, values))
    waits = readers.c.state.in_((ReaderState.PENDING, ReaderState.LEFT))
    since = case((readers.c.state == ReaderState.PENDING, asked.at), else_=readers.c.consented_at)
    connection.execute(
        update(readers)
        .where(readers.c.email_key == email_key(email), waits)
        .values(asked=wish, consented_at=since)  # the latest wish counts
    )
    return reader_by_email(connection, email)


def asked_by(connection: Connection, reader: ReaderId) -> Asked | None:
    """Return what a reader asked for and has not confirmed."""
    said = connection.scalar(select(readers.c.asked).where(readers.c.id == reader))
    if not said:
        return None
    at = datetime.fromisoformat(said["at"])
    return Asked(source=kept_text(said["source"]), wording=kept_text(said["wording"]), at=at, ip=said["ip"])


def confirm(connection: Connection, reader: ReaderId, asked: Asked, consent: PlainText, now: datetime) -> None:
    """Put on the list who asked for it and says so again; ``consent`` tells how."""
    agreed = {"consent": consent, "consented_at": now, "wording": asked.wording, "ip": asked.ip, "asked": None}
    agreed |= BY_THEMSELVES
    connection.execute(
        update(readers)
        .where(readers.c.id == reader)
        .values(state=ReaderState.ACTIVE, left_at=None, paused_until=None, **agreed)
    )


def drop_unconfirmed(connection: Connection, before: datetime) -> None:
    """Forget who asked for letters ``before`` that and never confirmed; nothing was ever sent to them.

    Of who left and asked anew, the wish is forgotten.
    """
    again = select(readers.c.id, readers.c.asked).where(
        readers.c.state == ReaderState.LEFT, readers.c.asked.is_not(None)
    )
    late = [row.id for row in connection.execute(again) if datetime.fromisoformat(row.asked["at"]) < before]
    connection.execute(update(readers).where(readers.c.id.in_(late)).values(asked=None))
    old = select(readers.c.id).where(readers.c.state == ReaderState.PENDING, readers.c.consented_at < before)
    connection.execute(delete(deliveries).where(deliveries.c.reader_id.in_(old)))
    connection.execute(delete(readers).where(readers.c.id.in_(old)))


def reader_by_email(connection: Connection, email: str) -> Reader | None:
    """Return the reader with this address, in whatever state."""
    row = connection.execute(select(readers).where(readers.c.email_key == email_key(email))).first()
    return reader_of(row) if row else None


def reader_by_token(connection: Connection, token: str) -> Reader | None:
    """Return the reader whose own secret this is, in whatever state."""
    row = connection.execute(select(readers).where(readers.c.token == token)).first()
    return reader_of(row) if row else None


def prefer(connection: Connection, reader: ReaderId, wanted: Preferences) -> None:
    """Remember which letters a reader who is on the list wants."""
    state = ReaderState.ACTIVE if wanted.paused_until is None else ReaderState.PAUSED
    on_the_list = readers.c.state.in_((ReaderState.ACTIVE, ReaderState.PAUSED))
    changed = connection.execute(
        update(readers)
        .where(readers.c.id == reader, on_the_list)
        .values(state=state, paused_until=wanted.paused_until, monthly=wanted.monthly, **BY_THEMSELVES)
    )
    if changed.rowcount:
        connection.execute(delete(reader_topics).where(reader_topics.c.reader_id == reader))
        keys = sorted({topic_key(topic) for topic in wanted.topics} - {""})
        if keys:
            connection.execute(insert(reader_topics), [{"reader_id": reader, "topic": key} for key in keys])


def preferences_of(connection: Connection, reader: Reader) -> Preferences:
    """Return which letters a reader wants."""
    chosen = select(reader_topics.c.topic).where(reader_topics.c.reader_id == reader.id).order_by(reader_topics.c.topic)
    topics = tuple(connection.scalars(chosen))
    return Preferences(topics=topics, paused_until=reader.paused_until, monthly=reader.monthly)


def chosen_topics(connection: Connection, of: Sequence[int]) -> dict[int, tuple[str, ...]]:
    """Return the topics that readers chose, folded and in order; those who chose none are not there."""
    mine = reader_topics.c.reader_id.in_(of)
    chosen = select(reader_topics).where(mine).order_by(reader_topics.c.reader_id, reader_topics.c.topic)
    rows = connection.execute(chosen).all() if of else []
    return {reader: tuple(row.topic for row in group) for reader, group in groupby(rows, lambda row: row.reader_id)}


def readers_in(connection: Connection, state: ReaderState | None = None) -> tuple[Reader, ...]:
    """Return the readers in ``state``, or all, in the order in which they came."""
    query = select(readers).order_by(readers.c.id)
    rows = connection.execute(query if state is None else query.where(readers.c.state == state))
    return tuple(reader_of(row) for row in rows)


def active_readers(connection: Connection, now: datetime) -> int:
    """Return how many readers get letters."""
    counted = select(func.count()).select_from(readers).where(gets_letters(now))
    return connection.execute(counted).scalar_one()


def note_zone(connection: Connection, reader: ReaderId, zone: str) -> None:
    """Remember in which time zone a reader is."""
    connection.execute(update(readers).where(readers.c.id == reader).values(zone=zone))


def mark_left(connection: Connection, reader: ReaderId, now: datetime) -> None:
    """Remember that a reader left; the address is kept so that no import brings it back."""
    gone = {"state": ReaderState.LEFT, "left_at": now, "asked": None, "paused_until": None, **BY_THEMSELVES}
    connection.execute(update(readers).where(readers.c.id == reader).values(gone))


def rejoin(connection: Connection, email: str, consent: PlainText, now: datetime) -> Reader | None:
    """Let a reader get letters who left, or who never confirmed, on a new consent; None where there is no such one."""
    away = readers.c.state.in_((ReaderState.LEFT, ReaderState.PENDING))
    agreed = {"consent": consent, "consented_at": now, "wording": "", "ip": "", "asked": None, **BY_THEMSELVES}
    back = connection.execute(
        update(readers)
        .where(readers.c.email_key == email_key(email), away)
        .values(state=ReaderState.ACTIVE, left_at=None, **agreed)
    )
    return reader_by_email(connection, email) if back.rowcount else None


def reader_columns() -> list[Any]:
    """Return what a query of others asks for to have the reader in each row, by the prefix ``reader_``."""
    return [
        column.label(f"reader_{column.name}") for column in readers.c if column.name not in {"id", "asked", "before"}
    ]


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
        wording=kept_text(fields[prefix + "wording"]),
        ip=fields[prefix + "ip"],
        paused_until=fields[prefix + "paused_until"],
        monthly=fields[prefix + "monthly"],
        zone=fields[prefix + "zone"],
        because=kept_text(fields[prefix + "because"]),
    )

"""All that is remembered of one reader, to be shown or erased, and the marks by which the erased are known again."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sqlalchemy import Connection, delete, select

from pipeline.model import DeliveryState
from pipeline.store.returns import forget_what_returned, what_returned
from pipeline.store.schema import deliveries, forgotten, insert_new, readers, troubles

if TYPE_CHECKING:
    from collections.abc import Collection
    from datetime import datetime

    from pipeline.model import Mark, ReaderId


def everything_about(connection: Connection, reader: ReaderId) -> dict[str, Any]:
    """Return what the store holds of a reader, but their secret and topics: row, deliveries, what came back."""
    row = connection.execute(select(readers).where(readers.c.id == reader)).one()
    sent = select(
        *(deliveries.c[name] for name in ("edition", "state", "message_id", "claimed_at", "settled_at", "answer"))
    ).where(deliveries.c.reader_id == reader)
    ours = {"id", "email_key", "token", "before"}
    told = {name: value for name, value in row._mapping.items() if name not in ours}  # noqa: SLF001  (its public name)
    every = connection.execute(sent.order_by(deliveries.c.id))
    letters = [dict(each._mapping) for each in every]  # noqa: SLF001  (its public name)
    return told | {"deliveries": letters, "returned": what_returned(connection, reader)}


def is_on_its_way(connection: Connection, reader: ReaderId) -> bool:
    """Tell whether a letter to a reader is being handed over, or nobody knows whether it was.

    No letter to them is claimed from then on until the transaction ends.
    """
    connection.execute(select(readers.c.id).where(readers.c.id == reader).with_for_update())
    claimed = (deliveries.c.reader_id == reader) & (deliveries.c.state == DeliveryState.CLAIMED)
    return connection.scalar(select(deliveries.c.id).where(claimed).limit(1)) is not None


def erase(connection: Connection, reader: ReaderId) -> None:
    """Erase a reader, every delivery to them, and all words of what came back."""
    forget_what_returned(connection, reader)
    connection.execute(delete(deliveries).where(deliveries.c.reader_id == reader))
    connection.execute(delete(readers).where(readers.c.id == reader))  # their topics go with them
    connection.execute(delete(troubles))  # an error may have named them; what is wrong still is told again


def forget(connection: Connection, mark: Mark, now: datetime) -> None:
    """Remember an address by its mark alone, so that no import brings it back."""
    values = {"mark": mark.text, "key": mark.key, "at": now}
    connection.execute(insert_new(connection, forgotten).values(values))


def is_forgotten(connection: Connection, marks: Collection[Mark]) -> bool:
    """Tell whether an address with any of these marks was erased."""
    found = select(forgotten.c.mark).where(forgotten.c.mark.in_([mark.text for mark in marks]))
    return connection.scalar(found.limit(1)) is not None


def know_again(connection: Connection, marks: Collection[Mark]) -> None:
    """Take away the marks of an address whose owner asks for letters anew."""
    connection.execute(delete(forgotten).where(forgotten.c.mark.in_([mark.text for mark in marks])))


def marked_by_others(connection: Connection, keys: Collection[str]) -> bool:
    """Tell whether anybody was marked by a key that is none of these: who that is cannot be told any more."""
    others = select(forgotten.c.mark).where(forgotten.c.key.not_in(list(keys)))
    return connection.scalar(others.limit(1)) is not None

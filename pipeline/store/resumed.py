"""The ledger of the room ``send``: deliveries that were cut off, by a way that knows a message again by its key."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from sqlalchemy import Connection, select, update

from pipeline.model import CLOCKS, DeliveryState
from pipeline.store.audience import gets_letters
from pipeline.store.deliveries import is_on_its_way
from pipeline.store.schema import deliveries, readers
from pipeline.store.send import reader_columns, reader_of

if TYPE_CHECKING:
    from datetime import datetime

    from pipeline.model import EditionId, PlainText, Reader


class CutOff(NamedTuple):
    """A delivery that was claimed and never settled: its row, whose it is, its Message-ID, and since when."""

    row: int
    reader: Reader
    message_id: str
    claimed_at: datetime


def cut_off(connection: Connection, edition: EditionId, way: str, since: datetime, now: datetime) -> tuple[CutOff, ...]:
    """Return what was claimed over ``way`` after ``since`` and never settled, of readers who still get letters.

    What a run that lives may be about to settle is not among it, nor what was claimed at a time to come: how long ago
    that was in truth is known to nobody.
    """
    query = (
        select(
            deliveries.c.id,
            deliveries.c.message_id,
            deliveries.c.claimed_at,
            deliveries.c.reader_id,
            *reader_columns(),
        )
        .join(readers)
        .where(
            deliveries.c.edition == edition,
            deliveries.c.state == DeliveryState.CLAIMED,
            deliveries.c.way == way,
            deliveries.c.claimed_at > since,
            deliveries.c.claimed_at <= now + CLOCKS,
            ~is_on_its_way(now),
            gets_letters(now),
        )
        .order_by(deliveries.c.id)
    )
    rows = connection.execute(query)
    return tuple(CutOff(row.id, reader_of(row, "reader_"), row.message_id, row.claimed_at) for row in rows)


def settle_as_sent(connection: Connection, row: int, answer: PlainText, now: datetime) -> bool:
    """Write down that a delivery which was cut off was sent; tell whether it was not settled by somebody else."""
    settled = connection.execute(
        update(deliveries)
        .where(deliveries.c.id == row, deliveries.c.state == DeliveryState.CLAIMED)
        .values(state=DeliveryState.SENT, answer=answer, settled_at=now)
    )
    return bool(settled.rowcount)

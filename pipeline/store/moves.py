"""Where the store was moved to: nothing is written here then, since what happens is written down there alone."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import Connection, select, text

from pipeline.errors import StoreMovedError, UsageError
from pipeline.model import DeliveryState, SendState
from pipeline.store.deliveries import is_on_its_way, is_recent
from pipeline.store.schema import deliveries, handovers, moves, sends, upsert

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime


def moving(connection: Connection, place: str, at: datetime) -> list[tuple[str, datetime]]:
    """Write down that the store moves to ``place``. Return to where it was moved before and when, for ``take_back``.

    Whoever writes at this moment is waited for, and whoever would write from the commit on is refused.
    """
    if connection.dialect.name == "postgresql":
        connection.execute(text("LOCK TABLE moves IN EXCLUSIVE MODE"))
    before = [(row.place, row.at) for row in connection.execute(select(moves))]
    query = upsert(connection, moves, lambda new: {"at": new.at})
    connection.execute(query.values({"place": place, "at": at}))
    return before


def take_back(connection: Connection, before: Sequence[tuple[str, datetime]]) -> None:
    """Let the store be moved to where it was moved ``before``, and nowhere else."""
    connection.execute(moves.delete())
    if before:
        connection.execute(moves.insert(), [{"place": place, "at": at} for place, at in before])


def see_that_nothing_leaves(connection: Connection, now: datetime) -> None:
    """Raise ``UsageError`` where an edition is being sent: of its letters, two stores would each know a part."""
    running = connection.scalar(select(sends.c.edition).where(sends.c.state == SendState.RUNNING).limit(1))
    if running is not None:
        raise UsageError(
            f"{running} is being sent, so the store cannot be moved: wait until it is sent, or say `byline send "
            f"{running} --pause` here, move the store, and go on from the new one with `byline send {running} --resume`"
        )
    cut = (handovers.c.state == DeliveryState.CLAIMED) & is_recent(handovers.c.claimed_at, now)
    for query in (select(deliveries.c.edition).where(is_on_its_way(now)), select(handovers.c.edition).where(cut)):
        if (edition := connection.scalar(query.limit(1))) is not None:
            raise UsageError(
                f"{edition} is on its way to readers at this moment, so the store cannot be moved: wait until the run "
                "that sends it has ended, or for ten minutes if that was cut off"
            )


def moved_to(connection: Connection) -> tuple[str, datetime] | None:
    """Return where the store was moved to last, and when; nothing where it is where it was."""
    row = connection.execute(select(moves).order_by(moves.c.at.desc(), moves.c.place)).first()
    return (row.place, row.at) if row else None


def see_that_it_is_here(connection: Connection) -> None:
    """Raise ``StoreMovedError`` where the store was moved."""
    if moved := moved_to(connection):
        place, at = moved
        raise StoreMovedError(
            f"this store was moved to {place} on {at:%Y-%m-%d}, and what happened since then is written down there, so "
            "nothing is written here: set DATABASE_URL to that, with its password if it has one. If the copy was cut "
            "off, or this store is to be used again, say `byline store stay`"
        )


def stay(connection: Connection) -> bool:
    """Forget where the store was moved to. Return whether it was moved at all."""
    return bool(connection.execute(moves.delete()).rowcount)

"""Where the store was moved to: letters are sent from there then, since who got one is written down there alone."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import Connection, select

from pipeline.store.schema import moves, upsert

if TYPE_CHECKING:
    from datetime import datetime


def moved(connection: Connection, place: str, at: datetime) -> None:
    """Write down that the store was moved to ``place``, an address without its password."""
    query = upsert(connection, moves, lambda new: {"at": new.at})
    connection.execute(query.values({"place": place, "at": at}))


def moved_to(connection: Connection) -> tuple[str, datetime] | None:
    """Return where the store was moved to last, and when; nothing where it is where it was."""
    row = connection.execute(select(moves).order_by(moves.c.at.desc(), moves.c.place)).first()
    return (row.place, row.at) if row else None


def stay(connection: Connection) -> bool:
    """Forget where the store was moved to. Return whether it was moved at all."""
    return bool(connection.execute(moves.delete()).rowcount)

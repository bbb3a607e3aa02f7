"""How long the author spent on each step of each week."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Final

from sqlalchemy import Connection, insert, select, update

from pipeline.model import ReaderState, Spell, Step
from pipeline.store.schema import readers, services, touches, weeks

if TYPE_CHECKING:
    from datetime import date, datetime

LONGEST: Final = timedelta(hours=3)
"""A spell that lasted longer was forgotten, as when the lid was closed; it counts for nothing."""


def begin(connection: Connection, week: str, step: Step, now: datetime) -> None:
    """Write down that ``step`` is begun; what went on before is ended by that."""
    end(connection, now)
    connection.execute(insert(weeks).values(week=week, step=step, began_at=now))


def end(connection: Connection, now: datetime) -> None:
    """Write down that the step which goes on, if any, is left."""
    goes_on = weeks.c.ended_at.is_(None)
    forgotten = weeks.c.began_at < now - LONGEST
    connection.execute(update(weeks).where(goes_on, forgotten).values(ended_at=weeks.c.began_at))
    connection.execute(update(weeks).where(goes_on).values(ended_at=now))


def spells(connection: Connection, since: datetime) -> tuple[Spell, ...]:
    """Return what was spent ``since`` then, in the order in which it began."""
    rows = connection.execute(select(weeks).where(weeks.c.began_at >= since).order_by(weeks.c.began_at, weeks.c.id))
    return tuple(
        Spell(week=row.week, step=Step(row.step), began_at=row.began_at, ended_at=row.ended_at) for row in rows
    )


def touches_since(connection: Connection, since: datetime) -> tuple[datetime, ...]:
    """Return when the author was in touch with somebody, ``since`` then."""
    return tuple(connection.scalars(select(touches.c.at).where(touches.c.at >= since)))


def services_since(connection: Connection, since: date) -> tuple[date, ...]:
    """Return on which days the author gave something, ``since`` then."""
    return tuple(connection.scalars(select(services.c.on).where(services.c.on >= since)))


def readers_who_came(connection: Connection, since: datetime) -> tuple[datetime, ...]:
    """Return when those agreed to get letters who came ``since`` then and are still there."""
    there = readers.c.state.in_((ReaderState.ACTIVE, ReaderState.PAUSED))
    return tuple(connection.scalars(select(readers.c.consented_at).where(there, readers.c.consented_at >= since)))

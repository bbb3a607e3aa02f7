"""The ledger of the room ``send``: what remains of an edition that is being sent, whoever sends it, and its whole."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from sqlalchemy import Connection, case, func, select, update

from pipeline.model import DeliveryState
from pipeline.store.audience import gets_letters, why_none
from pipeline.store.deliveries import ON_ITS_WAY, free_at, is_on_its_way
from pipeline.store.schema import deliveries, readers
from pipeline.store.sends import who_wait

if TYPE_CHECKING:
    from datetime import datetime

    from pipeline.model import EditionId


class Remaining(NamedTuple):
    """How many wait, when the first of those put off can be tried, and until when one may be on its way."""

    waiting: int
    put_off: datetime | None
    on_its_way: datetime | None

    @property
    def is_any(self) -> bool:
        """Whether anybody is to be sent to yet, or may be by what becomes of one that is on its way."""
        return bool(self.waiting or self.put_off or self.on_its_way)


def remaining(connection: Connection, edition: EditionId, now: datetime) -> Remaining:
    """Return what remains of ``edition``."""
    state = deliveries.c.state
    waiting, put_off, claimed_at = connection.execute(
        select(
            func.count(case((state == DeliveryState.WAITING, 1))),
            func.min(case((state == DeliveryState.LATER, free_at(now)))),
            func.min(case((is_on_its_way(now), deliveries.c.claimed_at))),
        ).where(deliveries.c.edition == edition)
    ).one()
    return Remaining(waiting, put_off, claimed_at and claimed_at + ON_ITS_WAY)


def exclude_who_left(connection: Connection, edition: EditionId, now: datetime) -> None:
    """Write down of readers who left or paused before their letter did that they are excluded."""
    gone = select(readers.c.id).where(~gets_letters(now))
    why = select(case(*why_none(now), else_="")).where(readers.c.id == deliveries.c.reader_id).scalar_subquery()
    connection.execute(
        update(deliveries)
        .where(deliveries.c.id.in_(who_wait(edition).where(deliveries.c.reader_id.in_(gone))))
        .values(state=DeliveryState.EXCLUDED, answer=why, settled_at=now)
    )


def reach(connection: Connection, edition: EditionId) -> int:
    """Return to how many ``edition`` was to go when its audience was frozen: the same however far its sending is.

    Who was excluded then was never settled, and who left since was.
    """
    excluded = deliveries.c.state == DeliveryState.EXCLUDED
    # Apart, as the first, nearly all, is counted in an index alone.
    to_go = (~excluded, excluded & deliveries.c.settled_at.is_not(None))
    counts = [select(func.count()).where(deliveries.c.edition == edition, each) for each in to_go]
    return sum(connection.scalar(each) or 0 for each in counts)

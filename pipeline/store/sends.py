"""The sending of an edition as a whole: when it begins, whether it goes on, and why not."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from sqlalchemy import Connection, select, update

from pipeline.model import DeliveryState, EditionId, Sending, SendState
from pipeline.store.schema import deliveries, insert_new, sends

if TYPE_CHECKING:
    from collections.abc import Collection
    from datetime import datetime
    from typing import Any

    from sqlalchemy import Row, Select

CANCELLED: Final = "the author cancelled the send"
DECIDED: Final = "decided by the author"
GOES_ON: Final = (SendState.RUNNING, SendState.DONE)
"""In these somebody may be sent to: of two who send at once, one is done while the other still has one to repeat."""
_WAIT: Final = (DeliveryState.WAITING, DeliveryState.LATER)


def sending_of(connection: Connection, edition: EditionId, *, held: bool = False) -> Sending | None:
    """Return how far the sending of ``edition`` has come; None where it was never begun or planned.

    One that is ``held`` is changed by nobody else before the commit.
    """
    query = select(sends).where(sends.c.edition == edition)
    row = connection.execute(query.with_for_update() if held else query).first()
    return _sending(row) if row else None


def sendings(connection: Connection, states: Collection[SendState]) -> tuple[Sending, ...]:
    """Return the sendings in these states, the earliest first."""
    rows = connection.execute(select(sends).where(sends.c.state.in_(states)).order_by(sends.c.due_at, sends.c.edition))
    return tuple(map(_sending, rows))


def may_go_on(connection: Connection, edition: EditionId) -> bool:
    """Tell whether ``edition`` is being sent, and nobody paused or cancelled that."""
    return connection.scalar(select(sends.c.state).where(sends.c.edition == edition)) in GOES_ON


def begin(connection: Connection, edition: EditionId, now: datetime) -> None:
    """Write down that ``edition`` is being sent from ``now`` on."""
    values = {"edition": edition, "state": SendState.RUNNING, "frozen_at": now}
    new = connection.execute(insert_new(connection, sends).values(values).returning(sends.c.edition)).first()
    if new is None:
        planned = (sends.c.edition == edition) & (sends.c.state == SendState.SCHEDULED)
        early = planned & (sends.c.due_at > now)  # begun by hand, before its time: it waits for whoever did that
        connection.execute(update(sends).where(early).values(due_at=None))
        stop(connection, edition, SendState.RUNNING)


def stop(connection: Connection, edition: EditionId, state: SendState, reason: str = "") -> None:
    """Write down that the sending of ``edition`` is in ``state``, and why."""
    connection.execute(update(sends).where(sends.c.edition == edition).values(state=state, reason=reason))


def close(
    connection: Connection, edition: EditionId, state: SendState, reason: str = "", later: datetime | None = None
) -> None:
    """Write down how a run of it ended, and when it can go on, unless somebody paused or cancelled it meanwhile."""
    here = (sends.c.edition == edition) & sends.c.state.in_(GOES_ON)
    connection.execute(update(sends).where(here).values(state=state, reason=reason, due_at=later))


def plan(connection: Connection, edition: EditionId, due_at: datetime, now: datetime) -> None:
    """Write down when the sending of ``edition`` is to begin."""
    values = {"edition": edition, "state": SendState.SCHEDULED, "frozen_at": now, "due_at": due_at}
    connection.execute(insert_new(connection, sends).values(values))
    again = {"state": SendState.SCHEDULED, "due_at": due_at, "reason": ""}
    connection.execute(update(sends).where(sends.c.edition == edition).values(again))


def cancel(connection: Connection, edition: EditionId) -> int:
    """Write down that nobody else gets ``edition``. Return how many waited for it."""
    left = connection.execute(
        update(deliveries)
        .where(deliveries.c.id.in_(who_wait(edition)))
        .values(state=DeliveryState.EXCLUDED, answer=CANCELLED)
    )
    stop(connection, edition, SendState.CANCELLED)
    return left.rowcount


def who_wait(edition: EditionId) -> Select[tuple[int]]:
    """Return the rows of those who wait for ``edition``, to be held in the order in which a claim holds them."""
    rows = select(deliveries.c.id).where(deliveries.c.edition == edition, deliveries.c.state.in_(_WAIT))
    return rows.order_by(deliveries.c.id).with_for_update()


def take_back(connection: Connection, edition: EditionId) -> None:
    """Let those wait again whom a cancelling of ``edition`` excluded."""
    left_out = (deliveries.c.edition == edition) & (deliveries.c.state == DeliveryState.EXCLUDED)
    connection.execute(
        update(deliveries)
        .where(left_out, deliveries.c.answer == CANCELLED)
        .values(state=DeliveryState.WAITING, answer="")
    )


def _sending(row: Row[Any]) -> Sending:
    return Sending(edition=EditionId(row.edition), state=SendState(row.state), reason=row.reason, due_at=row.due_at)

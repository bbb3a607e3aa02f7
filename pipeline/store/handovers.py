"""The ledger of the room ``send``: editions that were handed over as a whole to a service which has the readers.

Whoever hands one over writes it down first, and commits; a ``ticket`` tells their claim from that of another run.
What was handed over is sent, so its send, where one was planned, is done with it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sqlalchemy import Connection, delete, select, update

from pipeline.html import kept_text
from pipeline.model import DeliveryState, EditionId, Handover, SendState
from pipeline.store import sends
from pipeline.store.schema import handovers, insert_new

if TYPE_CHECKING:
    from datetime import datetime

    from sqlalchemy import ColumnElement, Row

    from pipeline.model import PlainText


def handover_of(connection: Connection, edition: EditionId) -> Handover | None:
    """Return what became of ``edition``; None where it was never handed over."""
    row = connection.execute(select(handovers).where(handovers.c.edition == edition)).one_or_none()
    return _handover(row) if row else None


def all_handovers(connection: Connection) -> tuple[Handover, ...]:
    """Return what became of each edition that was handed over, in the order in which that was begun."""
    rows = connection.execute(select(handovers).order_by(handovers.c.claimed_at, handovers.c.edition))
    return tuple(map(_handover, rows))


def claim_edition(connection: Connection, claimed: Handover, before: Handover | None) -> bool:
    """Write down that an edition is about to be handed over; tell whether it was as ``before`` until then."""
    values = {
        "edition": claimed.edition,
        "way": claimed.way,
        "state": DeliveryState.CLAIMED,
        "ticket": claimed.ticket,
        "there": claimed.there,
        "claimed_at": claimed.claimed_at,
    }
    if before is None:
        new = connection.execute(insert_new(connection, handovers).values(values).returning(handovers.c.edition))
        return new.first() is not None
    mine = _held(before.edition, before.ticket)
    return bool(connection.execute(update(handovers).where(*mine).values(values)).rowcount)


def note_there(connection: Connection, claimed: Handover, there: str) -> bool:
    """Write down how the service calls it; tell whether the claim still holds."""
    mine = _held(claimed.edition, claimed.ticket)
    return bool(connection.execute(update(handovers).where(*mine).values(there=there)).rowcount)


def settle_edition(connection: Connection, claimed: Handover, answer: PlainText, now: datetime) -> None:
    """Write down that it was handed over, whoever claimed it: it is one and the same there."""
    connection.execute(
        update(handovers)
        .where(handovers.c.edition == claimed.edition)
        .values(state=DeliveryState.SENT, answer=answer, settled_at=now)
    )
    sends.stop(connection, claimed.edition, SendState.DONE)


def release_edition(connection: Connection, claimed: Handover) -> None:
    """Write down that nothing was handed over."""
    connection.execute(delete(handovers).where(*_held(claimed.edition, claimed.ticket)))


def count_as_sent(connection: Connection, edition: EditionId, way: str, at: datetime, now: datetime) -> None:
    """Write down that an edition of which nothing was known was handed over by ``way``, ``at`` that time."""
    values = {
        "edition": edition,
        "way": way,
        "state": DeliveryState.SENT,
        "ticket": "",
        "there": "",
        "claimed_at": at,
        "settled_at": now,
        "answer": sends.DECIDED,
    }
    connection.execute(insert_new(connection, handovers).values(values))


def resolve_edition(connection: Connection, edition: EditionId, state: DeliveryState, now: datetime) -> int:
    """Count an uncertain edition as sent, or forget that it was begun, as the author decided."""
    mine = (handovers.c.edition == edition, handovers.c.state == DeliveryState.CLAIMED)
    if state is DeliveryState.SENT:
        values = {"state": state, "answer": sends.DECIDED, "settled_at": now}
        settled = connection.execute(update(handovers).where(*mine).values(values)).rowcount
        if settled:
            sends.stop(connection, edition, SendState.DONE)
        return settled
    return connection.execute(delete(handovers).where(*mine)).rowcount


def _held(edition: EditionId, ticket: str) -> tuple[ColumnElement[bool], ...]:
    return (
        handovers.c.edition == edition,
        handovers.c.ticket == ticket,
        handovers.c.state == DeliveryState.CLAIMED,
    )


def _handover(row: Row[Any]) -> Handover:
    return Handover(
        edition=EditionId(row.edition),
        way=row.way,
        state=DeliveryState(row.state),
        ticket=row.ticket,
        there=row.there,
        claimed_at=row.claimed_at,
        answer=kept_text(row.answer),
    )

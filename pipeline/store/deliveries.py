"""The ledger of the room ``send``: who is to get an edition, and each delivery before and after it.

Whoever sends writes it down first, and commits, and only then lets the message leave.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from sqlalchemy import Connection, bindparam, case, exists, func, literal, or_, select, union_all, update

from pipeline.errors import StoreError, UsageError
from pipeline.html import kept_text
from pipeline.model import CLOCKS, LONGEST_WAIT, Delivery, DeliveryState, EditionId, ReaderState, SendState
from pipeline.store.audience import TO_BE_SENT, gets_letters, why_not
from pipeline.store.schema import Moment, deliveries, insert_new, readers, sends
from pipeline.store.send import chosen_topics, reader_columns, reader_of
from pipeline.store.sends import DECIDED, GOES_ON, begin, stop, take_back
from pipeline.words import as_said

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence
    from datetime import datetime

    from sqlalchemy import ColumnElement

    from pipeline.model import Reader, Settled


ON_ITS_WAY: Final = timedelta(minutes=10)
"""A delivery that was claimed by a run which has not ended is settled within that, or the run is dead."""


class Candidate(NamedTuple):
    """A reader who is to get an edition: the row of the ledger, and how often it was tried."""

    row: int
    reader: Reader
    tries: int


class Share(NamedTuple):
    """The part of an edition's deliveries that is for one ``hand`` of so many, in which order it is gone through."""

    hand: int = 0
    hands: int = 1
    is_backwards: bool = False


ALL: Final = Share()


def freeze(connection: Connection, edition: EditionId, topics: Sequence[str], now: datetime) -> None:
    """Write down every reader as waiting for ``edition`` or excluded, with the reason, and that it is being sent.

    ``topics`` are those of the edition: who chose others does not get it.
    The audience of a send that was cut off or paused stays what it was; of one that is done, it is who came since.
    """
    state = connection.scalar(select(sends.c.state).where(sends.c.edition == edition))
    there = select(deliveries.c.id).where(deliveries.c.edition == edition).limit(1)
    if state in {None, SendState.SCHEDULED, SendState.DONE} or connection.scalar(there) is None:
        _add_readers(connection, edition, why_not(edition, topics, now))
    if state == SendState.CANCELLED:
        take_back(connection, edition)
    begin(connection, edition, now)


def _add_readers(connection: Connection, edition: EditionId, why: ColumnElement[str]) -> None:
    connection.execute(
        update(deliveries)
        .where(
            deliveries.c.edition == edition,
            deliveries.c.state == DeliveryState.EXCLUDED,
            deliveries.c.reader_id.in_(select(readers.c.id).where(why == TO_BE_SENT)),
        )
        .values(state=DeliveryState.WAITING, answer="")
    )
    state = case((why == TO_BE_SENT, DeliveryState.WAITING), else_=DeliveryState.EXCLUDED)
    every = (
        select(literal(edition), readers.c.id, state, literal(""), why)
        .where(_has_none(deliveries.c.edition == edition))
        .order_by(readers.c.id)
    )
    columns = ["edition", "reader_id", "state", "message_id", "answer"]
    connection.execute(insert_new(connection, deliveries).from_select(columns, every))


def candidates(
    connection: Connection, edition: EditionId, after: int, most: int, now: datetime, share: Share = ALL
) -> list[Candidate]:
    """Return who is to get ``edition``, in the order of ``share``: ``most`` of them, ``after`` a row; 0 is none."""
    row = deliveries.c.id
    order = row.desc() if share.is_backwards else row
    here = [row < after if share.is_backwards else row > after] if after else []
    if share.hands > 1:
        here.append(row % share.hands == share.hand)
    # Each of the two is in the order of an index, and so read no further than is asked for; both at once would be
    # sorted anew for each page.
    due = [select(row).where(deliveries.c.edition == edition, state, *here) for state in _due(now)]
    first = [each.order_by(order).limit(most).subquery().select() for each in due]
    query = (
        select(row, deliveries.c.reader_id, deliveries.c.tries, *reader_columns())
        .join(readers)
        .where(row.in_(union_all(*first)))
        .order_by(order)
        .limit(most)
    )
    rows = connection.execute(query).all()
    topics = chosen_topics(connection, [row.reader_id for row in rows])
    return [Candidate(row.id, _with_topics(reader_of(row, "reader_"), topics), row.tries) for row in rows]


def _with_topics(reader: Reader, chosen: Mapping[int, tuple[str, ...]]) -> Reader:
    return replace(reader, topics=chosen[reader.id]) if reader.id in chosen else reader


def is_wanted(connection: Connection, edition: EditionId, topics: Sequence[str], now: datetime) -> bool:
    """Tell whether anybody is to get ``edition`` now: one who waits, or one who came since it was sent."""
    if count_candidates(connection, edition, now):
        return True
    return connection.scalar(select(readers.c.id).where(_is_new(edition, topics, now)).limit(1)) is not None


def count_wanted(connection: Connection, edition: EditionId, topics: Sequence[str], now: datetime) -> int:
    """Return how many readers would get ``edition`` now: who waits, and who came since it was sent."""
    new = select(func.count()).select_from(readers).where(_is_new(edition, topics, now))
    return count_candidates(connection, edition, now) + (connection.scalar(new) or 0)


def _is_new(edition: EditionId, topics: Sequence[str], now: datetime) -> ColumnElement[bool]:
    """Return whether a reader is to get ``edition`` and was not there, or not to get it, when it was frozen."""
    had = (deliveries.c.edition == edition) & (deliveries.c.state != DeliveryState.EXCLUDED)
    return (why_not(edition, topics, now) == TO_BE_SENT) & _has_none(had)


def _has_none(of: ColumnElement[bool]) -> ColumnElement[bool]:
    """Return whether a reader has none ``of`` these deliveries.

    PostgreSQL joins by this however long the list is; what NOT IN names it goes through anew for each reader, once
    that is more than its working memory holds.
    """
    return ~exists().where(deliveries.c.reader_id == readers.c.id, of).correlate(readers)


def count_candidates(connection: Connection, edition: EditionId, now: datetime) -> int:
    """Return how many readers are to get ``edition`` now."""
    return connection.scalar(select(func.count()).where(deliveries.c.edition == edition, or_(*_due(now)))) or 0


def next_try(connection: Connection, edition: EditionId, now: datetime) -> datetime | None:
    """Return when the first of those put off can be tried again."""
    put_off = (deliveries.c.edition == edition) & (deliveries.c.state == DeliveryState.LATER)
    first: datetime | None = connection.scalar(select(func.min(free_at(now))).where(put_off))
    return first


def _due(now: datetime) -> tuple[ColumnElement[bool], ColumnElement[bool]]:
    """Return the two ways of being due: to wait, and to have been put off until now."""
    put_off = deliveries.c.state == DeliveryState.LATER
    return deliveries.c.state == DeliveryState.WAITING, put_off & (free_at(now) <= now)


def free_at(now: datetime) -> ColumnElement[datetime]:
    """Return when one that was put off can be tried again; ``now`` where a clock that was wrong said when."""
    is_wrong = deliveries.c.not_before.is_(None) | (deliveries.c.not_before > now + LONGEST_WAIT + CLOCKS)
    return case((is_wrong, literal(now, Moment)), else_=deliveries.c.not_before)


def claim(connection: Connection, named: Mapping[int, str], now: datetime, way: str = "") -> frozenset[int]:
    """Write down that these deliveries are about to leave by ``way``; return the rows that were free to be claimed.

    ``named`` has the Message-ID of each, by its row. Another sender may have one, or its reader left in the meantime:
    who leaves or pauses before this is committed is not claimed, and nobody is of a send that is paused or cancelled.
    Commit before a message leaves.
    """
    free = connection.scalars(_FREE, {"rows": list(named), "now": now}).all() if named else ()
    if free:
        connection.execute(_CLAIM, [{"row": row, "name": named[row], "now": now, "way": way} for row in free])
    return frozenset(free)


def settle(
    connection: Connection, ended: Collection[Settled], now: datetime, again: Mapping[int, datetime] | None = None
) -> None:
    """Write down how claimed deliveries ended, and ``again`` when those put off can be tried, by their rows.

    Raises ``StoreError`` where one is claimed no more.
    """
    if not ended:
        return
    later = again or {}
    told = [
        {"row": each.row, "how": each.state, "said": each.answer, "later": later.get(each.row), "now": now}
        for each in sorted(ended, key=lambda each: each.row)
    ]
    if connection.execute(_SETTLE, told).rowcount != len(ended) and not _is_agreed(connection, ended):
        said = ", ".join(dict.fromkeys(as_said(each.answer) for each in ended))
        raise StoreError(f"a delivery was decided by somebody else while it was on its way: {said}")


def leave(connection: Connection, left: Mapping[int, tuple[DeliveryState, datetime]], now: datetime) -> None:
    """Write down of claims, by their rows, that they are over though no answer came.

    In ``left`` are the state and the time of each claim: ``CLAIMED`` where nobody knows what became of it, ``WAITING``
    where it was not handed over. One that is not of that time was decided by somebody else since, and stays as it is.
    """
    told = [{"row": row, "how": how, "at": at, "now": now} for row, (how, at) in sorted(left.items())]
    if told:
        connection.execute(_LEAVE, told)


def _is_agreed(connection: Connection, ended: Collection[Settled]) -> bool:
    """Tell whether all is as it was told: another run may have the same answer to the same key (see ``resumed``)."""
    rows = {each.row: each.state for each in ended}
    query = select(deliveries.c.id, deliveries.c.state).where(deliveries.c.id.in_(rows))
    return {row: DeliveryState(state) for row, state in connection.execute(query)} == rows


# They are made once, as they are run for each few letters.
_FREE: Final = (
    select(deliveries.c.id)
    .join(readers)
    .join(sends, sends.c.edition == deliveries.c.edition)
    .where(
        sends.c.state.in_(GOES_ON),
        deliveries.c.id.in_(bindparam("rows", expanding=True)),
        deliveries.c.state.in_((DeliveryState.WAITING, DeliveryState.LATER)),
        gets_letters(bindparam("now")),
    )
    .order_by(deliveries.c.id)
    .with_for_update(of=(deliveries, readers))
)
"""It holds the rows of both, so that nobody else claims one, and nobody is taken off the list, before the commit.

Whoever holds several holds them in this order, so no two wait for each other.
"""
_CLAIM: Final = (
    update(deliveries)
    .where(deliveries.c.id == bindparam("row"))
    .values(
        state=DeliveryState.CLAIMED,
        message_id=bindparam("name"),
        claimed_at=bindparam("now"),
        settled_at=None,
        way=bindparam("way"),
        tries=deliveries.c.tries + 1,
    )
)
_SETTLE: Final = (
    update(deliveries)
    .where(deliveries.c.id == bindparam("row"), deliveries.c.state == DeliveryState.CLAIMED)
    .values(
        state=bindparam("how"), answer=bindparam("said"), settled_at=bindparam("now"), not_before=bindparam("later")
    )
)
_LEAVE: Final = (
    update(deliveries)
    .where(
        deliveries.c.id == bindparam("row"),
        deliveries.c.state == DeliveryState.CLAIMED,
        deliveries.c.claimed_at == bindparam("at"),
    )
    .values(state=bindparam("how"), settled_at=bindparam("now"))
)


def is_on_its_way(now: datetime) -> ColumnElement[bool]:
    """Return whether a run that lives may be about to settle a delivery: it was claimed, and no run told its end.

    A claim is of ``now`` and not of a time to come. One that is as far ahead was made by a clock that was wrong.
    """
    is_open = (deliveries.c.state == DeliveryState.CLAIMED) & deliveries.c.settled_at.is_(None)
    return is_open & is_recent(deliveries.c.claimed_at, now)


def is_recent(claimed_at: ColumnElement[Any], now: datetime) -> ColumnElement[bool]:
    """Return whether who claimed something then may be at it still."""
    return (claimed_at > now - ON_ITS_WAY) & (claimed_at < now + ON_ITS_WAY)


def count_uncertain(connection: Connection, now: datetime) -> int:
    """Return how many deliveries were cut off, so that nobody knows whether they arrived."""
    cut_off = (deliveries.c.state == DeliveryState.CLAIMED) & ~is_on_its_way(now)
    return connection.scalar(select(func.count()).where(cut_off)) or 0


def deliveries_of(connection: Connection, edition: EditionId) -> tuple[Delivery, ...]:
    """Return the deliveries of one edition, in the order in which they were claimed."""
    return _deliveries(connection, deliveries.c.edition == edition)


def unfinished(connection: Connection) -> tuple[Delivery, ...]:
    """Return the deliveries of all editions that were begun and did not end in SENT.

    What waits for a reader who left does no more.
    """
    is_there = readers.c.state.in_((ReaderState.ACTIVE, ReaderState.PAUSED))
    waits = (deliveries.c.state != DeliveryState.LATER) | is_there
    told = deliveries.c.state.in_((DeliveryState.CLAIMED, DeliveryState.LATER, DeliveryState.REFUSED))
    return _deliveries(connection, told & waits)


def _deliveries(connection: Connection, which: ColumnElement[bool]) -> tuple[Delivery, ...]:
    query = select(deliveries, *reader_columns()).join(readers).order_by(deliveries.c.id)
    rows = connection.execute(query.where(which))
    return tuple(
        Delivery(
            edition=EditionId(row.edition),
            reader=reader_of(row, "reader_"),
            state=DeliveryState(row.state),
            message_id=row.message_id,
            answer=kept_text(row.answer),
        )
        for row in rows
    )


def counted(connection: Connection, edition: EditionId) -> dict[DeliveryState, int]:
    """Return how many deliveries of ``edition`` are in each state."""
    query = select(deliveries.c.state, func.count()).where(deliveries.c.edition == edition).group_by(deliveries.c.state)
    return {DeliveryState(state): many for state, many in connection.execute(query)}


def excluded(connection: Connection, edition: EditionId) -> dict[str, int]:
    """Return how many readers were excluded from ``edition``, by the reason."""
    of = (deliveries.c.edition == edition) & (deliveries.c.state == DeliveryState.EXCLUDED)
    query = select(deliveries.c.answer, func.count()).where(of).group_by(deliveries.c.answer)
    return {str(reason): many for reason, many in connection.execute(query)}


def count_as_sent(
    connection: Connection, edition: EditionId, topics: Sequence[str], at: datetime, now: datetime
) -> int:
    """Write down that ``edition``, of which nothing was known, was sent to all who would get it, ``at`` that time.

    Return how many they are.
    """
    freeze(connection, edition, topics, now)
    waiting = (deliveries.c.edition == edition) & (deliveries.c.state == DeliveryState.WAITING)
    done = {"state": DeliveryState.SENT, "answer": DECIDED, "claimed_at": at, "settled_at": now}
    many = connection.execute(update(deliveries).where(waiting).values(done)).rowcount
    stop(connection, edition, SendState.DONE)
    return many


def resolve_uncertain(connection: Connection, edition: EditionId, state: DeliveryState, now: datetime) -> int:
    """Give all deliveries of ``edition`` that were never settled the ``state`` that the author decided on.

    Raises ``UsageError`` where a run that has not ended may be about to settle one, by whatever clock.
    """
    on_its_way = select(deliveries.c.id).join(sends, sends.c.edition == deliveries.c.edition)
    on_its_way = on_its_way.where(
        deliveries.c.edition == edition,
        deliveries.c.state == DeliveryState.CLAIMED,
        deliveries.c.settled_at.is_(None),
        deliveries.c.claimed_at > now - ON_ITS_WAY,
        sends.c.state == SendState.RUNNING,
    )
    if connection.scalar(on_its_way.limit(1)) is not None:
        raise UsageError(
            f"{edition} may be on its way at this moment: end the send that runs (`byline send {edition} --pause`), or "
            "if none does, wait ten minutes, and settle what is uncertain then"
        )
    resolved = connection.execute(
        update(deliveries)
        .where(deliveries.c.edition == edition, deliveries.c.state == DeliveryState.CLAIMED)
        .values(state=state, answer=DECIDED, settled_at=now)
    )
    return resolved.rowcount

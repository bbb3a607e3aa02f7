"""Who is to get an edition and who is not, and why not, told by the store itself for a list of any length.

There is one place that decides it, so that what a rehearsal says is what a send does.
"""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Final

from sqlalchemy import ColumnElement, Connection, and_, case, or_, select

from pipeline.model import DeliveryState, EditionId, ReaderId, ReaderState
from pipeline.store.schema import deliveries, reader_topics, readers

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from sqlalchemy import BindParameter

A_MONTH: Final = timedelta(days=27)
"""One day less than four weeks: of a weekly letter the fourth comes again, even if it leaves some hours earlier."""
TO_BE_SENT: Final = ""
"""What is said of a reader who is to get an edition."""


def topic_key(topic: str) -> str:
    """Return what two spellings of one topic have in common."""
    return " ".join(topic.casefold().split())


def gets_letters(now: datetime | BindParameter[datetime]) -> ColumnElement[bool]:
    """Return whether letters go to a reader now, whatever they are about."""
    ends = readers.c.paused_until.is_not(None)  # one without an end is said to be none, and not unknown
    over = and_(readers.c.state == ReaderState.PAUSED, ends, readers.c.paused_until <= now)
    return or_(readers.c.state == ReaderState.ACTIVE, over)


def why_none(now: datetime) -> list[tuple[ColumnElement[bool], str]]:
    """Return for which reasons a reader gets no letter at all."""
    return [
        (readers.c.state == ReaderState.PENDING, "has not confirmed yet"),
        (readers.c.state == ReaderState.LEFT, "left the list"),
        (~gets_letters(now), "paused the letter"),
    ]


def why_not(edition: EditionId, topics: Sequence[str], now: datetime) -> ColumnElement[str]:
    """Return why a reader is not to get this edition; ``TO_BE_SENT`` where they are."""
    reasons = [
        *why_none(now),
        (and_(readers.c.monthly, _had_one(edition, now)), "wants one letter a month, and had it"),
    ]
    if topics:  # an edition that names none is about all
        reasons.append((_wants_others(topics), "chose other topics"))
    return case(*reasons, else_=TO_BE_SENT)


def left_out(connection: Connection, edition: EditionId, topics: Sequence[str], now: datetime) -> dict[ReaderId, str]:
    """Return which readers are not to get this edition, and why."""
    why = why_not(edition, topics, now).label("why")
    rows = connection.execute(select(readers.c.id, why).where(why != TO_BE_SENT))
    return {ReaderId(row.id): row.why for row in rows}


def _had_one(edition: EditionId, now: datetime) -> ColumnElement[bool]:
    """Return whether another edition went to a reader less than a month ago."""
    other = deliveries.alias()
    found = select(other.c.id).where(
        other.c.reader_id == readers.c.id,
        other.c.edition != edition,
        other.c.state.in_((DeliveryState.SENT, DeliveryState.CLAIMED)),
        other.c.claimed_at > now - A_MONTH,
        other.c.claimed_at <= now + A_MONTH,  # or a clock that was a year ahead would keep the next ones away
    )
    return found.correlate(readers).exists()


def _wants_others(topics: Sequence[str]) -> ColumnElement[bool]:
    """Return whether a reader chose topics, and none of these."""
    chosen = select(reader_topics.c.topic).where(reader_topics.c.reader_id == readers.c.id).correlate(readers)
    meeting = chosen.where(reader_topics.c.topic.in_([topic_key(topic) for topic in topics]))
    return and_(chosen.exists(), ~meeting.exists())

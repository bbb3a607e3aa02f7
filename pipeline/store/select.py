"""What the room ``select`` remembers: the entries of the last days, and the shortlist made of them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sqlalchemy import Connection, delete, func, insert, select, update

from pipeline.html import kept_html, kept_text, kept_url
from pipeline.model import Entry, EntryId, FeedId, RankedStory, Reason, Story, StoryId
from pipeline.store.schema import entries, shortlist

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from datetime import datetime

    from sqlalchemy import Row


def entries_since(connection: Connection, moment: datetime) -> tuple[Entry, ...]:
    """Return the entries dated after ``moment``, the first stored first."""
    rows = connection.execute(select(entries).where(entries.c.dated > moment).order_by(entries.c.id))
    return tuple(entry_of(row) for row in rows)


def first_pulls(connection: Connection) -> dict[FeedId, datetime]:
    """Return when the first entries of each feed came."""
    rows = connection.execute(select(entries.c.feed_id, func.min(entries.c.first_seen)).group_by(entries.c.feed_id))
    return {FeedId(feed): moment for feed, moment in rows}


def keep_shortlist(connection: Connection, ranked: Sequence[RankedStory], now: datetime) -> None:
    """Remember ``ranked``, best first, in place of the shortlist before."""
    connection.execute(delete(shortlist))
    reached = {entry.id for item in ranked for entry in item.story.entries}
    first = (entries.c.id.in_(reached)) & (entries.c.shortlisted_at.is_(None))
    connection.execute(update(entries).where(first).values(shortlisted_at=now))
    rows = [
        {
            "story_id": item.story.id,
            "rank": rank,
            "entry_ids": [entry.id for entry in item.story.entries],
            "reasons": [[reason.name, reason.points, reason.because] for reason in item.reasons],
            "topics": list(item.topics),
            "made_at": now,
        }
        for rank, item in enumerate(ranked, start=1)
    ]
    if rows:
        connection.execute(insert(shortlist), rows)


def kept_shortlist(connection: Connection) -> tuple[RankedStory, ...]:
    """Return the shortlist, best first."""
    rows = connection.execute(select(shortlist).order_by(shortlist.c.rank)).all()
    known = entries_by_id(connection, {number for row in rows for number in row.entry_ids})
    return tuple(
        RankedStory(
            story=Story(id=StoryId(row.story_id), entries=tuple(known[number] for number in row.entry_ids)),
            reasons=tuple(Reason(name=name, points=points, because=why) for name, points, why in row.reasons),
            topics=tuple(row.topics),
        )
        for row in rows
    )


def shortlist_made_at(connection: Connection) -> datetime | None:
    """Return when the shortlist was made, or None where there is none."""
    made_at: datetime | None = connection.scalar(select(func.max(shortlist.c.made_at)))
    return made_at


def entries_by_id(connection: Connection, ids: Iterable[int]) -> dict[int, Entry]:
    """Return entries by their ids."""
    rows = connection.execute(select(entries).where(entries.c.id.in_(list(ids))))
    return {row.id: entry_of(row) for row in rows}


def entry_of(row: Row[Any]) -> Entry:
    """Return a row of the table ``entries`` as the type it was stored from."""
    return Entry(
        id=EntryId(row.id),
        feed=FeedId(row.feed_id),
        uid=row.uid,
        title=kept_text(row.title),
        link=kept_url(row.link) if row.link else None,
        published=row.published,
        updated=row.updated,
        authors=tuple(kept_text(author) for author in row.authors),
        summary=kept_html(row.summary),
        content=kept_html(row.content),
        published_raw=kept_text(row.published_raw),
        source=kept_text(row.source),
        publisher=kept_text(row.publisher),
        first_seen=row.first_seen,
    )

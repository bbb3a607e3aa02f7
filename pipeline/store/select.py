"""What the room ``select`` remembers: the entries of the last days, and the shortlist made of them."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Any

from sqlalchemy import Connection, delete, func, insert, select, text, update

from pipeline.html import kept_html, kept_text, kept_url
from pipeline.model import (
    Choice,
    Decided,
    Decision,
    Entry,
    EntryId,
    FeedId,
    RankedStory,
    Reason,
    Story,
    StoryId,
    Written,
    last_words,
)
from pipeline.store.schema import bonds, choices, entries, feeds, find_in, refusals, shortlist, some_at_once, upsert

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence
    from datetime import datetime

    from sqlalchemy import Row

    from pipeline.model import PlainText


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
    if connection.dialect.name == "postgresql":  # of two that are made at once, the later stays
        connection.execute(text("LOCK TABLE shortlist IN SHARE ROW EXCLUSIVE MODE"))
    connection.execute(delete(shortlist))
    first = update(entries).where(entries.c.shortlisted_at.is_(None)).values(shortlisted_at=now)
    for some in some_at_once([entry.id for item in ranked for entry in item.story.entries]):
        connection.execute(first.where(entries.c.id.in_(some)))
    rows = [
        {
            "story_id": item.story.id,
            "rank": rank,
            "entry_ids": [entry.id for entry in item.story.entries],
            "reasons": [[reason.name, reason.points, reason.because] for reason in item.reasons],
            "topics": list(item.topics),
            "made_at": now,
            "written": [item.written.title, item.written.date.isoformat()] if item.written else None,
        }
        for rank, item in enumerate(ranked, start=1)
    ]
    if rows:
        connection.execute(insert(shortlist), rows)


def kept_shortlist(connection: Connection) -> tuple[RankedStory, ...]:
    """Return the shortlist, best first."""
    rows = connection.execute(select(shortlist).order_by(shortlist.c.rank)).all()
    known = entries_by_id(connection, {number for row in rows for number in row.entry_ids})
    word = last_words(decisions(connection))
    return tuple(_ranked(row, known, word) for row in rows)


def _ranked(
    row: Row[Any], known: Mapping[int, Entry], word: Callable[[Story, Written | None], Choice | None]
) -> RankedStory:
    story = Story(id=StoryId(row.story_id), entries=tuple(known[number] for number in row.entry_ids))
    written = _written(row.written)
    return RankedStory(
        story=story,
        reasons=tuple(Reason(name=name, points=points, because=why) for name, points, why in row.reasons),
        topics=tuple(row.topics),
        written=written,
        choice=word(story, written),
    )


def _written(stored: Sequence[str] | None) -> Written | None:
    return Written(title=kept_text(stored[0]), date=date.fromisoformat(stored[1])) if stored else None


def shortlist_made_at(connection: Connection) -> datetime | None:
    """Return when the shortlist was made, or None where there is none."""
    made_at: datetime | None = connection.scalar(select(func.max(shortlist.c.made_at)))
    return made_at


# -- what the author chose


def keep_choice(connection: Connection, choice: Choice, items: Sequence[RankedStory], now: datetime) -> None:
    """Remember what the author chose about stories."""
    rows = [
        {
            "choice": choice,
            "entry_ids": [entry.id for entry in item.story.entries],
            "topics": list(item.topics),
            "at": now,
        }
        for item in items
    ]
    if rows:
        connection.execute(insert(choices), rows)


def take_back_choice(connection: Connection, item: RankedStory) -> None:
    """Forget the latest choice about a story, as far as it is about its entries; what was chosen before counts again.

    The story may have grown since, or been joined or parted: of other entries, the choice stands.
    """
    inside = {entry.id for entry in item.story.entries}
    rows = connection.execute(select(choices.c.id, choices.c.entry_ids).order_by(choices.c.id.desc()))
    latest = next((row for row in rows if not inside.isdisjoint(row.entry_ids)), None)
    if latest is None:
        return
    others = [number for number in latest.entry_ids if number not in inside]
    mine = choices.c.id == latest.id
    connection.execute(update(choices).where(mine).values(entry_ids=others) if others else delete(choices).where(mine))


def decisions(connection: Connection) -> tuple[Decision, ...]:
    """Return what the author chose, the latest last."""
    rows = connection.execute(select(choices).order_by(choices.c.id))
    return tuple(
        Decision(choice=Choice(row.choice), entries=tuple(map(EntryId, row.entry_ids)), at=row.at) for row in rows
    )


def decided(connection: Connection, since: datetime) -> tuple[Decided, ...]:
    """Return the stories that were picked or skipped after ``since``, each by the last word on it."""
    rows = connection.execute(select(choices).where(choices.c.at > since).order_by(choices.c.id.desc())).all()
    known = entries_by_id(connection, {number for row in rows for number in row.entry_ids})
    seen: set[int] = set()
    found = []
    for row in rows:
        told = [known[number] for number in row.entry_ids if number in known]
        if told and seen.isdisjoint(row.entry_ids) and row.choice != Choice.LATER:
            story = Story(id=StoryId(told[0].id), entries=tuple(told))
            found.append(Decided(story=story, topics=tuple(row.topics), picked=row.choice == Choice.PICK))
        seen.update(row.entry_ids)
    return tuple(found)


def keep_bonds(connection: Connection, pairs: Iterable[tuple[int, int]], now: datetime, *, together: bool) -> None:
    """Remember that pairs of entries tell one story, or not, whatever was said of them before."""
    rows = [{"one": min(pair), "two": max(pair), "together": together, "at": now} for pair in pairs]
    if rows:
        connection.execute(upsert(connection, bonds, lambda new: {"together": new.together, "at": new.at}), rows)


def bonds_kept(connection: Connection, *, together: bool) -> frozenset[tuple[EntryId, EntryId]]:
    """Return the pairs of entries that the author joined, or parted."""
    rows = connection.execute(select(bonds.c.one, bonds.c.two).where(bonds.c.together.is_(together)))
    return frozenset((EntryId(one), EntryId(two)) for one, two in rows)


def keep_refusal(connection: Connection, mark: str, now: datetime, *, refused: bool) -> None:
    """Remember that the author refuses what was learned under ``mark``, or that they take it after all."""
    connection.execute(delete(refusals).where(refusals.c.mark == mark))
    if refused:
        connection.execute(insert(refusals).values(mark=mark, at=now))


def refused_marks(connection: Connection) -> frozenset[str]:
    """Return the marks of the lessons that the author refused."""
    return frozenset(connection.scalars(select(refusals.c.mark)))


def feed_titles(connection: Connection) -> dict[FeedId, PlainText]:
    """Return what each feed calls itself."""
    return {FeedId(row.id): kept_text(row.title) for row in connection.execute(select(feeds.c.id, feeds.c.title))}


def feed_ids(connection: Connection, urls: Iterable[str]) -> dict[str, FeedId]:
    """Return the ids of those of the feeds at ``urls`` that are known."""
    rows = find_in(connection, select(feeds.c.id, feeds.c.url), feeds.c.url, list(urls))
    return {url: FeedId(number) for number, url in rows}


# -- entries


def entries_by_id(connection: Connection, ids: Iterable[int]) -> dict[int, Entry]:
    """Return entries by their ids."""
    return {row.id: entry_of(row) for row in find_in(connection, select(entries), entries.c.id, list(ids))}


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

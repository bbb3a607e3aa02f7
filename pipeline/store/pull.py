"""What the room ``pull`` remembers: feeds with their validators, and entries."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sqlalchemy import Connection, bindparam, func, select, update

from pipeline.html import kept_text, kept_url
from pipeline.model import Feed, FeedId, FeedState
from pipeline.store.schema import entries, feeds, insert_new

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from datetime import datetime

    from sqlalchemy import Row

    from pipeline.model import FeedOutcome, ParsedEntry, PlainText


def known_feeds(connection: Connection, urls: Sequence[str]) -> dict[str, Feed]:
    """Return what is remembered of the feeds at ``urls``, by URL; one never seen before is written down."""
    found = {row.url: row for row in connection.execute(select(feeds).where(feeds.c.url.in_(urls)))}
    missing = [url for url in dict.fromkeys(urls) if url not in found]
    if missing:
        connection.execute(
            insert_new(connection, feeds), [{"url": url, "title": "", "failures": 0, "repairs": []} for url in missing]
        )
        return known_feeds(connection, urls)
    return {url: _feed(row) for url, row in found.items()}


def keep_outcome(connection: Connection, outcome: FeedOutcome, now: datetime) -> None:
    """Remember how a feed fared: what to send next time, and what to tell the author."""
    feed = outcome.feed
    values: dict[str, Any] = {"checked_at": now}
    if outcome.state is FeedState.FAILED:
        values |= {"error": outcome.cause, "failures": feeds.c.failures + 1}
    else:
        values |= {"error": None, "failures": 0, "read_at": now, "moved_to": outcome.moved_to}
        values |= {"etag": feed.etag, "last_modified": feed.last_modified, "body_hash": feed.body_hash}
        values |= {"title": feed.own_title}
    if outcome.state is FeedState.READ:
        values |= {"repairs": list(outcome.repairs)}
    connection.execute(update(feeds).where(feeds.c.id == feed.id).values(values))


def keep_entries(
    connection: Connection, feed: FeedId, parsed: Iterable[ParsedEntry], publisher: PlainText, now: datetime
) -> tuple[int, int]:
    """Store entries that are new, and bring changed ones up to date. Return how many of each."""
    offered = {entry.uid: _values(entry) for entry in parsed}
    if not offered:
        return 0, 0
    of_these = (entries.c.feed_id == feed) & entries.c.uid.in_(list(offered))
    known = {row.uid: row for row in connection.execute(select(entries).where(of_these))}
    new = [values | {"uid": uid} for uid, values in offered.items() if uid not in known]
    changed = [
        values | {"uid_": uid} for uid, values in offered.items() if uid in known and _differs(known[uid], values)
    ]
    if new:
        always = {"feed_id": feed, "publisher": publisher, "first_seen": now}
        rows = [values | always | {"dated": _dated(values, now)} for values in new]
        connection.execute(insert_new(connection, entries), rows)
    if changed:
        rows = [values | {"dated": _dated(values, known[values["uid_"]].first_seen)} for values in changed]
        place = (entries.c.feed_id == feed) & (entries.c.uid == bindparam("uid_"))
        connection.execute(update(entries).where(place), rows)
    return len(new), len(changed)


def feed_rows(connection: Connection) -> Sequence[Row[Any]]:
    """Return all remembered feeds with the number of their entries and the newest, for reports."""
    counted = select(entries.c.feed_id, func.count().label("entries"), func.max(entries.c.dated).label("newest"))
    counted_by_feed = counted.group_by(entries.c.feed_id).subquery()
    return connection.execute(
        select(feeds, counted_by_feed.c.entries, counted_by_feed.c.newest).outerjoin(
            counted_by_feed, counted_by_feed.c.feed_id == feeds.c.id
        )
    ).all()


def _values(entry: ParsedEntry) -> dict[str, Any]:
    return {
        "title": entry.title,
        "link": entry.link,
        "published": entry.published,
        "updated": entry.updated,
        "authors": list(entry.authors),
        "summary": entry.summary,
        "content": entry.content,
    }


def _differs(row: Row[Any], values: Mapping[str, Any]) -> bool:
    return any(row._mapping[name] != value for name, value in values.items())  # noqa: SLF001  (its public name)


def _dated(values: Mapping[str, Any], first_seen: datetime) -> datetime:
    dated: datetime = min(values["published"] or first_seen, first_seen)
    return dated


def _feed(row: Row[Any]) -> Feed:
    return Feed(
        id=FeedId(row.id),
        url=row.url,
        title=kept_text(row.title),
        own_title=kept_text(row.title),
        etag=row.etag,
        last_modified=row.last_modified,
        body_hash=row.body_hash,
        checked_at=row.checked_at,
        read_at=row.read_at,
        failures=row.failures,
        error=row.error,
        moved_to=kept_url(row.moved_to) if row.moved_to else None,
        repairs=tuple(row.repairs),
    )

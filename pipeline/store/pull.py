"""What the room ``pull`` remembers: feeds with all that makes a good guest, and entries with their keys."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any, Final

from sqlalchemy import Connection, bindparam, func, insert, select, update

from pipeline.html import kept_text, kept_url
from pipeline.model import (
    Change,
    ChangeKind,
    Due,
    Feed,
    FeedId,
    FeedReport,
    FeedState,
    Move,
    Naming,
    Rhythm,
    Snapshot,
)
from pipeline.store.schema import (
    entries,
    feed_changes,
    feeds,
    find_in,
    hosts,
    insert_new,
    snapshots,
    upsert,
)

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime

    from sqlalchemy import Row

    from pipeline.model import FeedOutcome, SafeUrl

RECENTLY: Final = timedelta(days=56)
"""What came in so long tells how a feed is now."""


# -- feeds


def known_feeds(connection: Connection, urls: Sequence[str]) -> dict[str, Feed]:
    """Return what is remembered of the feeds at ``urls``, by URL; one never seen before is written down."""
    found = {row.url: row for row in find_in(connection, select(feeds), feeds.c.url, urls)}
    missing = [url for url in dict.fromkeys(urls) if url not in found]
    if missing:
        connection.execute(
            insert_new(connection, feeds), [{"url": url, "title": "", "failures": 0, "repairs": []} for url in missing]
        )
        return known_feeds(connection, urls)
    return {url: feed_of(row) for url, row in found.items()}


def held_feed(connection: Connection, feed: FeedId) -> Feed:
    """Return what is remembered of ``feed``, which nobody else changes before this transaction ends."""
    return feed_of(connection.execute(select(feeds).where(feeds.c.id == feed).with_for_update()).one())


def waits(connection: Connection, now: datetime) -> dict[str, Due]:
    """Return the hosts that want to be left alone after ``now``, each with until when and why."""
    rows = connection.execute(select(hosts).where(hosts.c.wait_until > now))
    return {row.host: Due(at=row.wait_until, because=row.because) for row in rows}


def keep_outcomes(connection: Connection, outcomes: Sequence[FeedOutcome], now: datetime) -> None:
    """Remember how feeds fared: what to send next time and when, and what to tell the author."""
    asked = [outcome for outcome in outcomes if outcome.state not in {FeedState.WAITING, FeedState.RESTING}]
    if asked:
        this = update(feeds).where(feeds.c.id == bindparam("id_"))
        connection.execute(this, [{"id_": outcome.feed.id} | _remembered(outcome.feed) for outcome in asked])
    changed = [
        {"feed_id": outcome.feed.id, "at": now, "kind": change.kind, "before": change.before, "after": change.after}
        for outcome in asked
        for change in outcome.changes
    ]
    if changed:
        connection.execute(insert(feed_changes), changed)


def keep_waits(connection: Connection, waits: Mapping[str, Due]) -> None:
    """Remember until when hosts want to be left alone."""
    latest = upsert(connection, hosts, lambda new: {"wait_until": new.wait_until, "because": new.because})
    rows = [{"host": host, "wait_until": wait.at, "because": wait.because} for host, wait in waits.items()]
    connection.execute(latest, rows)


def keep_feed(connection: Connection, feed: Feed) -> None:
    """Remember ``feed`` as it is."""
    connection.execute(update(feeds).where(feeds.c.id == feed.id).values(_remembered(feed)))


def _remembered(feed: Feed) -> dict[str, Any]:
    rhythm, move = feed.rhythm, feed.move
    every = rhythm.every.total_seconds() if rhythm.every else None
    return {
        "title": feed.own_title,
        "site": feed.site,
        "location": feed.location,
        "stays": feed.stays,
        "move_to": move.to if move else None,
        "move_since": move.since if move else None,
        "move_last": move.last if move else None,
        "move_times": move.times if move else 0,
        "paused": feed.paused,
        "answered_at": feed.answered_at,
        "etag": feed.etag,
        "last_modified": feed.last_modified,
        "body_hash": feed.body_hash,
        "whole_at": feed.whole_at,
        "broken": feed.broken,
        "rhythm": {"every": every, "skip_hours": rhythm.skip_hours, "skip_days": rhythm.skip_days},
        "gap_seconds": round(feed.gap.total_seconds()) if feed.gap else None,
        "naming": feed.naming,
        "keeps_naming": feed.keeps_naming,
        "checked_at": feed.checked_at,
        "read_at": feed.read_at,
        "failures": feed.failures,
        "error": feed.error,
        "repairs": list(feed.repairs),
        "due_at": feed.due.at if feed.due else None,
        "due_because": feed.due.because if feed.due else "",
    }


def feed_of(row: Row[Any]) -> Feed:
    """Return a row of the table ``feeds`` as the type it was stored from."""
    rhythm = row.rhythm or {"every": None, "skip_hours": (), "skip_days": ()}
    move = (
        Move(to=kept_url(row.move_to), since=row.move_since, last=row.move_last, times=row.move_times)
        if row.move_to
        else None
    )
    return Feed(
        id=FeedId(row.id),
        url=row.url,
        title=kept_text(row.title),
        own_title=kept_text(row.title),
        site=_url(row.site),
        location=_url(row.location),
        stays=_url(row.stays),
        move=move,
        paused=row.paused,
        answered_at=row.answered_at,
        etag=row.etag,
        last_modified=row.last_modified,
        body_hash=row.body_hash,
        whole_at=row.whole_at,
        broken=row.broken,
        rhythm=Rhythm(
            every=timedelta(seconds=rhythm["every"]) if rhythm["every"] else None,
            skip_hours=tuple(rhythm["skip_hours"]),
            skip_days=tuple(rhythm["skip_days"]),
        ),
        gap=timedelta(seconds=row.gap_seconds) if row.gap_seconds else None,
        naming=Naming(row.naming),
        keeps_naming=row.keeps_naming,
        checked_at=row.checked_at,
        read_at=row.read_at,
        failures=row.failures,
        error=row.error,
        repairs=tuple(row.repairs),
        due=Due(at=row.due_at, because=row.due_because) if row.due_at else None,
    )


def _url(stored: str | None) -> SafeUrl | None:
    return kept_url(stored) if stored else None


# -- articles


def keep_snapshot(connection: Connection, snapshot: Snapshot) -> None:
    """Store the text of an article; one that is kept already is dated anew."""
    values = {name: getattr(snapshot, name) for name in ("url", "final_url", "title", "text", "digest", "taken_at")}
    mine = (snapshots.c.url == snapshot.url) & (snapshots.c.digest == snapshot.digest)
    again = connection.execute(update(snapshots).where(mine).values(taken_at=snapshot.taken_at))
    if again.rowcount == 0:
        connection.execute(insert_new(connection, snapshots).values(values))


def snapshots_since(connection: Connection, links: Sequence[SafeUrl], moment: datetime) -> dict[SafeUrl, Snapshot]:
    """Return the newest text of each of ``links`` that was taken after ``moment``."""
    later = select(snapshots).where(snapshots.c.taken_at > moment).order_by(snapshots.c.taken_at)
    rows = find_in(connection, later, snapshots.c.url, links)
    return {kept_url(row.url): snapshot_of(row) for row in rows}


def snapshot_of(row: Row[Any]) -> Snapshot:
    """Return a row of the table ``snapshots`` as the type it was stored from."""
    return Snapshot(
        url=kept_url(row.url),
        final_url=kept_url(row.final_url),
        title=kept_text(row.title),
        text=row.text,
        taken_at=row.taken_at,
        digest=row.digest,
    )


# -- reports


def feed_reports(connection: Connection, now: datetime) -> dict[str, FeedReport]:
    """Return all remembered feeds by URL, with what came of each, of late and in all."""
    since = now - RECENTLY
    recent = entries.c.first_seen > since
    counted = (
        select(
            entries.c.feed_id,
            func.count().label("entries"),
            func.max(entries.c.dated).label("newest"),
            func.min(entries.c.first_seen).label("since"),
            func.count().filter(entries.c.dated > since).label("recent"),
            func.min(entries.c.dated).filter(entries.c.dated > since).label("recent_from"),
            func.count(entries.c.shortlisted_at).filter(recent).label("shortlisted"),
            func.count().filter(recent).label("offered"),
        )
        .group_by(entries.c.feed_id)
        .subquery()
    )
    rows = connection.execute(select(feeds, counted).outerjoin(counted, counted.c.feed_id == feeds.c.id))
    changes = last_changes(connection)
    return {
        row.url: FeedReport(
            feed=feed_of(row),
            entries=row.entries or 0,
            newest=row.newest,
            since=row.since,
            recent=row.recent or 0,
            recent_from=row.recent_from,
            offered=row.offered or 0,
            shortlisted=row.shortlisted or 0,
            change=changes.get(FeedId(row.id)),
        )
        for row in rows
    }


def last_changes(connection: Connection) -> dict[FeedId, Change]:
    """Return what was last changed about feeds, and not undone since."""
    stands = select(feed_changes).where(feed_changes.c.undone_at.is_(None)).order_by(feed_changes.c.id)
    return {FeedId(row.feed_id): _change(row) for row in connection.execute(stands)}


def undo_last_change(connection: Connection, feed: FeedId, now: datetime) -> Change | None:
    """Write down that the last change about ``feed`` is undone, and return it, or None where there is none."""
    mine = select(feed_changes).where(feed_changes.c.feed_id == feed, feed_changes.c.undone_at.is_(None))
    row = connection.execute(mine.order_by(feed_changes.c.id.desc()).limit(1)).first()
    if row is None:
        return None
    connection.execute(update(feed_changes).where(feed_changes.c.id == row.id).values(undone_at=now))
    return _change(row)


def _change(row: Row[Any]) -> Change:
    return Change(kind=ChangeKind(row.kind), before=row.before, after=row.after)

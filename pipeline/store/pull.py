"""What the room ``pull`` remembers: feeds with all that makes a good guest, and entries with their keys."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any, Final

from sqlalchemy import Connection, bindparam, func, insert, or_, select, update

from pipeline.html import kept_text, kept_url
from pipeline.model import (
    Change,
    ChangeKind,
    Due,
    EntryId,
    Feed,
    FeedId,
    FeedReport,
    FeedState,
    Key,
    Known,
    Move,
    Naming,
    Rhythm,
    Snapshot,
)
from pipeline.store.schema import (
    entries,
    entry_keys,
    entry_titles,
    feed_changes,
    feeds,
    hosts,
    insert_new,
    snapshots,
    upsert,
)

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence
    from datetime import datetime

    from sqlalchemy import Row

    from pipeline.model import FeedOutcome, Keyed, ParsedEntry, Recognised, SafeUrl

RECENTLY: Final = timedelta(days=56)
"""What came in so long tells how a feed is now."""


# -- feeds


def known_feeds(connection: Connection, urls: Sequence[str]) -> dict[str, Feed]:
    """Return what is remembered of the feeds at ``urls``, by URL; one never seen before is written down."""
    found = {row.url: row for row in connection.execute(select(feeds).where(feeds.c.url.in_(urls)))}
    missing = [url for url in dict.fromkeys(urls) if url not in found]
    if missing:
        connection.execute(
            insert_new(connection, feeds), [{"url": url, "title": "", "failures": 0, "repairs": []} for url in missing]
        )
        return known_feeds(connection, urls)
    return {url: feed_of(row) for url, row in found.items()}


def waits(connection: Connection, now: datetime) -> dict[str, Due]:
    """Return the hosts that want to be left alone after ``now``, each with until when and why."""
    rows = connection.execute(select(hosts).where(hosts.c.wait_until > now))
    return {row.host: Due(at=row.wait_until, because=row.because) for row in rows}


def keep_outcomes(connection: Connection, outcomes: Sequence[FeedOutcome], now: datetime) -> None:
    """Remember how feeds fared: what to send next time and when, and what to tell the author."""
    asked = [outcome for outcome in outcomes if outcome.state is not FeedState.WAITING]
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
    busy = [
        {"host": outcome.feed.host, "wait_until": outcome.wait.at, "because": outcome.wait.because}
        for outcome in asked
        if outcome.wait is not None
    ]
    if busy:
        latest = upsert(connection, hosts, lambda new: {"wait_until": new.wait_until, "because": new.because})
        connection.execute(latest, busy)


def keep_feed(connection: Connection, feed: Feed) -> None:
    """Remember ``feed`` as it is."""
    connection.execute(update(feeds).where(feeds.c.id == feed.id).values(_remembered(feed)))


def _remembered(feed: Feed) -> dict[str, Any]:
    rhythm, move = feed.rhythm, feed.move
    every = rhythm.every.total_seconds() if rhythm.every else None
    same = "etag last_modified body_hash whole_at broken site location stays paused checked_at read_at failures error"
    same += " keeps_naming"
    return {name: getattr(feed, name) for name in same.split()} | {
        "title": feed.own_title,
        "repairs": list(feed.repairs),
        "rhythm": {"every": every, "skip_hours": rhythm.skip_hours, "skip_days": rhythm.skip_days},
        "gap_seconds": round(feed.gap.total_seconds()) if feed.gap else None,
        "naming": feed.naming,
        "move_to": move.to if move else None,
        "move_since": move.since if move else None,
        "move_last": move.last if move else None,
        "move_times": move.times if move else 0,
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


# -- entries


def hold(connection: Connection, feed: FeedId) -> bool:
    """Let nobody else write down entries of ``feed`` before this transaction ends. Return whether it has any."""
    has_any = select(entry_keys.c.key).where(entry_keys.c.feed_id == feed).exists()
    held = select(feeds.c.id, has_any.label("known")).where(feeds.c.id == feed).with_for_update()
    return bool(connection.execute(held).one().known)


def entries_by_key(connection: Connection, feed: FeedId, keys: Sequence[Key]) -> dict[Key, Known]:
    """Return the entries of ``feed`` by those of ``keys`` that only one of them has."""
    columns = (entry_keys.c.key, entries.c.id, entries.c.title, entries.c.link, entries.c.published)
    found = (
        select(*columns)
        .join(entries, entries.c.id == entry_keys.c.entry_id)
        .where(entry_keys.c.feed_id == feed, entry_keys.c.key.in_(keys), entry_keys.c.shared.is_(False))
    )
    return {
        Key(key): Known(id=EntryId(number), title=kept_text(title), link=_url(link), published=published)
        for key, number, title, link, published in connection.execute(found)
    }


def keep_entries(
    connection: Connection, feed: Feed, told: Recognised, known: Mapping[Key, Known], now: datetime
) -> tuple[int, int]:
    """Store entries that are new, and bring changed ones up to date. Return how many of each."""
    keys = list(_add(connection, feed, told.new, now))
    mine = select(entries).where(entries.c.id.in_(list(told.known)))
    rows = {row.id: row for row in connection.execute(mine)} if told.known else {}
    changed = []
    for number, item in told.known.items():
        keys += [(number, key) for key in item.keys if key not in known]
        if _differs(rows[number], values := _values(item.entry)):
            dated = min(rows[number].dated, _dated(values, rows[number].first_seen))
            changed.append(values | {"id_": number, "dated": dated})
    _keep_titles(connection, rows, changed, now)
    if changed:
        connection.execute(update(entries).where(entries.c.id == bindparam("id_")), changed)
    _keep_keys(connection, feed.id, keys)
    return len(told.new), len(changed)


def _add(connection: Connection, feed: Feed, new: Sequence[Keyed], now: datetime) -> Iterator[tuple[EntryId, Key]]:
    """Store new entries, and yield each of their keys with the id that the entry is kept under."""
    if not new:
        return
    values = [_values(item.entry) | {"uid": item.entry.uid, "feed_id": feed.id, "first_seen": now} for item in new]
    rows = [
        row | {"publisher": item.entry.source or feed.title, "dated": _dated(row, now)}
        for row, item in zip(values, new, strict=True)
    ]
    connection.execute(insert(entries), rows)
    # All rows at once and then their ids is many times as fast as rows that return theirs, one after the other.
    mine = (entries.c.feed_id == feed.id) & entries.c.uid.in_([item.entry.uid for item in new])
    newest = select(entries.c.uid, func.max(entries.c.id)).where(mine).group_by(entries.c.uid)
    ids = {uid: EntryId(number) for uid, number in connection.execute(newest)}
    for item in new:
        yield from ((ids[item.entry.uid], key) for key in item.keys)


def _keep_keys(connection: Connection, feed: FeedId, keys: Sequence[tuple[EntryId, Key]]) -> None:
    """Store keys of entries; one that two entries have is shared from then on, and tells nothing."""
    if keys:
        kept = entry_keys.c
        once = upsert(connection, entry_keys, lambda new: {"shared": or_(kept.shared, kept.entry_id != new.entry_id)})
        rows = [{"feed_id": feed, "key": key, "entry_id": number, "shared": False} for number, key in keys]
        connection.execute(once, rows)


def _keep_titles(
    connection: Connection, rows: Mapping[int, Row[Any]], changed: Iterable[Mapping[str, Any]], now: datetime
) -> None:
    """Keep the titles that entries had before they changed."""
    old = [
        {"entry_id": values["id_"], "title": rows[values["id_"]].title, "until": now}
        for values in changed
        if rows[values["id_"]].title not in {"", values["title"]}
    ]
    if old:
        connection.execute(insert(entry_titles), old)


def _values(entry: ParsedEntry) -> dict[str, Any]:
    return {
        "title": entry.title,
        "link": entry.link,
        "published": entry.published,
        "published_raw": entry.published_raw,
        "updated": entry.updated,
        "authors": list(entry.authors),
        "source": entry.source,
        "summary": entry.summary,
        "content": entry.content,
    }


def _differs(row: Row[Any], values: Mapping[str, Any]) -> bool:
    return any(row._mapping[name] != value for name, value in values.items())  # noqa: SLF001  (its public name)


def _dated(values: Mapping[str, Any], first_seen: datetime) -> datetime:
    dated: datetime = min(values["published"] or first_seen, first_seen)
    return dated


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
    mine = select(snapshots).where(snapshots.c.url.in_(links), snapshots.c.taken_at > moment)
    rows = connection.execute(mine.order_by(snapshots.c.taken_at))
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

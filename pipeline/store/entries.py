"""Entries, with the keys by which they are known again and the titles that they had."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sqlalchemy import Connection, bindparam, func, insert, or_, select, update

from pipeline.html import kept_text, kept_url
from pipeline.model import EntryId, FeedId, Key, Known
from pipeline.store.schema import entries, entry_keys, entry_titles, feeds, find_in, upsert

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence
    from datetime import datetime

    from sqlalchemy import Row

    from pipeline.model import Feed, Keyed, ParsedEntry, Recognised


def hold(connection: Connection, feed: FeedId) -> bool:
    """Let nobody else write down entries of ``feed`` before this transaction ends. Return whether it has any."""
    has_any = select(entry_keys.c.key).where(entry_keys.c.feed_id == feed).exists()
    held = select(feeds.c.id, has_any.label("known")).where(feeds.c.id == feed).with_for_update()
    return bool(connection.execute(held).one().known)


def entries_by_key(connection: Connection, feed: FeedId, keys: Sequence[Key]) -> dict[Key, Known]:
    """Return the entries of ``feed`` by those of ``keys`` that only one of them has."""
    columns = (entry_keys.c.key, entries.c.id, entries.c.title, entries.c.link, entries.c.published)
    told = (
        select(*columns)
        .join(entries, entries.c.id == entry_keys.c.entry_id)
        .where(entry_keys.c.feed_id == feed, entry_keys.c.shared.is_(False))
    )
    return {
        Key(key): Known(
            id=EntryId(number), title=kept_text(title), link=kept_url(link) if link else None, published=published
        )
        for key, number, title, link, published in find_in(connection, told, entry_keys.c.key, keys)
    }


def keep_entries(
    connection: Connection, feed: Feed, told: Recognised, known: Mapping[Key, Known], now: datetime
) -> tuple[int, int]:
    """Store entries that are new, and bring changed ones up to date. Return how many of each."""
    keys = list(_add(connection, feed, told.new, now))
    rows = {row.id: row for row in find_in(connection, select(entries), entries.c.id, list(told.known))}
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
    newest = select(entries.c.uid, func.max(entries.c.id)).where(entries.c.feed_id == feed.id).group_by(entries.c.uid)
    uids = [item.entry.uid for item in new]
    ids = {uid: EntryId(number) for uid, number in find_in(connection, newest, entries.c.uid, uids)}
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

"""What the room ``write`` asks for: what is stored of a source, by its link, and what a model has proposed."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sqlalchemy import Connection, insert, select

from pipeline.html import kept_text
from pipeline.model import Assisted, Suggestion, Wish
from pipeline.store.pull import snapshot_of
from pipeline.store.schema import entries, find_in, snapshots, suggestions
from pipeline.store.select import entry_of

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime

    from sqlalchemy import Row

    from pipeline.model import Entry, SafeUrl, Snapshot


def entries_by_link(connection: Connection, links: Iterable[SafeUrl]) -> dict[SafeUrl, tuple[Entry, ...]]:
    """Return for each of ``links`` the entries that have it, the first stored first."""
    wanted = list(links)
    found: dict[SafeUrl, tuple[Entry, ...]] = dict.fromkeys(wanted, ())
    for row in find_in(connection, select(entries).order_by(entries.c.id), entries.c.link, wanted):
        entry = entry_of(row)
        assert entry.link is not None
        found[entry.link] = (*found[entry.link], entry)
    return found


def snapshots_by_link(connection: Connection, links: Iterable[SafeUrl]) -> dict[SafeUrl, tuple[Snapshot, ...]]:
    """Return for each of ``links`` the texts of its article, the newest first."""
    wanted = list(links)
    found: dict[SafeUrl, tuple[Snapshot, ...]] = dict.fromkeys(wanted, ())
    newest_first = select(snapshots).order_by(snapshots.c.taken_at.desc())
    for snapshot in map(snapshot_of, find_in(connection, newest_first, snapshots.c.url, wanted)):
        found[snapshot.url] = (*found[snapshot.url], snapshot)
    return found


def keep_suggestion(connection: Connection, post: str, words: Assisted, place: str, now: datetime) -> Suggestion:
    """Remember that ``words`` were proposed for ``post``, and return them with an id."""
    values = {"post": post, "wish": words.what, "place": place, "text": words.text, "model": words.by, "at": now}
    made = connection.execute(insert(suggestions).values(values))
    assert made.inserted_primary_key is not None
    return Suggestion(id=made.inserted_primary_key[0], post=post, words=words, place=place)


def suggestions_made(connection: Connection) -> tuple[Suggestion, ...]:
    """Return all that was ever proposed, the latest last."""
    return tuple(map(_suggestion_of, connection.execute(select(suggestions).order_by(suggestions.c.id))))


def suggestion(connection: Connection, number: int) -> Suggestion | None:
    """Return what was proposed by this id."""
    row = connection.execute(select(suggestions).where(suggestions.c.id == number)).first()
    return _suggestion_of(row) if row else None


def _suggestion_of(row: Row[*tuple[Any, ...]]) -> Suggestion:
    words = Assisted(what=Wish(row.wish), by=kept_text(row.model), text=kept_text(row.text))
    return Suggestion(id=row.id, post=row.post, words=words, place=row.place)

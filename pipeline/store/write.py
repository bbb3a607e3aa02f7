"""What the room ``write`` asks for: what is stored of a source, by its link."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import Connection, select

from pipeline.store.pull import snapshot_of
from pipeline.store.schema import entries, snapshots
from pipeline.store.select import entry_of

if TYPE_CHECKING:
    from collections.abc import Iterable

    from pipeline.model import Entry, SafeUrl, Snapshot


def entries_by_link(connection: Connection, links: Iterable[SafeUrl]) -> dict[SafeUrl, tuple[Entry, ...]]:
    """Return for each of ``links`` the entries that have it, the first stored first."""
    wanted = list(links)
    found: dict[SafeUrl, tuple[Entry, ...]] = dict.fromkeys(wanted, ())
    for row in connection.execute(select(entries).where(entries.c.link.in_(wanted)).order_by(entries.c.id)):
        entry = entry_of(row)
        assert entry.link is not None
        found[entry.link] = (*found[entry.link], entry)
    return found


def snapshots_by_link(connection: Connection, links: Iterable[SafeUrl]) -> dict[SafeUrl, tuple[Snapshot, ...]]:
    """Return for each of ``links`` the texts of its article, the newest first."""
    wanted = list(links)
    found: dict[SafeUrl, tuple[Snapshot, ...]] = dict.fromkeys(wanted, ())
    mine = select(snapshots).where(snapshots.c.url.in_(wanted)).order_by(snapshots.c.taken_at.desc())
    for snapshot in map(snapshot_of, connection.execute(mine)):
        found[snapshot.url] = (*found[snapshot.url], snapshot)
    return found

"""What was posted elsewhere of a post: claimed before it leaves, settled when its address is known.

A claim without an address is uncertain: it may be there. Nobody but the author takes it back.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from sqlalchemy import Connection, delete, select, update

from pipeline.html import kept_url
from pipeline.store.schema import insert_new, shares

if TYPE_CHECKING:
    from datetime import datetime

    from sqlalchemy import Row

    from pipeline.model import SafeUrl


class Share(NamedTuple):
    """One post at one channel; ``mark`` is the hash of the text that left. Without ``url`` it is uncertain."""

    post: str
    channel: str
    mark: str
    claimed_at: datetime
    url: SafeUrl | None


def shares_of(connection: Connection, post: str) -> dict[str, Share]:
    """Return what was posted of ``post``, by channel."""
    rows = connection.execute(select(shares).where(shares.c.post == post).order_by(shares.c.claimed_at))
    return {row.channel: _share(row) for row in rows}


def all_shares(connection: Connection) -> dict[str, dict[str, Share]]:
    """Return what was posted of each post, by channel."""
    found: dict[str, dict[str, Share]] = {}
    for row in connection.execute(select(shares).order_by(shares.c.claimed_at)):
        found.setdefault(row.post, {})[row.channel] = _share(row)
    return found


def claim(connection: Connection, post: str, channel: str, mark: str, now: datetime) -> bool:
    """Claim a post for a channel; tell whether nobody had."""
    values = {"post": post, "channel": channel, "mark": mark, "claimed_at": now}
    return bool(connection.scalar(insert_new(connection, shares).values(values).returning(shares.c.channel)))


def settle(connection: Connection, post: str, channel: str, url: str) -> None:
    """Note where a claimed post is."""
    connection.execute(update(shares).where(shares.c.post == post, shares.c.channel == channel).values(url=url))


def release(connection: Connection, post: str, channel: str) -> None:
    """Take a claim back, as nothing left, or as the author says so."""
    connection.execute(delete(shares).where(shares.c.post == post, shares.c.channel == channel))


def _share(row: Row[Any]) -> Share:
    return Share(row.post, row.channel, row.mark, row.claimed_at, kept_url(row.url) if row.url else None)

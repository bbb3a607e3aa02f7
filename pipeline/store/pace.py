"""How fast letters left, for all who send: of each limit, up to when it is used, and how often."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from sqlalchemy import Connection, bindparam, delete, select, update

from pipeline.store.schema import insert_new, pace

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping
    from datetime import datetime


class Use(NamedTuple):
    """Up to when a limit is used, and how often it was."""

    at: datetime
    used: int = 0


def used(connection: Connection, prefix: str) -> dict[str, Use]:
    """Return the use of all limits whose key begins with ``prefix``."""
    rows = connection.execute(select(pace).where(pace.c.key.startswith(prefix, autoescape=True)))
    return {row.key: Use(row.at, row.used) for row in rows}


def held(connection: Connection, keys: Collection[str], now: datetime, also: Collection[str] = ()) -> dict[str, Use]:
    """Return the use of these limits, which nobody else can change before the commit, and what is known of ``also``.

    All are held in one order, so no two who hold several wait for each other.
    """
    query = select(pace).where(pace.c.key.in_({*keys, *also})).order_by(pace.c.key)
    if keys:
        connection.execute(insert_new(connection, pace), [{"key": key, "at": now} for key in sorted(keys)])
        query = query.with_for_update()
    return {row.key: Use(row.at, row.used) for row in connection.execute(query)}


def keep(connection: Connection, uses: Mapping[str, Use]) -> None:
    """Write down the use of limits that are held."""
    if uses:
        told = [{"which": key, "until": use.at, "often": use.used} for key, use in sorted(uses.items())]
        changed = update(pace).where(pace.c.key == bindparam("which"))
        connection.execute(changed.values(at=bindparam("until"), used=bindparam("often")), told)


def forget(connection: Connection, before: datetime) -> None:
    """Forget limits that were not used since ``before``."""
    connection.execute(delete(pace).where(pace.c.at < before))

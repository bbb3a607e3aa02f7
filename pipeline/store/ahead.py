"""What the store has of times that have not come yet, though it is about what happened: a clock was wrong then."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any, Final

from sqlalchemy import func, or_, select

from pipeline.store.schema import Moment, metadata

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from sqlalchemy import Column, Connection

_TOLD: Final = timedelta(minutes=5)
_TO_COME: Final = frozenset(
    {
        *("deliveries.not_before", "sends.due_at", "feeds.due_at", "hosts.wait_until", "pace.at"),
        *("readers.paused_until", "entries.published", "entries.updated", "echoes.at"),
    }
)
"""Times that may well be ahead: they are meant so, or others wrote them."""


def rows_ahead(connection: Connection, now: datetime) -> Mapping[str, int]:
    """Return of each table that has any how many rows tell of what happened more than a few minutes after ``now``."""
    found = {}
    for name, table in sorted(metadata.tables.items()):
        if past := [column > now + _TOLD for column in table.columns if _is_past(column)]:
            found[name] = connection.scalar(select(func.count()).select_from(table).where(or_(*past))) or 0
    return {name: count for name, count in found.items() if count}


def _is_past(column: Column[Any]) -> bool:
    return isinstance(column.type, Moment) and str(column) not in _TO_COME

"""Which editions left, in whole or in part: to readers one by one, or to a service that has the readers."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import Connection, select

from pipeline.model import EditionId
from pipeline.store.schema import deliveries, handovers

if TYPE_CHECKING:
    from sqlalchemy import Select


def editions(connection: Connection) -> frozenset[EditionId]:
    """Return those of which any delivery was begun, or that were handed over."""
    names = (name for query in _queries() for name in connection.scalars(query.distinct()))
    return frozenset(map(EditionId, names))


def is_begun(connection: Connection, edition: EditionId) -> bool:
    """Tell whether any delivery of ``edition`` was begun, or it was handed over."""
    return any(connection.scalar(query.where(query.selected_columns[0] == edition).limit(1)) for query in _queries())


def _queries() -> tuple[Select[str], Select[str]]:
    return (
        select(deliveries.c.edition).where(deliveries.c.claimed_at.is_not(None)),
        select(handovers.c.edition),
    )

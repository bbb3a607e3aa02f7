"""What tables are made of.

Times are aware and in UTC both ways (a naive one is refused); SQLite keeps them as text that sorts.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Final, TypeVar

from sqlalchemy import (
    Column,
    Connection,
    DateTime,
    Dialect,
    MetaData,
    Table,
    TypeDecorator,
)
from sqlalchemy.dialects import postgresql, sqlite

from pipeline.model import utc

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from sqlalchemy import Row, Select

_Value = TypeVar("_Value")

NAMES = {
    "ix": "ix_%(column_0_label)s",
    "uq": "uq_%(table_name)s_%(column_0_name)s",
    "fk": "fk_%(table_name)s_%(column_0_name)s",
    "pk": "pk_%(table_name)s",
}
metadata = MetaData(naming_convention=NAMES)
_AT_ONCE: Final = 10_000
"""Values that one query is given; PostgreSQL takes 65,535, and SQLite, as it is usually built, 32,766."""


class Moment(TypeDecorator[datetime]):
    """An aware time in UTC."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Take an aware time; SQLite, which has no time zones, keeps its UTC reading."""
        if value is None:
            return None
        moment = utc(value)
        return moment.replace(tzinfo=None) if dialect.name == "sqlite" else moment

    def process_result_value(self, value: Any, dialect: Dialect) -> datetime | None:
        """Give back an aware time in UTC."""
        del dialect
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else utc(value)


def insert_new(connection: Connection, table: Table) -> sqlite.Insert | postgresql.Insert:
    """Return an INSERT that passes over rows which stand already, by whatever key."""
    insert = postgresql.insert if connection.dialect.name == "postgresql" else sqlite.insert
    return insert(table).on_conflict_do_nothing()


def upsert(
    connection: Connection, table: Table, change: Callable[[Any], dict[str, Any]]
) -> sqlite.Insert | postgresql.Insert:
    """Return an INSERT that changes a row of the same primary key instead, as ``change`` says of the new values."""
    new = (postgresql.insert if connection.dialect.name == "postgresql" else sqlite.insert)(table)
    return new.on_conflict_do_update(index_elements=list(table.primary_key.columns), set_=change(new.excluded))


def find_in(
    connection: Connection, query: Select[*tuple[Any, ...]], column: Column[Any], values: Sequence[object]
) -> Iterator[Row[*tuple[Any, ...]]]:
    """Yield the rows of ``query`` whose ``column`` is one of ``values``, however many these are."""
    for some in some_at_once(values):
        yield from connection.execute(query.where(column.in_(some)))


def some_at_once(values: Sequence[_Value]) -> Iterator[Sequence[_Value]]:
    """Yield ``values`` in runs of as many as one query can be given."""
    yield from (values[start : start + _AT_ONCE] for start in range(0, len(values), _AT_ONCE))

"""The store as a whole: copied into another, of whichever kind, or into a file as it is at one moment.

What comes in are stores that are up to date with the schema, but for one of which a snapshot is taken: an older one
is copied by the tables that its own migrations make. Nothing here knows what a table is for.
"""

from __future__ import annotations

import os
import sqlite3
from contextlib import closing
from typing import TYPE_CHECKING, Any, Final

from sqlalchemy import (
    JSON,
    Column,
    DateTime,
    Insert,
    MetaData,
    Select,
    Text,
    bindparam,
    cast,
    event,
    func,
    insert,
    inspect,
    select,
    text,
    type_coerce,
)

from pipeline.errors import StoreError
from pipeline.store import HEAD, Store, revision_of
from pipeline.store.schema import Moment, metadata

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Sequence
    from pathlib import Path

    from sqlalchemy import Connection, Table

    Counts = dict[str, int]
    """How many rows each table has."""

_AT_ONCE: Final = 100
"""Rows that are held in memory at a time."""


def counts_of(connection: Connection, tables: MetaData = metadata) -> Counts:
    """Return how many rows each of ``tables`` has; of an older store, each that is there."""
    there = set(inspect(connection).get_table_names())
    count = select(func.count()).select_from
    return {table.name: connection.scalar(count(table)) or 0 for table in tables.sorted_tables if table.name in there}


def copy_into(
    source: Store, target: Store, *, emptied: Counts | None = None, without: Collection[str] = frozenset()
) -> Counts:
    """Copy every row of ``source``, as it is at one moment, into ``target``, all or nothing. Return the rows of each.

    Tables named in ``without`` stay empty. Raises ``StoreError`` where ``target`` holds anything; so many rows as in
    ``emptied``, and no others, are taken out first, in the same transaction.
    """
    with source.reading() as there, target.writing(though_moved=True) as here:
        if emptied is not None:
            _empty(here, emptied)
        if full := [f"{name} ({count})" for name, count in counts_of(here).items() if count]:
            raise StoreError(f"the store to copy into holds something already, in {', '.join(full)}: name an empty one")
        return _copy_rows(there, here, metadata, without)


def snapshot(store: Store, path: Path) -> Counts:
    """Write ``store``, as it is at one moment, into a new SQLite file at ``path``. Return the rows of each table.

    Others may write meanwhile. The file is of the schema that the store is of, which may be an older one. Raises
    ``StoreError`` where the store is damaged, of a newer Byline, or was brought up to date meanwhile.
    """
    os.close(os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))
    with store.reading() as connection:
        if connection.dialect.name == "sqlite":
            counts = counts_of(connection)  # the first look at it: from here on it stands still
            _copy_pages(connection, path)
            return counts
        revision = revision_of(connection) or HEAD
        with closing(Store(path, revision=revision)) as target, target.writing(though_moved=True) as here:
            counts = _copy_rows(connection, here, metadata if revision == HEAD else _tables_of(here))
        # What changes tables shows in them at once, whatever else stands still for who reads.
        with store.reading() as later:
            if revision_of(later) != revision:
                raise StoreError("the store was brought up to date while it was copied: make the copy again")
        return counts


def _tables_of(connection: Connection) -> MetaData:
    """Return the tables of a SQLite store of an older schema, by types that mean the same elsewhere."""
    found = MetaData()

    def as_anywhere(_: object, table: Table, column: Any) -> None:
        del table
        kind = column["type"].as_generic()
        column["type"] = Moment() if isinstance(kind, DateTime) else kind

    event.listen(found, "column_reflect", as_anywhere)
    found.reflect(connection)
    found.remove(found.tables["alembic_version"])
    return found


def _copy_rows(there: Connection, here: Connection, tables: MetaData, without: Collection[str] = frozenset()) -> Counts:
    wanted = counts_of(there, tables) | dict.fromkeys(without, 0)
    for table in tables.sorted_tables:  # what others refer to comes first
        if table.name in without:
            continue
        for rows in _rows(there, table):
            here.execute(_putting(here, table), rows)
    _count_on(here)
    came = counts_of(here, tables)
    if wanted != came:
        short = ", ".join(name for name in came if wanted.get(name) != came[name])
        raise StoreError(f"the copy has other numbers of rows in {short}, and is not kept: try again")
    return came


def _copy_pages(connection: Connection, path: Path) -> None:
    source: Any = connection.connection.driver_connection
    try:
        with closing(sqlite3.connect(path)) as target:
            source.backup(target)
            target.execute("PRAGMA journal_mode = DELETE")  # one file, with nothing beside it
            damage = [row[0] for row in target.execute("PRAGMA quick_check(3)")]
    except sqlite3.Error as error:
        raise StoreError(f"the store cannot be copied: {error}; `byline doctor` says more") from error
    if damage != ["ok"]:
        raise StoreError(f"the store is damaged: {'; '.join(damage)}. Take an earlier backup back (`byline restore`)")


def _rows(connection: Connection, table: Table) -> Iterator[Sequence[dict[str, Any]]]:
    """Yield the rows of ``table``, some at a time; JSON as the text that it is kept as."""
    found = connection.execution_options(yield_per=_AT_ONCE).execute(_taking(connection, table))
    for rows in found.partitions():
        yield [{f"v_{name}": value for name, value in row._mapping.items()} for row in rows]  # noqa: SLF001  (its public name)


def _taking(connection: Connection, table: Table) -> Select[Any]:
    on_postgres = connection.dialect.name == "postgresql"
    as_text = cast if on_postgres else type_coerce
    columns = [as_text(each, Text).label(each.name) if _is_json(each) else each for each in table.columns]
    return select(*columns)


def _putting(connection: Connection, table: Table) -> Insert:
    """Return an INSERT that takes what ``_rows`` gives: an empty cell and the null of JSON are different things."""
    on_postgres = connection.dialect.name == "postgresql"

    def value(column: Column[Any]) -> Any:
        given = bindparam(f"v_{column.name}", type_=Text() if _is_json(column) else column.type)
        return cast(given, JSON) if _is_json(column) and on_postgres else given

    return insert(table).values({column.name: value(column) for column in table.columns})


def _is_json(column: Column[Any]) -> bool:
    return isinstance(column.type, JSON)


def _empty(connection: Connection, known: Counts) -> None:
    if counts_of(connection) != known:
        raise StoreError("the store to be emptied was written to just now: stop what writes there, and try again")
    for table in reversed(metadata.sorted_tables):
        connection.execute(table.delete())


def _count_on(connection: Connection) -> None:
    """Let the numbers that PostgreSQL gives to new rows go on after those that were copied; SQLite does by itself."""
    if connection.dialect.name != "postgresql":
        return
    for table in metadata.sorted_tables:
        column = table.autoincrement_column
        if column is not None:
            names = {"table": table.name, "column": column.name}
            sequence = connection.scalar(text("SELECT pg_get_serial_sequence(:table, :column)"), names)
            last = connection.scalar(select(func.max(column)))
            if sequence is not None and last is not None:
                connection.execute(text("SELECT setval(:sequence, :last)"), {"sequence": sequence, "last": last})

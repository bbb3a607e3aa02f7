"""What is remembered: one schema, its migrations, and a module of queries for each room.

What comes in and goes out are types of ``pipeline.model``. The queries take a connection, so that a room decides
what belongs into one transaction. SQLite by default; PostgreSQL by its URL; the same suite holds both to the same.
"""

from __future__ import annotations

import os
import sqlite3
from contextlib import contextmanager
from pathlib import Path
from time import monotonic, sleep
from typing import TYPE_CHECKING, Any, Final

from sqlalchemy import URL, Connection, Engine, create_engine, event, inspect, text
from sqlalchemy.exc import DBAPIError, SQLAlchemyError

from pipeline.errors import SettingsError, StoreAwayError, StoreError
from pipeline.store import server, walls
from pipeline.store.address import address_of, shown, words_of

if TYPE_CHECKING:
    from collections.abc import Iterator

HEAD: Final = "0014"
"""The newest migration; a test holds it to what migrations/ has."""

_PATIENCE: Final = 30
"""Seconds that a SQLite store which another process is writing to is waited for."""


class Store:
    """A database that is up to date with the schema; ``as_it_is``, one that may be older, to be copied.

    A new one is made at ``revision``, which is an older one where an older store is to be copied into it. Raises
    ``StoreError`` where it cannot be, ``SettingsError`` where its address is none.
    """

    def __init__(self, place: str | Path, *, as_it_is: bool = False, revision: str = HEAD) -> None:
        self._engine, self._place = connecting(place), shown(place)
        on_postgres = self._engine.dialect.name == "postgresql"
        one_state = (
            {"isolation_level": "REPEATABLE READ", server.READING: True} if on_postgres else {"byline_begin": "BEGIN"}
        )
        self._reading = self._engine.execution_options(**one_state)
        try:
            with self._engine.begin() as connection:
                walls.see_that_it_is_there(connection, walls.schema_of(address_of(place))[1])
                if not as_it_is or revision_of(connection) is None:
                    _upgrade(connection, revision)
        except (SQLAlchemyError, OSError) as error:
            self.close()
            raise self._told(error) from error
        except StoreError:
            self.close()
            raise

    @contextmanager
    def writing(self, *, though_moved: bool = False) -> Iterator[Connection]:
        """Give a connection whose changes are kept all together at the end, or not at all.

        Raises ``StoreMovedError`` where the store was moved to another place, unless it is for that very thing.
        """
        with self._in_transaction(self._engine) as connection:
            if not though_moved:
                _see_that_it_is_here(connection)
            yield connection

    @contextmanager
    def erasing(self) -> Iterator[Connection]:
        """Give a connection as ``writing`` does, after which what it deleted is in no file of a SQLite store either.

        There its pages are overwritten, and the write-ahead log, which has them as they were, is emptied. PostgreSQL
        lets them go at its next vacuum.
        """
        with self.writing() as connection:
            yield connection
        if self._engine.dialect.name == "sqlite":
            with self._engine.connect().execution_options(byline_begin="") as connection:
                connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """Give a connection that sees one state of the store and holds up nobody who writes."""
        with self._in_transaction(self._reading) as connection:
            yield connection

    def is_there(self) -> bool:
        """Tell that it answers. Raises ``StoreError`` where it does not."""
        with self.reading() as connection:
            return bool(connection.scalar(text("SELECT 1")))

    def close(self) -> None:
        """Let go of the database."""
        self._engine.dispose()

    @contextmanager
    def _in_transaction(self, engine: Engine) -> Iterator[Connection]:
        try:
            with engine.begin() as connection:
                yield connection
        except DBAPIError as error:
            raise self._told(error) from error

    def _told(self, error: Exception) -> StoreError:
        """Return the error as the store's: one that a server is away may be over in a moment."""
        is_away = self._engine.dialect.name == "postgresql" and server.is_away(error)
        return (StoreAwayError if is_away else StoreError)(self._in_words(error))

    def _in_words(self, error: Exception) -> str:
        what_to_do = "check that it exists, is whole and is yours to write"
        return f"the store {self._place} cannot be used: {words_of(error)}; {what_to_do}"


def connecting(place: str | Path, schema: str = "") -> Engine:
    """Return what connects to the database at ``place``; of PostgreSQL, to another ``schema`` of it, if named.

    Raises as ``Store`` does where there can be none.
    """
    url = address_of(place)
    try:
        return _sqlite_engine(url) if url.get_backend_name() == "sqlite" else server.connecting(url, schema)
    except ModuleNotFoundError as error:
        raise SettingsError(
            [f"a PostgreSQL store needs the package {error.name}: install Byline with its extra, byline[postgres]"]
        ) from error
    except OSError as error:
        raise StoreError(f"the store cannot be made: {error}; check that its folder is yours to write") from error


def _sqlite_engine(url: URL) -> Engine:
    if url.database and url.database != ":memory:":
        _make_private(Path(url.database))
    engine = create_engine(url)
    event.listen(engine, "connect", _set_up_sqlite)
    event.listen(engine, "begin", _begin_sqlite)
    return engine


def _make_private(path: Path) -> None:
    """Make the database file and its folder readable by their owner alone: it holds people's addresses."""
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    os.close(os.open(path, os.O_CREAT | os.O_RDWR, 0o600))


def _set_up_sqlite(connection: Any, _record: object) -> None:
    connection.isolation_level = None  # the transactions are ours to begin, see _begin_sqlite
    connection.execute(f"PRAGMA busy_timeout = {_PATIENCE * 1000}")
    _keep_a_write_ahead_log(connection)
    # What is deleted is overwritten: who was erased is not to be found in the file.
    for pragma in ("synchronous = FULL", "foreign_keys = ON", "secure_delete = ON"):
        connection.execute(f"PRAGMA {pragma}")


def _keep_a_write_ahead_log(connection: Any) -> None:
    # SQLite asks no busy handler when two change the mode of a new file at once: one is told at once that it is locked.
    latest = monotonic() + _PATIENCE
    while True:
        try:
            connection.execute("PRAGMA journal_mode = WAL")
        except sqlite3.OperationalError as error:
            if error.sqlite_errorcode & 0xFF != sqlite3.SQLITE_BUSY or monotonic() > latest:
                raise
            sleep(0.01)
        else:
            return


def _begin_sqlite(connection: Connection) -> None:
    # A writer takes the lock when it begins: two that both read first and write later would both fail.
    if begin := connection.get_execution_options().get("byline_begin", "BEGIN IMMEDIATE"):
        connection.exec_driver_sql(begin)


_MOVED: Final = "SELECT 1 FROM moves LIMIT 1"
_MOVED_AND_HELD: Final = "SELECT 1 FROM moves LIMIT 1 FOR KEY SHARE"


def _see_that_it_is_here(connection: Connection) -> None:
    """Raise ``StoreMovedError`` where the store was moved; until the transaction ends, nobody can move it.

    SQLite has one writer at a time. On PostgreSQL this holds the table as ``moves.moving`` may not have it meanwhile.
    """
    query = _MOVED_AND_HELD if connection.dialect.name == "postgresql" else _MOVED
    if connection.exec_driver_sql(query).first() is not None:
        from pipeline.store.moves import see_that_it_is_here

        see_that_it_is_here(connection)


def revision_of(connection: Connection) -> str | None:
    """Return the newest migration that a store has seen; none of a database that is no store yet."""
    known = inspect(connection).has_table("alembic_version")
    return connection.scalar(text("SELECT version_num FROM alembic_version")) if known else None


def _make(connection: Connection) -> None:
    """Make the tables of a new store as they are now; a test holds that to what all migrations make."""
    from pipeline.store.schema import metadata

    metadata.create_all(connection, checkfirst=False)
    primary_key = "CONSTRAINT alembic_version_pkc PRIMARY KEY"
    connection.execute(text(f"CREATE TABLE alembic_version (version_num VARCHAR(32) NOT NULL {primary_key})"))
    connection.execute(text("INSERT INTO alembic_version VALUES (:head)"), {"head": HEAD})


def _upgrade(connection: Connection, revision: str) -> None:
    if revision_of(connection) == revision:
        return
    if connection.dialect.name == "postgresql":
        # One upgrade of a site at a time, which is waited for; those of other sites in the database go on.
        connection.execute(text("SET LOCAL lock_timeout = 0"))
        connection.execute(text("SELECT pg_advisory_xact_lock(7240193, hashtext(current_schema()))"))
    if (found := revision_of(connection)) == revision:
        return
    if found is None and revision == HEAD:
        _make(connection)
        return
    from alembic import command
    from alembic.config import Config
    from alembic.util import CommandError

    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent / "migrations"))
    config.attributes["connection"] = connection
    try:
        command.upgrade(config, revision)
    except CommandError as error:
        raise StoreError(
            f"the store was made by a newer Byline ({error}): install that, or one that is newer still"
        ) from error

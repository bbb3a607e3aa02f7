"""The store looked over without changing anything of it: whether it is there, whole, private and of this schema."""

from __future__ import annotations

import sqlite3
import stat
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Final, NamedTuple
from urllib.parse import quote

from sqlalchemy import func, inspect, select, table, text
from sqlalchemy.exc import SQLAlchemyError

from pipeline.errors import BylineError, StoreError
from pipeline.store import HEAD, connecting
from pipeline.store.address import address_of, shown, words_of
from pipeline.store.schema import metadata
from pipeline.store.walls import beyond

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sqlalchemy import Connection

    from pipeline.store.walls import Walls


class Server(NamedTuple):
    """How a PostgreSQL server is set: what was committed is on disk, and pages are whole after a crash.

    ``ahead`` is how far its clock is ahead of this machine's.
    """

    has_fsync: bool
    has_whole_pages: bool
    ahead: timedelta


@dataclass(frozen=True, slots=True, kw_only=True)
class Examined:
    """How a store is. ``place`` names it without a password; ``problem`` says why it cannot be used at all.

    ``revision`` is the newest migration that it has seen; empty where it has seen none. ``damage`` is what its own
    check of integrity tells, ``mode`` the rights of its file where it is one, and ``walls`` what its role may do
    with other sites in the same database, on a ``server``.
    """

    place: str
    there: bool
    problem: str = ""
    revision: str = ""
    damage: tuple[str, ...] = ()
    mode: int | None = None
    walls: Walls | None = None
    server: Server | None = None

    @property
    def is_of_this_schema(self) -> bool:
        """Whether it can be read as it is."""
        return self.there and not self.problem and self.revision == HEAD


def examine(place: str | Path) -> Examined:
    """Look over the store at ``place``, which need not be there."""
    return _file(place) if isinstance(place, Path) else _server(place)


def rows_in(path: Path) -> Mapping[str, int]:
    """Return how many rows each table of a SQLite file has, of whatever schema it is."""
    with closing(sqlite3.connect(f"file:{quote(str(path))}?mode=ro", uri=True)) as connection:
        names = [str(row[0]) for row in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
        counted = 'SELECT count(*) FROM "{}"'.format
        return {name: connection.execute(counted(name.replace('"', '""'))).fetchone()[0] for name in names}


def rows_at(place: str | Path) -> Mapping[str, int]:
    """Return how many rows each table of Byline's has at ``place``, of whatever schema it is, but for empty ones.

    Raises ``StoreError`` where that cannot be told, ``SettingsError`` where the address is none.
    """
    url = address_of(place)
    if url.get_backend_name() == "sqlite" and not Path(url.database or "").is_file():
        return {}
    engine = connecting(place)
    try:
        with engine.connect() as connection:
            names = [name for name in inspect(connection).get_table_names() if name in metadata.tables]
            counts = {name: connection.scalar(select(func.count()).select_from(table(name))) or 0 for name in names}
    except (SQLAlchemyError, OSError) as error:
        raise StoreError(f"the store {shown(place)} cannot be used: {words_of(error)}") from error
    finally:
        engine.dispose()
    return {name: count for name, count in counts.items() if count}


def _file(path: Path) -> Examined:
    if not path.exists():
        return Examined(place=str(path), there=False)
    mode = stat.S_IMODE(path.stat().st_mode)
    try:
        with closing(sqlite3.connect(f"file:{quote(str(path))}?mode=ro", uri=True, timeout=5)) as connection:
            damage = [str(row[0]) for row in connection.execute("PRAGMA integrity_check(5)")]
            loose = [f"a row of {row[0]} refers to nothing in {row[2]}" for row in _loose(connection)]
            revision = _revision(connection)
    except sqlite3.Error as error:
        return Examined(place=str(path), there=True, mode=mode, problem=str(error))
    found = tuple(told for told in damage if told != "ok") + tuple(dict.fromkeys(loose))
    return Examined(place=str(path), there=True, mode=mode, revision=revision, damage=found)


def _loose(connection: sqlite3.Connection) -> list[tuple[str, int, str, int]]:
    return connection.execute("PRAGMA foreign_key_check").fetchmany(100)


def _revision(connection: sqlite3.Connection) -> str:
    known = connection.execute("SELECT 1 FROM sqlite_master WHERE name = 'alembic_version'").fetchone()
    row = connection.execute("SELECT version_num FROM alembic_version").fetchone() if known else None
    return str(row[0]) if row else ""


def _server(url: str) -> Examined:
    try:
        engine = connecting(url)
    except BylineError as error:
        return Examined(place="DATABASE_URL", there=True, problem=str(error))
    place = shown(url)
    try:
        with engine.connect() as connection:
            known = inspect(connection).has_table("alembic_version")
            found = connection.scalar(text("SELECT version_num FROM alembic_version")) if known else ""
            revision, walls, server = str(found or ""), beyond(connection), _server_of(connection)
            return Examined(place=place, there=True, revision=revision, walls=walls, server=server)
    except (SQLAlchemyError, OSError) as error:
        return Examined(place=place, there=True, problem=words_of(error))
    finally:
        engine.dispose()


def _server_of(connection: Connection) -> Server:
    before = datetime.now(UTC)
    fsync, whole, there = connection.execute(_SERVER).one()
    here = before + (datetime.now(UTC) - before) / 2
    return Server(has_fsync=fsync != "off", has_whole_pages=whole != "off", ahead=there - here)


_SERVER: Final = text(
    "SELECT current_setting('fsync', true), current_setting('full_page_writes', true), clock_timestamp()"
)

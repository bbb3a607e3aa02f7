"""A backup opened into a fresh folder, looked over, and put in its place in one step."""

from __future__ import annotations

import os
import secrets
import shutil
from contextlib import closing
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, NamedTuple

from pipeline.app.backup.packed import DATABASE, unpack
from pipeline.app.backup.sealed import opening
from pipeline.errors import BackupError, UsageError
from pipeline.publish.ground.exchange import exchange
from pipeline.store import Store
from pipeline.store.address import shown
from pipeline.store.copied import copy_into, counts_of, snapshot
from pipeline.store.examined import examine, rows_at, rows_in
from pipeline.store.restores import came_back

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from pipeline.app.backup.sealed import Lock
    from pipeline.model import EditionId


@dataclass(frozen=True, slots=True, kw_only=True)
class Restored:
    """What was put back: how many files, and rows of each table. ``before`` is where what was there is now.

    ``database`` is where the store went, if not into the folder, and ``database_before`` the file that has what was
    there. ``held`` are editions that are sent no more until the author says so.
    """

    folder: Path
    made_at: datetime
    files: int
    tables: Mapping[str, int]
    before: Path | None = None
    database: str | None = None
    database_before: Path | None = None
    held: tuple[EditionId, ...] = ()


class Database(NamedTuple):
    """Where the store goes in place of the folder; what is there goes into a file first if it ``empties``."""

    url: str
    empties: bool = False


def restore(
    path: Path,
    folder: Path,
    lock: Lock,
    *,
    force: bool = False,
    database: Database | None = None,
    now: datetime | None = None,
) -> Restored:
    """Put what the backup in ``path`` holds into ``folder``, all or nothing; the store into ``database`` if named.

    Nothing is sent from it by itself, as nobody knows who got a letter since. Raises ``UsageError`` where something is
    there already; ``force`` sets aside what is in the folder. Raises ``BackupError`` where the backup does not open or
    is not whole; nothing is changed then.
    """
    folder = folder.absolute()
    _see_that_free(folder, force=force)
    if database and not database.empties:
        _see_that_empty(database.url)
    fresh = folder.with_name(f".{folder.name}.restoring-{secrets.token_hex(4)}")
    try:
        done = _made_ready(fresh, folder, _opened(path, fresh, lock), now or datetime.now(UTC))
        if database:
            kept = _handed_over(fresh / DATABASE, database, _beside(folder, "database-before", ".db"))
            done = replace(done, database=shown(database.url), database_before=kept)
    except BaseException:
        shutil.rmtree(fresh, ignore_errors=True)
        raise
    before = _put(fresh, folder, done.database_before)  # from here on nothing is deleted, whatever happens
    return replace(done, before=before)


def _made_ready(fresh: Path, folder: Path, opened: tuple[Mapping[str, Any], int], now: datetime) -> Restored:
    """Look over what was ``opened`` in ``fresh``, and see that nothing is sent from it by itself."""
    manifest, count = opened
    tables, made_at = _looked_over(fresh / DATABASE, manifest), manifest["made_at"]
    with closing(Store(fresh / DATABASE)) as store, store.writing(though_moved=True) as connection:
        held = came_back(connection, made_at, now)
    return Restored(folder=folder, made_at=made_at, files=count, tables=tables, held=held)


def _opened(path: Path, fresh: Path, lock: Lock) -> tuple[Mapping[str, Any], int]:
    try:
        fresh.mkdir(mode=0o700, parents=True)
        with path.open("rb") as file, opening(file, lock) as stream:
            return unpack(stream, fresh)
    except OSError as error:
        raise BackupError(f"{error.filename or path} cannot be read or written: {error.strerror or error}") from error


def _see_that_free(folder: Path, *, force: bool) -> None:
    if folder.is_symlink() or (folder.exists() and not folder.is_dir()):
        raise UsageError(f"{folder} is no folder: name one that is, or that is not there yet")
    if folder.is_mount():
        raise UsageError(
            f"{folder} is a disk or volume of its own, which cannot be exchanged as a whole: name a folder within it"
        )
    if folder.exists() and any(folder.iterdir()) and not force:
        raise UsageError(f"{folder} holds something already: name a new folder, or set it aside with --force")


def _see_that_empty(database: str) -> None:
    if rows := rows_at(database):
        readers = rows.get("readers", 0)
        raise UsageError(
            f"the database of DATABASE_URL, {shown(database)}, holds a store already, with {readers} "
            f"{'reader' if readers == 1 else 'readers'}: set DATABASE_URL to an empty one, or take it away to have the "
            "store in the folder"
        )


def _looked_over(database: Path, manifest: Mapping[str, Any]) -> Mapping[str, int]:
    """Return the rows of each table of a store that came whole, and is of the newest schema now."""
    found = examine(database)
    if not found.there or found.problem or found.damage or not found.revision:
        told = "; ".join(found.damage) or found.problem or "there is none"
        raise BackupError(f"the store in the backup cannot be used ({told}): use another backup")
    came, wanted = rows_in(database), manifest["tables"]
    if short := [name for name in wanted if wanted[name] != came.get(name)]:
        raise BackupError(f"the store in the backup lacks rows in {', '.join(map(repr, short))}: use another backup")
    with closing(Store(database)) as store, store.reading() as connection:
        return counts_of(connection)


def _handed_over(path: Path, database: Database, aside: Path) -> Path | None:
    """Copy the store in ``path`` into ``database``. Return the file that has what was there, if anything was."""
    with closing(Store(path)) as store, closing(Store(database.url)) as target:
        if database.empties and rows_at(database.url):
            _exchanged(store, target, aside)
        else:
            copy_into(store, target, without=_ITS_OWN)
    for each in path.parent.glob(f"{path.name}*"):
        each.unlink()
    return aside if aside.exists() else None


def _exchanged(store: Store, target: Store, aside: Path) -> None:
    try:
        copy_into(store, target, without=_ITS_OWN, emptied=snapshot(target, aside))
    except BaseException:
        aside.unlink(missing_ok=True)  # it is all there still
        raise


_ITS_OWN = frozenset({"moves"})
"""Wherever the store in the backup had been moved to, the one that it is copied into is here."""


def _beside(folder: Path, what: str, end: str = "") -> Path:
    return folder.with_name(f"{folder.name}.{what}-{secrets.token_hex(4)}{end}")


def _put(fresh: Path, folder: Path, kept: Path | None) -> Path | None:
    """Let ``fresh`` be ``folder``. Return where what was there is now, if anything was.

    In ``kept`` is what a database held before.
    """
    os.sync()  # a machine that stops after the renaming has the files, too
    try:
        fresh.chmod(0o777 & ~_umask())
        if not folder.exists() or not any(folder.iterdir()):
            fresh.rename(folder)
            return None
        before = _beside(folder, "before")
        if not exchange(fresh, folder):
            folder.rename(before)
            fresh.rename(folder)
        else:
            fresh.rename(before)
        if (before / ".git").exists():  # what the files were is not in a backup, and they go on from there
            (before / ".git").rename(folder / ".git")
    except OSError as error:
        places = f"what was opened is in {fresh}, and what was there in {folder} or beside it"
        places += f"; the database has the store of the backup, and what it held is in {kept}" if kept else ""
        raise BackupError(f"{folder} cannot be exchanged ({error.strerror}): {places}") from error
    return before


def _umask() -> int:
    """Return the rights that this process withholds from others; the system tells them only to who changes them."""
    os.umask(known := os.umask(0o077))
    return known

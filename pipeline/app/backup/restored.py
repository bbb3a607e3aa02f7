"""A backup opened into a fresh folder, looked over, and put in its place in one step."""

from __future__ import annotations

import os
import secrets
import shutil
from contextlib import closing
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from pipeline.app.backup.packed import DATABASE, unpack
from pipeline.app.backup.sealed import opening
from pipeline.errors import BackupError, UsageError
from pipeline.publish.ground.exchange import exchange
from pipeline.store import Store
from pipeline.store.copied import copy_into, counts_of
from pipeline.store.examined import examine, rows_in

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime
    from pathlib import Path

    from pipeline.app.backup.sealed import Lock


@dataclass(frozen=True, slots=True, kw_only=True)
class Restored:
    """What was put back: how many files, and rows of each table. ``before`` is where what was there is now."""

    folder: Path
    made_at: datetime
    files: int
    tables: Mapping[str, int]
    before: Path | None


def restore(path: Path, folder: Path, lock: Lock, *, force: bool = False, database: str | None = None) -> Restored:
    """Put what the backup in ``path`` holds into ``folder``, all or nothing; the store into ``database`` if named.

    Raises ``UsageError`` where something is there already; ``force`` sets that aside. Raises ``BackupError`` where
    the backup does not open or is not whole; nothing is changed then.
    """
    folder = folder.absolute()
    _see_that_free(folder, force=force)
    fresh = folder.with_name(f".{folder.name}.restoring-{secrets.token_hex(4)}")
    try:
        manifest, count = _opened(path, fresh, lock)
        tables = _looked_over(fresh / DATABASE, manifest)
        if database is not None:
            _handed_over(fresh / DATABASE, database, force=force)
    except BaseException:
        shutil.rmtree(fresh, ignore_errors=True)
        raise
    before = _put(fresh, folder)  # from here on nothing is deleted, whatever happens
    return Restored(folder=folder, made_at=manifest["made_at"], files=count, tables=tables, before=before)


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


def _handed_over(path: Path, database: str, *, force: bool) -> None:
    with closing(Store(path)) as store, closing(Store(database)) as target:
        copy_into(store, target, emptied=force)
    for each in path.parent.glob(f"{path.name}*"):
        each.unlink()


def _put(fresh: Path, folder: Path) -> Path | None:
    """Let ``fresh`` be ``folder``. Return where what was there is now, if anything was."""
    os.sync()  # a machine that stops after the renaming has the files, too
    try:
        fresh.chmod(0o777 & ~_umask())
        if not folder.exists() or not any(folder.iterdir()):
            fresh.rename(folder)
            return None
        before = folder.with_name(f"{folder.name}.before-{secrets.token_hex(4)}")
        if not exchange(fresh, folder):
            folder.rename(before)
            fresh.rename(folder)
        else:
            fresh.rename(before)
        if (before / ".git").exists():  # what the files were is not in a backup, and they go on from there
            (before / ".git").rename(folder / ".git")
    except OSError as error:
        places = f"what was opened is in {fresh}, and what was there in {folder} or beside it"
        raise BackupError(f"{folder} cannot be exchanged ({error.strerror}): {places}") from error
    return before


def _umask() -> int:
    """Return the rights that this process withholds from others; the system tells them only to who changes them."""
    os.umask(known := os.umask(0o077))
    return known

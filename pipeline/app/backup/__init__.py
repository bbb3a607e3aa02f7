"""All that an author cannot do again, as one encrypted file: the store, the key of readers' links, settings, posts."""

from __future__ import annotations

import os
import secrets
import shutil
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import mkdtemp
from typing import TYPE_CHECKING

from pipeline import __version__
from pipeline.app.backup.packed import DATABASE, HIDDEN, MERGED, TOKEN_KEY, Manifest, can_be_packed, files_below, pack
from pipeline.app.backup.sealed import sealing
from pipeline.errors import BackupError, UsageError
from pipeline.store import Store
from pipeline.store.copied import snapshot

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from datetime import datetime
    from typing import IO

    from pipeline.app.backup.sealed import Lock
    from pipeline.settings.sections import Settings


@dataclass(frozen=True, slots=True, kw_only=True)
class BackedUp:
    """What a backup holds: how many files, and rows of each table. ``left_out`` are links and names that it has not."""

    path: Path
    size: int
    files: int
    tables: Mapping[str, int]
    left_out: tuple[str, ...]


def backup(settings: Settings, path: Path, lock: Lock, now: datetime) -> BackedUp:
    """Write a backup into the new file ``path``, whole or not at all. Others may write to the store meanwhile.

    A store that an older Byline made goes in as it is: whoever makes a backup before an upgrade has what was.
    """
    _see_that_free(settings, path)
    with _scratch(settings.state) as folder, _whole(path) as file, sealing(file, lock) as stream:
        copied = folder / "byline.db"
        with closing(Store(settings.database_url, as_it_is=True)) as store:
            manifest = Manifest(made_at=now, byline=__version__, tables=snapshot(store, copied))
        found = dict(_found(settings, copied))
        wanted = {name: file for name, file in found.items() if can_be_packed(name, file)}
        pack(stream, manifest, wanted.items())
    left_out, size = tuple(name for name in found if name not in wanted), path.stat().st_size
    return BackedUp(path=path, size=size, files=len(wanted), tables=manifest.tables, left_out=left_out)


def _found(settings: Settings, database: Path) -> Iterator[tuple[str, Path]]:
    """Yield what belongs into a backup, with the name that it has there: all that lies in the author's folder.

    What is built or installed there is not the author's.
    """
    yield DATABASE, database
    root = settings.root.resolve()
    own = [root / each.relative_to(settings.root) for each in (settings.content, settings.overrides)]
    for path in (root / TOKEN_KEY, *sorted((root / MERGED).glob("*.vcf"))):
        if path.exists():
            yield path.relative_to(root).as_posix(), path
    for path in sorted(root.iterdir()):
        if path.suffix == ".age" or (path.name.startswith(".") and path.name not in HIDDEN):
            continue
        if path.is_symlink() or not path.is_dir():
            yield path.name, path
        elif path != settings.output.resolve():
            yield from files_below(root, path, own)


def _see_that_free(settings: Settings, path: Path) -> None:
    if path.exists():
        raise UsageError(f"{path} is there already, and no backup is written over: choose another name")
    inside = (settings.root, settings.content, settings.overrides, settings.output)
    if any(path.resolve().is_relative_to(folder.resolve()) for folder in inside):
        raise UsageError(f"{path} would be part of what is backed up: put it somewhere else, best on another disk")


@contextmanager
def _scratch(state: Path) -> Iterator[Path]:
    """Give a folder for the copy of the store: nobody else reads it, and it is gone at the end."""
    state.mkdir(mode=0o700, parents=True, exist_ok=True)
    folder = Path(mkdtemp(prefix="backup-", dir=state))
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


@contextmanager
def _whole(path: Path) -> Iterator[IO[bytes]]:
    """Give a file that becomes ``path`` once all is in it and on the disk."""
    fresh = path.with_name(f"{path.name}.{secrets.token_hex(4)}")
    try:
        with os.fdopen(os.open(fresh, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600), "wb") as file:
            yield file
            file.flush()
            os.fsync(file.fileno())
        _name(fresh, path)
    except OSError as error:
        place = error.filename or path
        raise BackupError(f"the backup cannot be made: {place}: {error.strerror or error}") from error
    finally:
        fresh.unlink(missing_ok=True)


def _name(fresh: Path, path: Path) -> None:
    try:
        os.link(fresh, path)  # unlike a renaming, it writes over nothing
    except FileExistsError:
        raise
    except OSError:  # the file system of many a memory stick has no links
        fresh.rename(path)

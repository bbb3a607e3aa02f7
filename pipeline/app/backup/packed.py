"""The files of a site in one archive, and out of it again: tar, packed by gzip.

In come a folder and names below it; out of an archive come files only, and only below the folder that they are to be
in. Whoever can write an archive is not believed: no name leads out, no link is made or followed, nothing is written
over.
"""

from __future__ import annotations

import io
import json
import os
import re
import shutil
import stat
import tarfile
import zlib
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path, PurePosixPath
from typing import IO, TYPE_CHECKING, Any, Final
from unicodedata import category

from pipeline.errors import BackupError
from pipeline.settings.sections import STATE

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Mapping

DATABASE: Final = f"{STATE}/byline.db"
TOKEN_KEY: Final = f"{STATE}/token.key"
MANIFEST: Final = "byline-backup.json"
FORM: Final = 1
_SECRET: Final = frozenset({DATABASE, TOKEN_KEY})
MERGED: Final = f"{STATE}/merged"
"""The folder with the records of people that became one, as they were; they are nowhere else."""
_MERGED: Final = re.compile(rf"{re.escape(MERGED)}/[0-9]+-and-[0-9]+\.vcf")
HIDDEN: Final = frozenset(
    ".gitignore .gitattributes .github .gitlab .gitlab-ci.yml .forgejo .gitea .domains .editorconfig".split()
)
"""Of what is hidden in an author's folder, that which a code host reads; all else is some program's own."""
_MADE: Final = frozenset({"__pycache__", "node_modules", ".git"})
_LONGEST_MANIFEST: Final = 1 << 20
_LAST: Final = 1 << 40
"""Seconds before or after 1970: farther away, no file system can be told."""
_LEFT: Final = 64 << 20
"""Bytes of the disk that are left free by what is unpacked."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Manifest:
    """What an archive says of itself, before all else."""

    made_at: datetime
    byline: str
    tables: Mapping[str, int]

    def as_json(self) -> bytes:
        """Return it as the archive has it."""
        said = {"form": FORM, "made_at": self.made_at.isoformat(), "byline": self.byline, "tables": dict(self.tables)}
        return json.dumps(said, indent=1).encode()


def pack(stream: IO[bytes], manifest: Manifest, files: Iterable[tuple[str, Path]]) -> None:
    """Write ``files``, each by its name in the archive, into ``stream``."""
    with tarfile.open(fileobj=stream, mode="w|gz", format=tarfile.PAX_FORMAT) as archive:
        told = manifest.as_json()
        archive.addfile(_entry(MANIFEST, len(told), manifest.made_at.timestamp()), io.BytesIO(told))
        for name, path in files:
            with os.fdopen(os.open(path, os.O_RDONLY | os.O_NOFOLLOW), "rb") as file:
                known = os.fstat(file.fileno())
                _add(archive, _entry(name, known.st_size, known.st_mtime), file)


def _add(archive: tarfile.TarFile, entry: tarfile.TarInfo, file: IO[bytes]) -> None:
    try:
        archive.addfile(entry, file)
    except OSError as error:
        if error.errno is None:  # tarfile's own word for a file that ends early
            raise BackupError(f"{entry.name} was written to while it was read: make the backup again") from error
        raise


def _entry(name: str, size: int, at: float) -> tarfile.TarInfo:
    entry = tarfile.TarInfo(name)
    entry.size, entry.mtime, entry.mode = size, int(at), 0o600 if name.startswith(f"{STATE}/") else 0o644
    return entry


def files_below(root: Path, folder: Path, own: Collection[Path] = ()) -> Iterator[tuple[str, Path]]:
    """Yield what is in ``folder`` and no folder, with its name below ``root``; links are not followed.

    What some program installed or made there is passed by, and other backups are. In the author's ``own`` folders
    nothing is: what cannot be packed is yielded all the same.
    """
    for here, folders, names in os.walk(folder):
        passed_by: list[str] = []
        found = names
        if any(_is_in_line(Path(here), each) for each in own):
            passed_by = [name for name in folders if name.casefold() == ".git"]
            folders[:] = sorted(set(folders) - set(passed_by))
        elif "pyvenv.cfg" in names:
            folders.clear()
            continue
        else:
            folders[:] = sorted(set(folders) - _MADE)
            found = [name for name in names if not name.endswith(".age")]
        links = [name for name in folders if (folder / here / name).is_symlink()]
        for name in sorted((*found, *links, *passed_by)):
            path = folder / here / name
            yield path.relative_to(root).as_posix(), path


def _is_in_line(one: Path, other: Path) -> bool:
    return one.is_relative_to(other) or other.is_relative_to(one)


def can_be_packed(name: str, path: Path) -> bool:
    """Tell whether it is a file, and one that comes out of an archive again."""
    return stat.S_ISREG(path.lstat().st_mode) and _is_safe(name)


def unpack(stream: IO[bytes], folder: Path) -> tuple[Mapping[str, Any], int]:
    """Write the files of an archive into ``folder``, which is empty. Return its manifest, and how many they were.

    Raises ``BackupError`` where it holds anything but files that belong below ``folder``.
    """
    count = 0
    with _in_words(), tarfile.open(fileobj=stream, mode="r|gz") as archive:
        manifest = _manifest(archive)
        while (entry := archive.next()) is not None:
            _write(archive, entry, folder)
            archive.members.clear()  # type: ignore[attr-defined]  # or it would remember each
            count += 1
    return manifest, count


@contextmanager
def _in_words() -> Iterator[None]:
    try:
        yield
    except (tarfile.TarError, zlib.error, EOFError, ValueError, OverflowError) as error:  # of odd sizes and sparse maps
        raise BackupError(f"the backup holds no archive that can be read ({error}): use another") from error


def _manifest(archive: tarfile.TarFile) -> Mapping[str, Any]:
    first = archive.next()
    file = archive.extractfile(first) if first and first.isfile() and first.name == MANIFEST else None
    if first is None or file is None or first.size > _LONGEST_MANIFEST:
        raise BackupError("this is no backup of Byline's: it does not begin with what it is")
    try:
        said = json.loads(file.read())
        form, said["made_at"], _ = said["form"], datetime.fromisoformat(said["made_at"]), said["tables"].items()
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError) as error:
        raise BackupError("the backup does not say what it holds: use another") from error
    if form != FORM:
        raise BackupError(f"the backup is of form {form}, which this Byline does not know: install a newer one")
    return dict(said)


def _write(archive: tarfile.TarFile, entry: tarfile.TarInfo, folder: Path) -> None:
    name = _safe(entry)
    if entry.size > shutil.disk_usage(folder).free - _LEFT:
        raise BackupError(f"{name} does not fit on the disk of {folder.parent}: make room, or name another place")
    path, source = folder / name, archive.extractfile(entry)
    assert source is not None  # a regular file has bytes
    try:
        path.parent.mkdir(mode=0o700 if name.startswith(f"{STATE}/") else 0o777, parents=True, exist_ok=True)
        mode = 0o600 if name.startswith(f"{STATE}/") else 0o666
        with os.fdopen(os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY | os.O_NOFOLLOW, mode), "wb") as file:
            shutil.copyfileobj(source, file, 1 << 16)
    except (FileExistsError, NotADirectoryError) as error:
        raise BackupError(f"the backup has {name} twice, and is not to be trusted: use another") from error
    os.utime(path, (entry.mtime, entry.mtime))


def _safe(entry: tarfile.TarInfo) -> str:
    """Return the name of a file that may be written. Raises ``BackupError`` where it may not."""
    if not entry.isreg() or entry.issparse() or not _is_safe(entry.name) or not -_LAST <= entry.mtime <= _LAST:
        raise BackupError(f"the backup holds {entry.name!r}, which no backup of Byline's does: it is not to be trusted")
    return PurePosixPath(entry.name).as_posix()


def _is_safe(name: str) -> bool:
    parts = name.split("/")
    plain = not {part.casefold() for part in parts} & {"", ".", "..", ".git"} and "\\" not in name
    printable = all(category(sign) not in {"Cc", "Cs"} for sign in name)
    is_known = name in _SECRET or _MERGED.fullmatch(name) or not name.startswith(".") or parts[0] in HIDDEN
    return plain and printable and bool(is_known)

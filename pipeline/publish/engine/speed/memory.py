"""What was made of each page in the last build: the HTML in a file named by its digest, the rest in a note.

The note is written last and in one move, so it never names a file that is not whole. What no page is made of any more
is swept away.
"""

from __future__ import annotations

import os
import re
from dataclasses import dataclass, field, replace
from stat import S_ISREG
from typing import TYPE_CHECKING, Any, Final

from pipeline.publish.ground.kept import Piece, digest
from pipeline.publish.ground.remembered import folder_at, load, remove, save

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from mkdocs.structure.files import Files

_NOTE: Final = "note"
_DIGEST: Final = re.compile("[0-9a-f]{32}")


_RECORD: Final = (str, {str: str | None}, [str], [dict], [str], {str: {str: str}}, str, int)
"""The form of a record as it is remembered."""


@dataclass(frozen=True, slots=True)
class Record:
    """What is known of a page that was made: what it was made of, and what came out beside its HTML.

    ``lookups`` are the files that it asked for with the addresses that it got; ``anchored`` the anchors that it links
    to, by file; ``html`` is the digest of what was made, and ``size`` how many bytes that are.
    """

    key: str
    lookups: Mapping[str, str | None] = field(default_factory=dict)
    warnings: list[str] = field(default_factory=list)
    entries: list[Any] = field(default_factory=list)
    anchors: list[str] = field(default_factory=list)
    anchored: Mapping[str, dict[str, str]] = field(default_factory=dict)
    html: str = ""
    size: int = 0


class Memory:
    """The records of the last build, and ``fresh`` those of this one."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self.fresh: dict[str, Record] = {}
        noted = load(folder / _NOTE, {str: _RECORD}) or {}
        self._last = {name: Record(*values) for name, values in noted.items()}

    def same(self, keys: Mapping[str, str], files: Files) -> dict[str, Record]:
        """Return the records that hold still: same key, and every file that was asked for is where it was."""
        return {
            name: record
            for name, record in self._last.items()
            if keys.get(name) == record.key and _still(record, files) and self._has(record)
        }

    def keep(self, name: str, record: Record, output: str) -> None:
        """Keep what was made of the page ``name``."""
        html = output.encode("utf-8", errors="xmlcharrefreplace")  # as MkDocs writes it
        whole = replace(record, html=digest(html), size=len(html))
        path = self._path(whole)
        if not self._has(whole):
            folder_at(path.parent)
            part = path.with_suffix(f".{os.getpid()}")  # a page of the menu is made by every process
            part.write_bytes(html)
            os.utime(part, ns=(_time_of(whole),) * 2)
            if path.is_dir():
                remove(path)
            part.replace(path)
        self.fresh[name] = whole

    def piece(self, record: Record) -> Piece:
        """Return what was made of the page of ``record``."""
        return Piece(mark=record.html, source=self._path(record))

    def save(self, records: Mapping[str, Record]) -> None:
        """Remember ``records`` for the next build, and forget all others."""
        save(self._folder / _NOTE, {name: told(record) for name, record in records.items()})
        wanted = {record.html for record in records.values()}
        for folder in self._folder.glob("??"):
            for name in {*os.listdir(folder)} - wanted if folder.is_dir() else ():  # noqa: PTH208  (thousands of files)
                remove(folder / name)

    def _has(self, record: Record) -> bool:
        if not _DIGEST.fullmatch(record.html):
            return False  # it would lead to another file
        try:
            found = os.stat(self._path(record), follow_symlinks=False)  # noqa: PTH116  (thousands of them)
        except OSError:
            return False
        return (found.st_size, found.st_mtime_ns) == (record.size, _time_of(record)) and S_ISREG(found.st_mode)

    def _path(self, record: Record) -> Path:
        return self._folder / record.html[:2] / record.html


def _time_of(record: Record) -> int:
    """Return the time (nanoseconds) that the file of ``record`` is given.

    It is made of what the file holds, so that one that somebody wrote to, or put in its place, is known by it. Whole
    seconds outlive any archive that the memory is taken along in.
    """
    return int(record.html[:7], 16) * 1_000_000_000


def told(record: Record) -> tuple[Any, ...]:
    """Return ``record`` as plain values; ``Record(*told(record))`` is the same."""
    return tuple(getattr(record, name) for name in Record.__slots__)


def _still(record: Record, files: Files) -> bool:
    for path, url in record.lookups.items():
        found = files.get_file_from_path(path)
        if (found.url if found else None) != url:
            return False
    return True

"""A folder kept equal to a set of pieces: only what differs is written, and what is no piece is taken away.

A note beside the folder says of each file what it was made of. It is believed only of a file whose size and time are
those that were noted, so a run that was cut off, or a hand from outside, costs a file written anew and nothing else.
"""

from __future__ import annotations

import os
import shutil
from dataclasses import dataclass
from hashlib import blake2b
from pathlib import Path
from typing import TYPE_CHECKING

from pipeline.publish.remembered import load, save

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    Note = dict[str, tuple[str, int, int]]
    """Mark, size and time (nanoseconds) of each file, by its name in the folder."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Piece:
    """One file to be: its bytes, or the file that it is a copy of. Two pieces of one ``mark`` are the same."""

    mark: str
    data: bytes | None = None
    source: Path | None = None

    @property
    def bytes(self) -> bytes:
        """What the file holds."""
        return self.data if self.data is not None else (self.source or Path()).read_bytes()

    @property
    def size(self) -> int:
        """How many bytes it holds."""
        return len(self.data) if self.data is not None else (self.source or Path()).stat().st_size


def of_bytes(data: bytes) -> Piece:
    """Return a piece that holds ``data``."""
    return Piece(mark=digest(data), data=data)


def of_text(text: str) -> Piece:
    """Return a piece that holds ``text`` as UTF-8."""
    return of_bytes(text.encode("utf-8", "replace"))


def of_file(path: Path) -> Piece:
    """Return a copy of a file of the author's or of the theme's, known by its name, size and time."""
    found = path.stat()
    return Piece(mark=f"{path}\0{found.st_size}\0{found.st_mtime_ns}", source=path)


def pieces_in(folder: Path) -> dict[str, Piece]:
    """Return every file in ``folder`` as a piece, known by what it holds."""
    return {name: Piece(mark=digest(path.read_bytes()), source=path) for name, path in files_in(folder)}


def digest(data: bytes) -> str:
    """Return 32 hex digits by which ``data`` is known."""
    return blake2b(data, digest_size=16).hexdigest()


def keep(folder: Path, pieces: Mapping[str, Piece], note: Path) -> None:
    """See to it that ``folder`` holds ``pieces``, by their names, and nothing else; ``note`` is where its note is."""
    before = _noted(note)
    there = dict(files_in(folder))
    for name in there.keys() - pieces.keys():
        there[name].unlink()
    now: Note = {}
    made: set[str] = set()
    for name, piece in pieces.items():
        target = f"{folder}/{name}"
        known = before.get(name)
        if not (known and known[0] == piece.mark and name in there and _is(target, known)):
            _put(target, piece, made, over=name in there)
        found = os.stat(target)  # noqa: PTH116  (thousands of them)
        now[name] = (piece.mark, found.st_size, found.st_mtime_ns)
    _without_empty(folder)
    save(note, now)


def is_kept(folder: Path, note: Path) -> bool:
    """Tell whether ``folder`` holds what its ``note`` says, and nothing else."""
    noted = _noted(note)
    names = {name for name, _ in files_in(folder)}
    return bool(noted) and names == noted.keys() and all(_is(f"{folder}/{name}", noted[name]) for name in noted)


def _noted(note: Path) -> Note:
    noted = load(note)
    return noted if isinstance(noted, dict) else {}


def _is(target: str, known: tuple[str, int, int]) -> bool:
    try:
        found = os.stat(target)  # noqa: PTH116  (thousands of them)
    except OSError:
        return False
    return (found.st_size, found.st_mtime_ns) == known[1:]


def _put(target: str, piece: Piece, made: set[str], *, over: bool) -> None:
    folder = target.rpartition("/")[0]
    if folder not in made:
        _make(Path(folder))
        made.add(folder)
    if over:
        os.unlink(target)  # noqa: PTH108  (never through a link)
    elif os.path.isdir(target):  # noqa: PTH112
        shutil.rmtree(target)  # what was a folder before is a file now
    if piece.data is not None:
        with open(target, "wb") as file:  # noqa: PTH123
            file.write(piece.data)
    elif piece.source is not None:
        shutil.copyfile(piece.source, target)


def _make(folder: Path) -> None:
    for parent in (folder, *folder.parents):
        if parent.is_file() or parent.is_symlink():
            parent.unlink()  # what was a file before is a folder now
        elif parent.is_dir():
            break
    folder.mkdir(parents=True, exist_ok=True)


def files_in(folder: Path) -> Iterator[tuple[str, Path]]:
    """Yield every file in ``folder`` with its name in it; a link is a file, wherever it leads."""
    root = str(folder)
    for place, folders, names in os.walk(root):
        inside = place[len(root) + 1 :].replace(os.sep, "/")
        linked = [name for name in folders if os.path.islink(f"{place}/{name}")]  # noqa: PTH114
        for name in (*names, *linked):
            yield f"{inside}/{name}" if inside else name, Path(place, name)


def _without_empty(folder: Path) -> None:
    for place, _, names in os.walk(folder, topdown=False):
        if not names and place != str(folder) and not os.listdir(place):  # noqa: PTH208  (thousands of them)
            os.rmdir(place)  # noqa: PTH106

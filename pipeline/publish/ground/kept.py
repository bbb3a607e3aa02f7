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
from typing import TYPE_CHECKING, NamedTuple

from pipeline.publish.ground.remembered import load, save

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping
    from collections.abc import Set as AbstractSet

    Note = dict[str, tuple[str, int, int]]
    """Mark, size and time (nanoseconds) of each file, by its name in the folder."""
    Twin = tuple[Path, Path]
    Unread = Callable[[OSError], object]


@dataclass(frozen=True, slots=True, kw_only=True)
class Piece:
    """One file to be: its bytes, the file that it is a copy of, or how it is made. Two of one ``mark`` are the same."""

    mark: str
    data: bytes | None = None
    source: Path | None = None
    made: Callable[[], bytes] | None = None

    @property
    def bytes(self) -> bytes:
        """What the file holds."""
        if self.made is not None:
            return self.made()
        return self.data if self.data is not None else (self.source or Path()).read_bytes()

    @property
    def size(self) -> int:
        """How many bytes it holds."""
        return self.source.stat().st_size if self.source else len(self.bytes)


def of_bytes(data: bytes) -> Piece:
    """Return a piece that holds ``data``."""
    return Piece(mark=digest(data), data=data)


def of_text(text: str) -> Piece:
    """Return a piece that holds ``text`` as UTF-8."""
    return of_bytes(text.encode("utf-8", "replace"))


def of_file(path: Path) -> Piece:
    """Return a copy of a file of the author's or of the theme's, known by its name, size and times."""
    found = path.stat()
    return Piece(mark=f"{path}\0{found.st_size}\0{found.st_mtime_ns}\0{found.st_ctime_ns}", source=path)


def pieces_in(folder: Path) -> dict[str, Piece]:
    """Return every file in ``folder`` as a piece, known by what it holds."""
    return {name: Piece(mark=digest(path.read_bytes()), source=path) for name, path in files_in(folder)}


def digest(data: bytes) -> str:
    """Return 32 hex digits by which ``data`` is known."""
    return blake2b(data, digest_size=16).hexdigest()


class Late(NamedTuple):
    """Pieces of a folder of its own that are asked for when all others are in their place."""

    folder: str
    pieces: Callable[[], Mapping[str, Piece]]


def keep(
    folder: Path, pieces: Mapping[str, Piece], note: Path, twin: Twin | None = None, late: Late | None = None
) -> None:
    """See to it that ``folder`` holds ``pieces``, by their names, and nothing else; ``note`` is where its note is.

    ``twin`` is another such folder and its note: a file that is right there is one file in both. What comes ``late``
    is among the pieces, too.
    """
    before = _noted(note)
    filling = _Filling(folder, before, twin)
    there = set(names_in(folder))
    later = {name for name in there - pieces.keys() if late and name.startswith(f"{late.folder}/")}
    filling.fill(pieces, there - later)
    if late:
        filling.fill(late.pieces(), later)
    if there - filling.now.keys():
        _without_empty(folder)
    if filling.now != before:
        save(note, filling.now)


class _Filling:
    """The filling of one folder; ``now`` is what its note is to say."""

    def __init__(self, folder: Path, before: Note, twin: Twin | None) -> None:
        self.now: Note = {}
        self._folder = folder
        self._before = before
        self._twin = twin
        self._theirs = _noted(twin[1]) if twin else {}
        self._made: set[str] = set()

    def fill(self, pieces: Mapping[str, Piece], there: AbstractSet[str]) -> None:
        """Put ``pieces`` in the place of the files that are ``there``.

        Raises ``ValueError`` for a name that leads out of the folder.
        """
        if astray := [name for name in pieces if name.startswith("/") or ".." in name.split("/")]:
            raise ValueError(f"{astray[0]} is no name of a file of the site")  # it can only come of a forged memory
        for name in there - pieces.keys():
            (self._folder / name).unlink()
        for name, piece in pieces.items():
            target = f"{self._folder}/{name}"
            known = self._before.get(name)
            state = _state(target) if known and known[0] == piece.mark and name in there else None
            if known is None or state is None or state != known[1:]:
                _put(target, piece, self._made, over=name in there, shared=self._shared(name, piece))
                state = _state(target)
            self.now[name] = (piece.mark, *state)

    def _shared(self, name: str, piece: Piece) -> str:
        """Return the path of the same file in the twin; nothing where that has none."""
        theirs = self._theirs.get(name)
        other = f"{self._twin[0]}/{name}" if self._twin and theirs and theirs[0] == piece.mark else ""
        return other if other and theirs and _is(other, theirs[1:]) else ""


def amend(folder: Path, before: Mapping[str, str], pieces: Mapping[str, Piece], *, only_read: bool = False) -> None:
    """Change ``folder`` from what was there by the marks ``before`` to ``pieces``.

    For who knows that nobody else writes there: of what has the same mark nothing is looked at. What is ``only_read``
    there may be one file with its source.
    """
    gone = before.keys() - pieces.keys()
    for name in gone:
        (folder / name).unlink(missing_ok=True)
    made: set[str] = set()
    for name, piece in pieces.items():
        if before.get(name) != piece.mark:
            target = f"{folder}/{name}"
            over = os.path.isfile(target) or os.path.islink(target)  # noqa: PTH113, PTH114  (thousands of them)
            _put(target, piece, made, over=over, shared=str(piece.source or "") if only_read else "")
    if gone:
        _without_empty(folder)


def marks_of(pieces: Mapping[str, Piece]) -> dict[str, str]:
    """Return the mark of each piece."""
    return {name: piece.mark for name, piece in pieces.items()}


def is_kept(folder: Path, note: Path) -> bool:
    """Tell whether ``folder`` holds what its ``note`` says, and nothing else."""
    noted = _noted(note)
    if not noted or set(names_in(folder)) != noted.keys():
        return False
    return all(_state(f"{folder}/{name}") == known[1:] for name, known in noted.items())


def _noted(note: Path) -> Note:
    return load(note, {str: (str, int, int)}) or {}


def _is(target: str, state: tuple[int, int]) -> bool:
    try:
        return _state(target) == state
    except OSError:
        return False


def _state(target: str) -> tuple[int, int]:
    found = os.stat(target, follow_symlinks=False)  # noqa: PTH116  (thousands of them)
    return found.st_size, found.st_mtime_ns


def _put(target: str, piece: Piece, made: set[str], *, over: bool, shared: str) -> None:
    folder = target.rpartition("/")[0]
    if folder not in made:
        _make(Path(folder))
        made.add(folder)
    if over:
        os.unlink(target)  # noqa: PTH108  (never through a link)
    elif os.path.isdir(target):  # noqa: PTH112
        shutil.rmtree(target)  # what was a folder before is a file now
    if shared and _linked(shared, target):
        return
    if piece.source is not None:
        shutil.copyfile(piece.source, target)
    else:
        with open(target, "wb") as file:  # noqa: PTH123
            file.write(piece.bytes)


def _linked(shared: str, target: str) -> bool:
    try:
        os.link(shared, target)
    except OSError:  # not on this file system
        return False
    return True


def _make(folder: Path) -> None:
    for parent in (folder, *folder.parents):
        if parent.is_file() or parent.is_symlink():
            parent.unlink()  # what was a file before is a folder now
        elif parent.is_dir():
            break
    folder.mkdir(parents=True, exist_ok=True)


def files_in(folder: Path, unread: Unread | None = None) -> Iterator[tuple[str, Path]]:
    """Yield every file in ``folder`` with its name in it; a link is a file, wherever it leads."""
    for name in names_in(folder, unread):
        yield name, folder / name


def names_in(folder: Path, unread: Unread | None = None) -> Iterator[str]:
    """Yield the name of every file in ``folder``, but for what is hidden at its top; ``unread`` is told what fails."""
    root = str(folder)
    for place, folders, names in os.walk(root, onerror=unread):
        if place == root:
            folders[:], names[:] = (_shown(found) for found in (folders, names))
        inside = place[len(root) + 1 :].replace(os.sep, "/")
        linked = [name for name in folders if os.path.islink(f"{place}/{name}")]  # noqa: PTH114
        for name in (*names, *linked):
            yield f"{inside}/{name}" if inside else name


def _shown(names: Iterable[str]) -> list[str]:
    return [name for name in names if not name.startswith(".")]


def also_folders(names: Iterable[str], folders: Iterable[str] = ()) -> set[str]:
    """Return which of ``names`` are folders of others, or among ``folders``: no file can be there."""
    every, found = [*names], {*folders}
    for name in every:
        place = name.rpartition("/")[0]
        while place and place not in found:
            found.add(place)
            place = place.rpartition("/")[0]
    return found.intersection(every)


def _without_empty(folder: Path) -> None:
    for place, _, names in os.walk(folder, topdown=False):
        if not names and place != str(folder) and not os.listdir(place):  # noqa: PTH208  (thousands of them)
            os.rmdir(place)  # noqa: PTH106

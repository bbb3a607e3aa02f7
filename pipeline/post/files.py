"""The file of a post as a program reads and writes it: never over a change that it has not seen.

Between reading and writing somebody may save the file in an editor. What was read has a mark; only the file that still
has it is written, in one move.
"""

from __future__ import annotations

import hashlib
import os
import stat
import tempfile
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from pipeline.errors import BylineError, PostError

_BOM: Final = b"\xef\xbb\xbf"


@dataclass(frozen=True, slots=True, kw_only=True)
class Loaded:
    """A file as it was read: its text with plain line ends, and the mark by which a change of it is noticed.

    ``is_mixed`` tells that its lines end in more than one way, so that nobody knows how a new one had to end.
    """

    path: Path
    text: str
    mark: str
    is_mixed: bool = False


class ChangedOutsideError(BylineError):
    """The file is not the one that was loaded; ``now`` is what it holds."""

    def __init__(self, now: Loaded) -> None:
        self.now = now
        super().__init__(f"{now.path.name} was changed by another program in the meantime; look at it and try again")


def load(path: Path) -> Loaded:
    """Return what ``path`` holds. Raises ``PostError`` where it cannot be read."""
    data = bytes_of(path)
    try:
        text = data.removeprefix(_BOM).decode()
    except UnicodeDecodeError as error:
        raise PostError(path, [(1, f"is not UTF-8 text ({error.reason}); save it as UTF-8")]) from None
    plain = text.replace("\r\n", "\n")
    is_mixed = "\r\n" in text and "\n" in text.replace("\r\n", "")
    return Loaded(path=path, text=plain, mark=_mark(data), is_mixed=is_mixed)


def mark_of(path: Path) -> str:
    """Return the mark of the file as it is now, or an empty one where there is none."""
    try:
        return _mark(bytes_of(path))
    except PostError:
        return ""


def save(path: Path, text: str, mark: str) -> Loaded:
    """Write ``text`` into the file that had ``mark`` when it was loaded; its line ends stay what they were.

    Raises ``ChangedOutsideError`` where the file is another by now, and ``PostError`` where it cannot be written.
    """
    before = bytes_of(path)
    if _mark(before) != mark:
        raise ChangedOutsideError(load(path))
    data = _like(before, text)
    try:
        _replace(path, data)
    except OSError as error:
        raise PostError(path, [(1, f"cannot be written ({error.strerror})")]) from error
    return Loaded(path=path, text=text, mark=_mark(data))


def move(loaded: Loaded, text: str, target: Path) -> None:
    """Put ``text`` at ``target``, where nothing is, in place of the file that was ``loaded``, with its line ends.

    Raises ``ChangedOutsideError`` where that is another by now, and ``PostError`` where ``target`` is there or cannot
    be written; both files then are as they were.
    """
    before = bytes_of(loaded.path)
    if _mark(before) != loaded.mark:
        raise ChangedOutsideError(load(loaded.path))
    try:
        with target.open("xb") as file:
            file.write(_like(before, text).removeprefix(_BOM))
    except OSError as error:
        raise PostError(target, [(1, f"cannot be written ({error.strerror})")]) from error
    if mark_of(loaded.path) != loaded.mark:
        target.unlink()
        raise ChangedOutsideError(load(loaded.path))
    loaded.path.unlink()


def bytes_of(path: Path) -> bytes:
    """Return what the file at ``path`` holds. Raises ``PostError`` where it cannot be read, or never would end."""
    try:
        kind = path.stat().st_mode
        if stat.S_ISDIR(kind):
            raise PostError(path, [(1, "cannot be read, as it is a folder; give it a name without .md")])
        if not stat.S_ISREG(kind):
            raise PostError(path, [(1, "is no file, but a named pipe or a device; take it away")])
        return path.read_bytes()
    except FileNotFoundError:
        raise PostError(path, [(1, "there is no such file")]) from None
    except OSError as error:
        raise PostError(path, [(1, f"cannot be read ({error.strerror})")]) from None


def _mark(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def _like(before: bytes, text: str) -> bytes:
    """Return ``text`` as bytes, with the line ends and the byte order mark of ``before``."""
    plain = text.replace("\r\n", "\n")
    ends = "\r\n" if b"\r\n" in before else "\n"
    return _BOM * before.startswith(_BOM) + plain.replace("\n", ends).encode("utf-8", "replace")


def _replace(path: Path, data: bytes) -> None:
    """Put ``data`` in the place of the file in one move, so that nobody ever sees half of it."""
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=".", suffix=".part")
    fresh = Path(name)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        fresh.chmod(path.stat().st_mode & 0o777)
        fresh.replace(path)
    finally:
        with suppress(OSError):
            fresh.unlink(missing_ok=True)

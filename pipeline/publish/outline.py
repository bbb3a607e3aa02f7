"""What a site was made of, for whoever comes again and again and sees by it whether the site is to be built anew.

What changes with each look, as trends do, and what nobody knows, as a plugin may look at anything, changes it once a
day only. Files are known by their size and times; where these differ, by what they hold, so that a file which a hook
or another program writes again as it was is no change.

A file that holds something else at the end of a build than at its beginning may be the author's, who went on writing:
the site is built once more. Where that build, before which nobody changed anything, finds it changed at its own end
again, a hook or a plugin writes it, and what it writes does not count until a build leaves it alone. An author who
saved one page in both is mistaken for one, until the next day at most.
"""

from __future__ import annotations

from dataclasses import dataclass
from hashlib import blake2b, file_digest
from stat import S_ISDIR, S_ISREG
from typing import TYPE_CHECKING, Final, NamedTuple

from pipeline.publish.elsewhere import elsewhere
from pipeline.publish.ground.kept import digest, files_in
from pipeline.publish.ground.remembered import load, save
from pipeline.publish.stamp import CLOCK, READ, content_of, frame_of, is_over, work_of

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import date
    from pathlib import Path

    from pipeline.model import Shown
    from pipeline.settings.sections import Settings

    Files = dict[str, tuple[str, str]]
    """Size and times of each file, and a digest of what it holds, by its folder and its name there."""

_FORM: Final = (str, {str: (str, str)}, str, (str, ...), (str, ...))
_NEVER: Final = "not read"
"""In place of the digest of a file that was not read: none is like it."""
_NONE: Final = ("", "")


@dataclass(frozen=True, slots=True, kw_only=True)
class Outline:
    """What a site of ``today`` is made of: a digest of all that is no file of the author's, and each of these."""

    today: date
    frame: str
    files: Files


class _Kept(NamedTuple):
    """The outline that the site was built by. ``left`` tells all files as they were at the end of the build.

    Those that were ``written`` meanwhile held something else before; of them, ``theirs`` are written by each build.
    """

    frame: str
    files: Files
    left: str
    written: tuple[str, ...]
    theirs: tuple[str, ...]


def outline_of(settings: Settings, shown: Shown, today: date) -> Outline:
    """Return the outline of a site that is about to be built: what nobody has looked at yet is read."""
    kept = _kept(settings)
    files = _files(settings, today, kept.files if kept else {}, lambda _: True)
    return Outline(today=today, frame=_frame(settings, shown, today), files=files)


def is_outlined(settings: Settings, shown: Shown, today: date) -> bool:
    """Tell whether the site was built by the outline that it has now, and is what it should be ``today``.

    Of what has other times, only texts are read: a picture that was touched costs a build that finds nothing.
    """
    kept = _kept(settings)
    if kept is None or is_over(settings, today) or kept.frame != _frame(settings, shown, today):
        return False
    return not _differing(kept.files, _files(settings, today, kept.files, lambda path: path.suffix in READ))


def keep_outline(settings: Settings, outline: Outline) -> None:
    """Keep the outline that the site had when the build began that ended just now."""
    kept = _kept(settings)
    before, after = outline.files, _files(settings, outline.today, outline.files, lambda _: True)
    written = _differing(before, after)
    suspected = {*kept.theirs, *(kept.written if kept.left == _told(before) else ())} if kept else set()
    theirs = written & suspected if elsewhere(settings.site) else set()  # without code of theirs, no build writes there
    files = {name: known for name, known in after.items() if name not in written - theirs}
    files |= {name: known for name, known in before.items() if name in written - theirs}
    now = _Kept(outline.frame, files, _told(after), tuple(sorted(written)), tuple(sorted(theirs)))
    save(_place(settings), tuple(now))


def _kept(settings: Settings) -> _Kept | None:
    found = load(_place(settings), _FORM)
    return found and _Kept(*found)


def _place(settings: Settings) -> Path:
    return work_of(settings) / "outline"


def _frame(settings: Settings, shown: Shown, today: date) -> str:
    """Return a digest of what the site is made of besides the author's files."""
    day = str(today).encode()
    made = blake2b(repr((shown, day if settings.publish.trends else b"")).encode("utf-8", "replace"), digest_size=16)
    for part in frame_of(settings, lambda: day):
        made.update(part + b"\0")
    return made.hexdigest()


def _files(settings: Settings, today: date, known: Files, is_read: Callable[[Path], bool]) -> Files:
    """Return all files of the author's; what has the size and times of one that is ``known`` holds the same.

    What else ``is_read`` no more is like no file.
    """
    day, files = str(today), {}
    for name, path in files_in(settings.content):
        files[f"content/{name}"] = _seen(path, day, known.get(f"content/{name}"), is_read)
    for name, path in files_in(settings.overrides):
        text = content_of(path) if path.suffix in READ else b""
        seen = _seen(path, day, known.get(f"overrides/{name}"), is_read)
        files[f"overrides/{name}"] = (day, f"{day} {digest(text)}") if CLOCK in text else seen
    return files


def _seen(path: Path, day: str, known: tuple[str, str] | None, is_read: Callable[[Path], bool]) -> tuple[str, str]:
    """Return size and times of a file, and a digest of what it holds; of a link to a folder, the day for both."""
    try:
        found = path.stat()
        state = f"{found.st_size} {found.st_mtime_ns} {found.st_ctime_ns}"
        if known and known[0] == state:
            return known
        if not S_ISREG(found.st_mode):
            return (day, day) if S_ISDIR(found.st_mode) else (state, state)
        return state, _digest_of(path) if is_read(path) else _NEVER
    except OSError as error:
        return repr(error), repr(error)


def _digest_of(path: Path) -> str:
    with path.open("rb") as file:
        return file_digest(file, lambda: blake2b(digest_size=16)).hexdigest()


def _differing(one: Files, other: Files) -> set[str]:
    """Return the names of files that hold something else in the ``other``, or are in one of both only."""
    return {name for name in one.keys() | other.keys() if one.get(name, _NONE)[1] != other.get(name, _NONE)[1]}


def _told(files: Files) -> str:
    """Return a digest of what all ``files`` hold."""
    return digest(repr(sorted((name, known[1]) for name, known in files.items())).encode())

"""What a site was made of, for whoever comes again and again and sees by it whether the site is to be built anew.

What changes with each look, as trends do, and what nobody knows, as a plugin may look at anything, changes it once a
day only. Files are known by their size and times; where these differ, by what they hold, so that a file which a hook
or another program writes again as it was is no change.
"""

from __future__ import annotations

from hashlib import blake2b, file_digest
from stat import S_ISDIR, S_ISREG
from typing import TYPE_CHECKING, Final, NamedTuple

from pipeline.publish.ground.kept import digest, files_in
from pipeline.publish.ground.remembered import load, save
from pipeline.publish.stamp import CLOCK, READ, content_of, frame_of, is_over, work_of

if TYPE_CHECKING:
    from datetime import date
    from pathlib import Path

    from pipeline.model import Shown
    from pipeline.settings.sections import Settings

    Files = dict[str, tuple[str, str]]
    """Size and times of each file, and a digest of what it holds, by its folder and its name there."""

_FORM: Final = (str, {str: (str, str)})
_MOST: Final = 2**26
"""Bytes of a file that is read; of a larger one, size and times tell all."""


class Outline(NamedTuple):
    """What a site is made of: a digest of all that is no file of the author's, and each of these."""

    frame: str
    files: Files


def outline_of(settings: Settings, shown: Shown, today: date) -> Outline:
    """Return the outline of a site that is about to be built."""
    kept = _kept(settings)
    return Outline(_frame(settings, shown, today), _files(settings, today, kept.files if kept else {}))


def is_outlined(settings: Settings, shown: Shown, today: date) -> bool:
    """Tell whether the site was built by the outline that it has now, and is what it should be ``today``."""
    kept = _kept(settings)
    if kept is None or is_over(settings, today) or kept.frame != _frame(settings, shown, today):
        return False
    files = _files(settings, today, kept.files)
    if _digests(files) != _digests(kept.files):
        return False
    if files != kept.files:  # what was written again as it was is read once
        keep_outline(settings, Outline(kept.frame, files))
    return True


def keep_outline(settings: Settings, outline: Outline) -> None:
    """Keep the outline that the site had when the build began that ended just now.

    What was saved meanwhile is in the next build, whoever did that: it may be the author's.
    """
    save(_place(settings), tuple(outline))


def _kept(settings: Settings) -> Outline | None:
    found = load(_place(settings), _FORM)
    return found and Outline(*found)


def _place(settings: Settings) -> Path:
    return work_of(settings) / "outline"


def _frame(settings: Settings, shown: Shown, today: date) -> str:
    """Return a digest of what the site is made of besides the author's files."""
    day = str(today).encode()
    made = blake2b(repr((shown, day if settings.publish.trends else b"")).encode("utf-8", "replace"), digest_size=16)
    for part in frame_of(settings, lambda: day):
        made.update(part + b"\0")
    return made.hexdigest()


def _files(settings: Settings, today: date, known: Files) -> Files:
    """Return all files of the author's; what has the size and times of one that is ``known`` holds the same."""
    day, files = str(today), {}
    for name, path in files_in(settings.content):
        files[f"content/{name}"] = _seen(path, day, known.get(f"content/{name}"))
    for name, path in files_in(settings.overrides):
        text = content_of(path) if path.suffix in READ else b""
        seen = _seen(path, day, known.get(f"overrides/{name}"))
        files[f"overrides/{name}"] = (day, f"{day} {digest(text)}") if CLOCK in text else seen
    return files


def _seen(path: Path, day: str, known: tuple[str, str] | None) -> tuple[str, str]:
    """Return size and times of a file, and a digest of what it holds; of a link to a folder, the day for both."""
    try:
        found = path.stat()
        state = f"{found.st_size} {found.st_mtime_ns} {found.st_ctime_ns}"
        if known and known[0] == state:
            return known
        if not S_ISREG(found.st_mode):
            return (day, day) if S_ISDIR(found.st_mode) else (state, state)
        return state, _digest_of(path) if found.st_size <= _MOST else state
    except OSError as error:
        return repr(error), repr(error)


def _digest_of(path: Path) -> str:
    with path.open("rb") as file:
        return file_digest(file, lambda: blake2b(digest_size=16)).hexdigest()


def _digests(files: Files) -> dict[str, str]:
    return {name: known[1] for name, known in files.items()}

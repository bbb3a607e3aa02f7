"""The grounds of a build: what it replaces and where it remembers is nothing of the author's, and no other build's.

And whether the grounds carry it: a disk may be full, or a folder not ours to write to.
"""

from __future__ import annotations

import errno
import os
import time
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING, Final

from pipeline.errors import PublishError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from pipeline.settings.sections import Settings


_HELD: Final = "held"
PATIENCE: Final = 120.0
"""Seconds to wait for another build, which is done by then."""
_LOOK: Final = 0.1


@contextmanager
def held(settings: Settings, work: Path, patience: float = PATIENCE) -> Iterator[None]:
    """Have the folder of the site and ``work``, where a build remembers, for this build alone.

    Another one is waited for, for so many seconds. Raises ``PublishError`` where it is not done by then, or where a
    folder is not Byline's.
    """
    _see_that_own(settings, work)
    work.mkdir(parents=True, exist_ok=True)
    lock = os.open(work / _HELD, os.O_CREAT | os.O_RDWR | os.O_CLOEXEC, 0o644)
    try:
        until = time.monotonic() + patience
        while not _locked(lock):
            if time.monotonic() > until:
                raise PublishError(
                    f"Another process of Byline is at work on this site (in {work}), and has not ended yet; "
                    "stop it there, or look at the site when it is done"
                )
            time.sleep(_LOOK)
        yield
    finally:
        os.close(lock)  # which gives it back, as the end of the process would


def _locked(lock: int) -> bool:
    with suppress(ImportError):  # Windows: there, one build at a time is up to the author
        import fcntl

        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            if error.errno == errno.EWOULDBLOCK:
                return False
    return True  # or the file system has no locks: as on Windows


def _see_that_own(settings: Settings, work: Path) -> None:
    """See to it that the folder of the site and ``work``, where a build remembers, are Byline's alone.

    Raises ``PublishError``: a build takes away what is no file of the site, so it must never look into a folder of the
    author's, be it by a setting or by a link.
    """
    output = settings.output
    if output.is_symlink():
        raise PublishError(f"{output} is a link; make site_dir in mkdocs.yml a folder, and copy the site from there")
    here = output.resolve()
    root = settings.root.resolve()
    if root.is_relative_to(here):
        raise PublishError(
            f"site_dir in mkdocs.yml is {output}, which holds your own files; name a folder for the site"
        )
    for theirs in (settings.content, settings.overrides, settings.state):
        there = theirs.resolve()
        if there != root and (here.is_relative_to(there) or there.is_relative_to(here)):
            raise PublishError(
                f"site_dir in mkdocs.yml is {output}, and {theirs} has other files; name a folder for the site alone"
            )
    for place in (work.parent, work, *(_inside(work) if work.is_dir() else ())):
        if place.is_symlink():
            raise PublishError(f"{place} is a link, where Byline remembers what it built; take the link away")


@contextmanager
def told_in_words() -> Iterator[None]:
    """Make of what the system refuses (a full disk, a file that may not be read) a ``PublishError`` that names it."""
    try:
        yield
    except OSError as error:
        place = error.filename2 or error.filename or "a file of the site, or of what Byline remembers,"
        reason = error.strerror or type(error).__name__
        raise PublishError(f"The site is not built: {place} cannot be read or written ({reason})") from error


def _inside(folder: Path) -> list[Path]:
    with os.scandir(folder) as found:
        return [folder / each.name for each in found]

"""The files of the new site into the place of the old one, in one move at the end.

There are two folders: the site that people see, and the one before it. The latter is made the new one, file by file
where they differ, and then the two change places; so a build that is cut off leaves the site whole, and a small change
is small. Where the site is on another file system than what Byline remembers, the new one is filled beside it.
"""

from __future__ import annotations

import errno
import shutil
from typing import TYPE_CHECKING, Final

from pipeline.errors import PublishError
from pipeline.publish.ground.exchange import exchange
from pipeline.publish.ground.kept import keep
from pipeline.publish.ground.remembered import folder_at

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from pipeline.publish.ground.kept import Late, Piece


_APART: Final = frozenset({errno.EXDEV, errno.EBUSY})
"""A folder cannot be moved to another file system, nor one that is the root of its own."""


def put(pieces: Mapping[str, Piece], output: Path, work: Path, late: Late | None = None) -> None:
    """Make ``output`` a folder of ``pieces``, and of those that come ``late``.

    Raises ``PublishError`` where it cannot be replaced; it then stays.
    """
    output.parent.mkdir(parents=True, exist_ok=True)
    home = work if _reaches(work, output.parent) else output.parent
    names = ("spare", "old") if home is work else (f".{output.name}.new", f".{output.name}.old")
    spare, old = (home / name for name in names)
    _mend(output, old)
    keep(spare, pieces, work / "spare.note", twin=(output, work / "site.note"), late=late)
    try:
        if not (output.exists() and exchange(spare, output)):
            _move(spare, output, old)
    except OSError as error:
        if error.errno not in _APART:
            raise PublishError(f"{output} cannot be replaced by the new site: {error.strerror}") from error
        keep(output, pieces, work / "site.note", late=late)  # file by file, as it may be that of a container
    else:
        _take_along(spare, output)
        _swap(work / "spare.note", work / "site.note")
    if home is not work:
        shutil.rmtree(spare, ignore_errors=True)  # it is beside the site, where somebody would wonder


def _reaches(work: Path, place: Path) -> bool:
    """Tell whether a folder can be moved from ``work`` to ``place``; of two mounts of one disk only trying tells."""
    probe, there = work / "probe", place / ".byline.probe"
    try:
        folder_at(probe)
        probe.rename(there)
        there.rmdir()
    except OSError as error:
        if probe.is_dir():
            probe.rmdir()
        return error.errno != errno.EXDEV
    return True


def _take_along(old: Path, new: Path) -> None:
    """Let what is hidden in the folder of the site, as .git is, stay there: it is none of ours."""
    for path in old.glob(".*") if old.exists() else ():
        if not (new / path.name).exists():
            path.rename(new / path.name)


def _move(spare: Path, output: Path, old: Path) -> None:
    """Let ``spare`` take the place of ``output`` in two steps, and ``output`` that of ``spare``.

    Raises ``OSError`` where that cannot be; both then are where they were.
    """
    try:
        if output.exists():
            output.rename(old)
        spare.rename(output)
    except OSError:
        if old.exists() and not output.exists():
            old.rename(output)
        raise
    if old.exists():
        old.rename(spare)


def _mend(output: Path, old: Path) -> None:
    """Put back the old site where a run was cut off between the two moves."""
    if old.exists() and not output.exists():
        old.rename(output)
    shutil.rmtree(old, ignore_errors=True)


def _swap(spare: Path, site: Path) -> None:
    """Let each note follow its folder; one that does not is not believed (see ``kept``)."""
    between = spare.with_suffix(".between")
    spare.replace(between)
    if site.exists():
        site.replace(spare)
    between.replace(site)

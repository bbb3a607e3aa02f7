"""The files of the new site into the place of the old one, in one move at the end.

There are two folders: the site that people see, and the one before it. The latter is made the new one, file by file
where they differ, and then the two change places; so a build that is cut off leaves the site whole, and a small change
is small.
"""

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING

from pipeline.errors import PublishError
from pipeline.publish.exchange import exchange
from pipeline.publish.kept import keep

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from pipeline.publish.kept import Late, Piece


def put(pieces: Mapping[str, Piece], output: Path, work: Path, late: Late | None = None) -> None:
    """Make ``output`` a folder of ``pieces``, and of those that come ``late``.

    Raises ``PublishError`` where it cannot be replaced; it then stays.
    """
    spare, old = work / "spare", work / "old"
    _mend(output, old)
    keep(spare, pieces, work / "spare.note", twin=(output, work / "site.note"), late=late)
    if not (output.exists() and exchange(spare, output)):
        _move(spare, output, old)
    _take_along(spare, output)
    _swap(work / "spare.note", work / "site.note")


def _take_along(old: Path, new: Path) -> None:
    """Let what is hidden in the folder of the site, as .git is, stay there: it is none of ours."""
    for path in old.glob(".*") if old.exists() else ():
        if not (new / path.name).exists():
            path.rename(new / path.name)


def _move(spare: Path, output: Path, old: Path) -> None:
    """Let ``spare`` take the place of ``output`` in two steps, and ``output`` that of ``spare``."""
    try:
        if output.exists():
            output.rename(old)
        spare.rename(output)
    except OSError as error:
        if old.exists() and not output.exists():
            old.rename(output)
        raise PublishError(f"{output} cannot be replaced by the new site: {error.strerror}") from error
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

"""Whether a build stays on its own grounds: what it replaces, and where it remembers, is nothing of the author's."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from pipeline.errors import PublishError

if TYPE_CHECKING:
    from pathlib import Path

    from pipeline.settings.sections import Settings


def see_that_own(settings: Settings, work: Path) -> None:
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


def _inside(folder: Path) -> list[Path]:
    with os.scandir(folder) as found:
        return [folder / each.name for each in found]

"""Code that mkdocs.yml names and that is not there: no site is built then. It is looked for, and never loaded."""

from __future__ import annotations

from contextlib import suppress
from importlib.metadata import entry_points
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pipeline.settings.sections import Settings


def lost_plugins(settings: Settings) -> Iterator[str]:
    """Yield the plugins of mkdocs.yml that are not installed; Zensical passes over all that it does not know itself."""
    if settings.publish.engine == "zensical":
        return
    known = {each.name for group in ("mkdocs.plugins", "properdocs.plugins") for each in entry_points(group=group)}
    yield from (name for name in settings.site.plugins if not known & {name, f"material/{name}"})


def lost_hooks(settings: Settings) -> Iterator[str]:
    """Yield the hooks of mkdocs.yml of which there is no file; Zensical has none."""
    if settings.publish.engine == "zensical":
        return
    for name in settings.site.hooks:
        with suppress(OSError, ValueError):  # a name that no file can have
            if (settings.root / name).is_file():
                continue
        yield name

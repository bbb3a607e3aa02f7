"""What no site is built with: code that mkdocs.yml names and that is not there, and templates that cannot be read.

It is looked for and looked at, and never run.
"""

from __future__ import annotations

from contextlib import suppress
from importlib.metadata import entry_points
from typing import TYPE_CHECKING, Final, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from pipeline.settings.sections import Settings


_MOST: Final = 2**20
"""Bytes of a template that is looked at."""
_OTHERS: Final = "unknown tag"
"""A hook or plugin may know it."""


class BrokenTemplate(NamedTuple):
    """A template that cannot be read: its file, the line from 1, and why."""

    path: Path
    line: int
    why: str


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


def broken_templates(settings: Settings) -> Iterator[BrokenTemplate]:
    """Yield the author's templates that cannot be read."""
    from jinja2 import Environment, TemplateSyntaxError

    reader = Environment(autoescape=False, extensions=["jinja2.ext.i18n", "jinja2.ext.do"])  # noqa: S701  (only parsed)
    for path in sorted(settings.overrides.rglob("*.html")):
        if path.is_symlink() or not path.is_file() or path.stat().st_size > _MOST:
            continue
        try:
            reader.parse(path.read_text(encoding="utf-8"))
        except TemplateSyntaxError as error:
            if _OTHERS not in str(error):
                yield BrokenTemplate(path, error.lineno, str(error))
        except (OSError, UnicodeDecodeError, RecursionError) as error:
            yield BrokenTemplate(path, 1, str(error))

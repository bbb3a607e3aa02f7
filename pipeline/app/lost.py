"""What nothing is made with: code that mkdocs.yml names and that is not there, and templates that cannot be read.

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


class Use(NamedTuple):
    """What templates of one folder end in, what may not be while one of them is broken, and what to do about that."""

    ends: tuple[str, ...]
    means: str
    remedy: str


class BrokenTemplate(NamedTuple):
    """A template that cannot be read: its file, the line from 1, why, and what that means."""

    path: Path
    line: int
    why: str
    use: Use


_OWN: Final = "Mend it, or take it away to have Byline's own."
_SITE: Final = Use((".html",), "the site may not be built", "Mend it, or take it away to have the theme's own.")
_TEXTS: Final = {
    "letter": Use((".html", ".txt"), "no letter can be made", "Mend it."),
    "notes": Use((".txt",), "no such note can be prepared", "Mend it."),
    "shares": Use((".txt",), "no such share can be made", _OWN),
    "draft": Use((".md",), "no such draft can be made", _OWN),
}
"""The folders of overrides/ whose templates are none of pages, and so know no more than Jinja itself does."""


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

    plain = Environment(autoescape=False)  # noqa: S701  (only parsed)
    reader = plain.overlay(extensions=["jinja2.ext.i18n", "jinja2.ext.do"])
    for path in sorted(settings.overrides.rglob("*.*")):
        use = _TEXTS.get(path.relative_to(settings.overrides).parts[0], _SITE)
        if path.suffix not in use.ends or path.is_symlink() or not path.is_file() or path.stat().st_size > _MOST:
            continue
        try:
            (reader if use is _SITE else plain).parse(path.read_text(encoding="utf-8"))
        except TemplateSyntaxError as error:
            if use is not _SITE or _OTHERS not in str(error):
                yield BrokenTemplate(path, error.lineno, str(error), use)
        except (OSError, UnicodeDecodeError, RecursionError) as error:
            yield BrokenTemplate(path, 1, str(error), use)

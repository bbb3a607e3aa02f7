"""What nothing is made with: code that mkdocs.yml names and that is not there, and templates that cannot be read.

It is looked for and looked at, and never run.
"""

from __future__ import annotations

from contextlib import suppress
from importlib.metadata import entry_points
from itertools import islice
from typing import TYPE_CHECKING, Final, NamedTuple

from pipeline.html import plain_text, shortened

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from pipeline.model import PlainText
    from pipeline.settings.sections import Settings


_MOST: Final = 2**18
"""Bytes of a template that is looked at."""
_IN_ALL: Final = 2**22
_FILES: Final = 10_000
"""Files among which templates are looked for."""
_SAID: Final = 300
"""Characters of what Jinja says."""
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
    why: PlainText
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
    for path in _templates(settings.overrides):
        use = _use_of(path, settings.overrides)
        try:
            (reader if use is _SITE else plain).parse(path.read_text(encoding="utf-8"))
        except TemplateSyntaxError as error:
            if use is not _SITE or _OTHERS not in str(error):
                yield BrokenTemplate(path, error.lineno, shortened(plain_text(str(error)), _SAID), use)
        except (OSError, ValueError, RecursionError) as error:
            yield BrokenTemplate(path, 1, shortened(plain_text(str(error)), _SAID), use)


def _templates(folder: Path) -> Iterator[Path]:
    """Yield the templates in ``folder``, as many as can be read in a few seconds."""
    left = _IN_ALL
    for path in sorted(islice(folder.rglob("*.*"), _FILES)):
        if path.suffix not in _use_of(path, folder).ends or path.is_symlink() or not path.is_file():
            continue
        with suppress(OSError):  # it is gone since
            size = path.stat().st_size
            if size > _MOST or size > left:
                continue
            left -= size
            yield path


def _use_of(path: Path, folder: Path) -> Use:
    return _TEXTS.get(path.relative_to(folder).parts[0], _SITE)

"""What all pages of a build share, as one digest, and what forbids passing any of them by.

They share configuration, templates, menu and the versions of programs.

A plugin, an extension or a template that may look at other pages, at other files or at the clock makes pages depend on
more than is known here. Then every page is built, and the author is told why.
"""

from __future__ import annotations

import json
import sys
from functools import lru_cache
from hashlib import blake2b
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from mkdocs.utils import meta

from pipeline.publish.engine.plan import SEARCHES
from pipeline.publish.kept import digest
from pipeline.publish.remembered import load, save

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from mkdocs.config.defaults import MkDocsConfig
    from mkdocs.structure.files import Files

    from pipeline.publish.engine.plan import Plan

_PACKAGES: Final = ("byline", "mkdocs", "mkdocs-material", "jinja2", "markdown", "pymdown-extensions", "pygments")
_KNOWN_PLUGINS: Final = SEARCHES | {"byline-speed"}
_OTHER_PAGES: Final = frozenset({"pages", "build_date_utc"})
"""Names of templates' variables by which a page shows what is not its own."""
_ELSEWHERE: Final = frozenset({"assets", "letter"})
"""Folders of overrides/ that no page is made of."""
_READS_FILES: Final = frozenset({"pymdownx.snippets", "pymdownx.b64", "pymdownx.pathconverter"})
_KNOWN_CODE: Final = ("markdown", "pymdownx", "material", "mkdocs", "pygments")
FACTS: Final = "facts"


def slowed_by(config: MkDocsConfig, plan: Plan) -> str:
    """Return why every page has to be built; nothing where those that did not change need not be."""
    for name in config.plugins:
        if name not in _KNOWN_PLUGINS:
            return f"the plugin {name} may look at all pages"
    if config.hooks:
        return "hooks: in mkdocs.yml may look at all pages"
    if config.nav is None:
        return "mkdocs.yml has no nav:, so every page has all others in its menu"
    for name in config.markdown_extensions:
        if name in _READS_FILES or (not name.startswith(("markdown.", "pymdownx.")) and name not in _builtin()):
            return f"the Markdown extension {name} may read other files"
    if code := next(_foreign_code(config.mdx_configs), ""):
        return f"the settings of Markdown extensions call {code}, which may read other files"
    return _of_templates(tuple(_templates(config)), plan.memory / "templates")


def frame_of(config: MkDocsConfig, plan: Plan, files: Files) -> str:
    """Return a digest of what all pages are made with."""
    made = blake2b(digest_size=16)
    made.update(repr((sys.version_info[:3], _versions())).encode())
    given = {name: value for name, value in config.user_configs[0].items() if name not in {"docs_dir", "site_dir"}}
    made.update(
        json.dumps(
            [given, config.markdown_extensions, config.mdx_configs, plan.told], default=_named, sort_keys=True
        ).encode()
    )
    for place in _templates(config):
        made.update(f"{place}\0".encode())
        made.update(place.read_bytes())
    made.update(json.dumps(list(_menu(config.nav, files)), default=_named).encode())
    return made.hexdigest()


@lru_cache(maxsize=1)
def _versions() -> tuple[str, ...]:
    return tuple(f"{name} {_version(name)}" for name in _PACKAGES)


def _version(name: str) -> str:
    try:
        return version(name)
    except PackageNotFoundError:
        return ""


@lru_cache(maxsize=1)
def _builtin() -> frozenset[str]:
    from importlib.metadata import entry_points

    return frozenset(
        each.name for each in entry_points(group="markdown.extensions") if each.value.startswith("markdown.")
    )


def _foreign_code(value: Any) -> Iterator[str]:
    """Yield the names of functions in ``value`` that are of no package known here."""
    if isinstance(value, dict):
        value = value.values()
    elif callable(value):
        module = getattr(value, "__module__", "") or ""
        if module.split(".")[0] not in _KNOWN_CODE:
            yield f"{module}.{getattr(value, '__qualname__', value)}"
        return
    elif isinstance(value, str) or not hasattr(value, "__iter__"):
        return
    for each in value:
        yield from _foreign_code(each)


def _templates(config: MkDocsConfig) -> list[Path]:
    """Return the author's own templates."""
    if not config.theme.custom_dir:
        return []
    folder = Path(config.theme.custom_dir)
    found = (path for path in folder.rglob("*") if path.relative_to(folder).parts[0] not in _ELSEWHERE)
    return sorted(path for path in found if path.is_file())


def _of_templates(places: Sequence[Path], note: Path) -> str:
    """Return why the templates at ``places`` forbid it; ``note`` remembers what was found out of the same ones."""
    key = digest(b"".join(place.read_bytes() for place in places))
    known = load(note)
    if not (isinstance(known, tuple) and known[0] == key):
        known = (key, next((reason for place in places for reason in _looks_around(place)), ""))
        save(note, known)
    return str(known[1])


def _looks_around(place: Path) -> Iterator[str]:
    from jinja2 import Environment, TemplateSyntaxError, nodes

    if place.suffix != ".html":
        return
    try:
        tree = Environment(autoescape=False, extensions=["jinja2.ext.do"]).parse(place.read_text(encoding="utf-8"))  # noqa: S701  (nothing is rendered)
    except (TemplateSyntaxError, UnicodeDecodeError):
        return  # the engine says so
    names = {name.name for name in tree.find_all(nodes.Name)} | {each.attr for each in tree.find_all(nodes.Getattr)}
    if used := sorted(names & _OTHER_PAGES):
        yield f"the template {place.name} uses {used[0]}, so a page may show what is not its own"


def _menu(nav: Any, files: Files) -> Iterator[Any]:
    """Yield what the menu may show of each page in it: title, address, and front matter but for the facts."""
    for title, name in in_menu(nav):
        file = files.get_file_from_path(name) if name else None
        text = file.content_string if file and file.is_documentation_page() else ""
        told = {key: value for key, value in meta.get_data(text)[1].items() if key != FACTS}
        yield title, name, file.url if file else "", told, "" if title else text  # without one, the page gives it


def in_menu(nav: Any, title: str = "") -> Iterator[tuple[str, str]]:
    """Yield each page that ``nav`` of mkdocs.yml names, with the title that it has there; sections without a page."""
    if isinstance(nav, str):
        yield title, nav
        return
    for part in nav.items() if isinstance(nav, dict) else nav or ():
        if not isinstance(part, tuple):
            yield from in_menu(part)
        elif isinstance(part[1], str):
            yield part[0], part[1]
        else:
            yield part[0], ""
            yield from in_menu(part[1])


def _named(value: Any) -> str:
    """Return what a value that JSON does not know is called, the same in every run."""
    return f"{getattr(value, '__module__', '')}.{getattr(value, '__qualname__', type(value).__name__)}"

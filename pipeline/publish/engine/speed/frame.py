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

from pipeline.publish.engine.speed.theirs import Templates, templates_in

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mkdocs.config.defaults import MkDocsConfig
    from mkdocs.structure.files import Files

    from pipeline.publish.engine.plan import Plan

_PACKAGES: Final = ("byline", "mkdocs", "mkdocs-material", "jinja2", "markdown", "pymdown-extensions", "pygments")
FACTS: Final = "facts"


def slowed_by(config: MkDocsConfig, plan: Plan) -> str:
    """Return why every page has to be built; nothing where those that did not change need not be."""
    if plan.elsewhere:
        return plan.elsewhere
    if config.nav is None:
        return "mkdocs.yml has no nav:, so every page has all others in its menu"
    return _templates(config, plan).reason


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
    for place in _templates(config, plan).files:
        made.update(f"{place}\0".encode("utf-8", "replace"))
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


def _templates(config: MkDocsConfig, plan: Plan) -> Templates:
    folder = config.theme.custom_dir
    return templates_in(Path(folder), plan.memory / "templates") if folder else Templates((), "")


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

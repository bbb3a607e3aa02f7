"""One converter of Markdown for all pages, in place of a new one for each: the same pages in less time.

MkDocs makes a converter, puts four parts of its own into it, and converts one page. Parts of the same name take each
other's place, and extensions that come with Python-Markdown or Material say how they forget a page.
"""

from __future__ import annotations

from contextlib import contextmanager
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any, Final

import markdown
from mkdocs.structure import pages

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mkdocs.config.defaults import MkDocsConfig

_FORGET: Final = frozenset(
    {
        *("toc", "tables", "fenced_code", "footnotes", "attr_list", "admonition", "sane_lists", "def_list"),
        *("pymdownx.highlight", "pymdownx.superfences", "pymdownx.inlinehilite", "pymdownx.details"),
    }
)
"""Extensions of which nothing is left of one page in the next."""


@contextmanager
def one_converter(config: MkDocsConfig) -> Iterator[None]:
    """Let MkDocs use one converter, if every extension that the author wants goes with that."""
    footnotes: Any = config.mdx_configs.get("footnotes") or {}
    if not _FORGET.issuperset(config.markdown_extensions) or footnotes.get("UNIQUE_IDS"):
        yield
        return
    kept: dict[str, markdown.Markdown] = {}

    def converter(**how: Any) -> markdown.Markdown:
        if not kept:
            kept["one"] = markdown.Markdown(**how)
        return kept["one"].reset()

    vars(pages)["markdown"] = SimpleNamespace(Markdown=converter)
    try:
        yield
    finally:
        vars(pages)["markdown"] = markdown

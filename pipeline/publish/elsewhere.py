"""Whether mkdocs.yml names what makes pages of more than is known here: code that may look at other files, a clock."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from pipeline.settings.sections import SiteSettings

_PLUGINS: Final = frozenset({"search", "material/search", "blog", "material/blog"})
"""Plugins that look at nothing else, or that Byline takes the place of."""
_EXTENSIONS: Final = frozenset(
    {
        *("abbr", "admonition", "attr_list", "codehilite", "def_list", "extra", "fenced_code", "footnotes"),
        *("legacy_attrs", "legacy_em", "md_in_html", "meta", "nl2br", "sane_lists", "smarty", "tables", "toc"),
        "wikilinks",
    }
)
"""Those of Python-Markdown."""
_READ_FILES: Final = frozenset({"pymdownx.snippets", "pymdownx.b64", "pymdownx.pathconverter"})
_CODE: Final = frozenset({"markdown", "pymdownx", "material", "mkdocs", "pygments"})


def elsewhere(site: SiteSettings) -> str:
    """Return why pages may be made of more than the author's files; nothing where they are not."""
    for name in site.plugins:
        if name not in _PLUGINS:
            return f"the plugin {name} may look at all pages"
    if site.hooks:
        return "hooks: in mkdocs.yml may look at all pages"
    for name in site.markdown_extensions:
        known = name in _EXTENSIONS or name.startswith(("markdown.", "pymdownx."))
        if name in _READ_FILES or not known:
            return f"the Markdown extension {name} may read other files"
    for code in site.code:
        if code.split(".")[0] not in _CODE:
            return f"mkdocs.yml calls {code}, which may read other files"
    return ""

"""Text to Markdown that shows it as it is, and Markdown to HTML."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import TYPE_CHECKING, Final

from pipeline.html.flat import flat
from pipeline.html.markup import safe_html

if TYPE_CHECKING:
    from collections.abc import Callable

    from pipeline.model import PlainText, SafeHtml, SafeUrl

_EXTENSIONS: Final = (
    *("extra", "admonition", "sane_lists"),
    *("pymdownx.highlight", "pymdownx.superfences", "pymdownx.details", "pymdownx.tabbed", "pymdownx.tasklist"),
)
"""What the site has on, and what many have besides."""
_CONFIGURED: Final = {"pymdownx.highlight": {"use_pygments": False}, "pymdownx.tabbed": {"alternate_style": True}}
_ANYWHERE: Final = re.compile(r"[\\`*_\[\]{}]")
_ENTITY: Final = re.compile(r"&(?=#?\w+;)")


def to_markdown(text: PlainText) -> str:
    """Return ``text`` so that Markdown shows it as it is, wherever in a line it stands.

    Only what every dialect can escape is escaped with a backslash; for the rest there are entities.
    """
    escaped = _ANYWHERE.sub(r"\\\g<0>", _ENTITY.sub("&amp;", text)).replace("<", "&lt;")
    escaped = escaped.replace("\\]:", "\\]&#58;")  # not the beginning of a reference
    escaped = re.sub(r"#+$", lambda found: "\\#" * len(found[0]), escaped)  # not the end of a heading
    escaped = re.sub(r"^(\d+)([.)])", lambda found: f"{found[1]}&#{ord(found[2])};", escaped)
    escaped = re.sub(r"^[#+\->!]", r"\\\g<0>", escaped)
    return re.sub(r"^[=~:?/]", lambda found: f"&#{ord(found[0])};", escaped)


def markdown_link(text: PlainText, url: SafeUrl) -> str:
    """Return a Markdown link whose text and target show and lead as given."""
    target = _ENTITY.sub("&amp;", url)
    if re.search(r"[()']", url):  # these may end a target, or begin a title behind it
        target = f"<{target}>"
    return f"[{to_markdown(text)}]({target})"


def rendered(markdown_text: str, base: str, resolve: Callable[[str], str] | None = None) -> SafeHtml:
    """Return Markdown as HTML for a feed or a mail: all addresses absolute, nothing in it that runs."""
    return safe_html(flat(markdown_to_html(markdown_text)), base, resolve, mail=True)


@lru_cache(maxsize=8)  # a check asks for one text many times
def markdown_to_html(markdown_text: str) -> str:
    """Return Markdown as HTML that nobody has cleaned, as the site shows it."""
    import markdown

    extensions, configured = list(_EXTENSIONS), dict(_CONFIGURED)
    return markdown.markdown(markdown_text, extensions=extensions, extension_configs=configured, output_format="html")

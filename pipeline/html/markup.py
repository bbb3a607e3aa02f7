"""HTML fragments: cleaned by an allow-list with a real HTML parser (nh3), or reduced to their words."""

from __future__ import annotations

import html as entities
import re
from functools import lru_cache
from typing import TYPE_CHECKING, Final

import nh3

from pipeline.html.addresses import safe_url
from pipeline.html.depth import is_too_deep
from pipeline.html.text import looks_like_markup, plain_text, shortened, without_controls
from pipeline.model import PlainText, SafeHtml
from pipeline.repair.encoding import as_meant

if TYPE_CHECKING:
    from collections.abc import Callable

LONGEST_LINE: Final = 1000
"""Characters of a title or a name."""
_BLOCKS: Final = frozenset(
    (
        "address article aside blockquote br caption dd details div dl dt figcaption figure footer h1 h2 "
        "h3 h4 h5 h6 header hr li main nav ol p pre section summary table tbody td tfoot th thead tr ul"
    ).split()
)
_INLINE: Final = frozenset(
    ("a abbr b bdi bdo cite code del dfn em i img ins kbd mark q s samp small span strong sub sup time u var").split()
)
_WITH_CONTENT: Final = frozenset({"script", "style", "template", "noscript", "iframe", "svg", "math", "title"})
_ATTRIBUTES: Final = {
    "*": {"lang", "dir"},
    "a": {"href", "title"},
    "img": {"src", "alt", "title", "width", "height"},
    "blockquote": {"cite"},
    "q": {"cite"},
    "td": {"colspan", "rowspan"},
    "th": {"colspan", "rowspan", "scope"},
    "ol": {"start"},
    "time": {"datetime"},
}
_URL_ATTRIBUTES: Final = frozenset({"href", "src", "cite"})
_TAG: Final = re.compile(r"<[^<>]*>")
_EDGES: Final = "".join(mark for mark in map(chr, range(0x3001)) if mark.isspace()) + "\ufeff"
"""What is taken away around markup: white space, and a byte order mark, which a parser would eat next time."""
_MAIL: Final = re.compile(r"mailto:[^\s\"'<>\\]+", re.IGNORECASE)
_PRE: Final = re.compile(r"(<pre[^>]*>)\n+")

_to_blocks = nh3.Cleaner(tags=set(_BLOCKS), clean_content_tags=set(_WITH_CONTENT), attributes={}, link_rel=None)


def text_of(markup: str) -> PlainText:
    """Return the words of ``markup`` as one line: no tags, entities decoded, scripts and styles gone."""
    return PlainText(" ".join(blocks_of(markup)))


def blocks_of(markup: str) -> tuple[PlainText, ...]:
    """Return the words of ``markup``, one text for each paragraph, list item, cell or line."""
    if "<" not in markup and "&" not in markup:
        text = plain_text(markup)
        return (text,) if text else ()
    parts = _TAG.split(_to_blocks.clean(_parsable(markup)))
    return tuple(text for part in parts if (text := plain_text(entities.unescape(part))))


def one_line(text: str, *, markup: bool = False) -> PlainText:
    """Return a title or a name, of which it is known or can be seen that it is ``markup``, as a line not too long."""
    head = as_meant(text[: 4 * LONGEST_LINE])
    if "<" not in head and "&" not in head:
        return shortened(plain_text(head), LONGEST_LINE)
    shown = text_of(head) if markup or looks_like_markup(head) else plain_text(head)
    return shortened(shown, LONGEST_LINE)


def safe_html(
    markup: str, base: str = "", resolve: Callable[[str], str] | None = None, *, mail: bool = False
) -> SafeHtml:
    """Return ``markup`` with only what may be shown: text, structure, links and images by http and https.

    ``resolve`` is given each address before it is joined to ``base``; ``mail`` keeps mailto: links too. Cleaning
    again takes nothing away.
    """
    if not markup:
        return SafeHtml("")
    if "<" not in markup and "&" not in markup and "\r" not in markup:  # nothing to parse
        plain = markup if markup.isascii() else markup.encode("utf-8", "replace").decode("utf-8")
        return SafeHtml(without_controls(plain.replace(">", "&gt;").replace("\xa0", "&nbsp;")).strip(_EDGES))
    cleaner = _cleaner(base, mail) if resolve is None else _new_cleaner(base, resolve, mail=mail)
    shown = without_controls(cleaner.clean(_parsable(markup)))
    if "<pre" in shown:
        shown = _PRE.sub(r"\1", shown)  # a parser eats the first line break each time
    return SafeHtml(shown.strip(_EDGES))


def _new_cleaner(base: str, resolve: Callable[[str], str] | None, *, mail: bool) -> nh3.Cleaner:
    def address(_tag: str, attribute: str, value: str) -> str | None:
        if attribute not in _URL_ATTRIBUTES:
            return value
        if mail and attribute == "href" and _MAIL.fullmatch(value):
            return value
        return safe_url(resolve(value) if resolve else value, base)

    return nh3.Cleaner(
        tags=set(_BLOCKS | _INLINE),
        clean_content_tags=set(_WITH_CONTENT),
        attributes={tag: set(names) for tag, names in _ATTRIBUTES.items()},
        attribute_filter=address,
        link_rel=None,
        url_schemes={"http", "https", "mailto"} if mail else {"http", "https"},
    )


@lru_cache(maxsize=64)
def _cleaner(base: str, mail: bool) -> nh3.Cleaner:  # noqa: FBT001  (a key of the cache)
    """Return the cleaner for the addresses of one document, which holds many texts."""
    return _new_cleaner(base, None, mail=mail)


def _parsable(markup: str) -> str:
    """Return ``markup`` as an HTML parser takes it: no half characters, no nesting that would take it minutes."""
    if not markup.isascii():
        markup = markup.encode("utf-8", "replace").decode("utf-8")
    return _TAG.sub(" ", markup).replace("<", "&lt;") if is_too_deep(markup) else markup


def kept_html(stored: str) -> SafeHtml:
    """Name what this module made and the store kept for what it is."""
    return SafeHtml(stored)

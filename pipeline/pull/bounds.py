"""How much of a feed is taken: what is beyond is more than anybody reads, and some of it is meant to do harm."""

from __future__ import annotations

import html as entities
from typing import TYPE_CHECKING, Final

from pipeline.html import looks_like_markup, plain_text, safe_html, shortened, text_of
from pipeline.model import ParsedEntry

if TYPE_CHECKING:
    from pipeline.model import PlainText, SafeHtml

MOST_ENTRIES: Final = 2000
"""Entries of one feed; the newest are taken."""
LONGEST_LINE: Final = 1000
"""Characters of a title or a name."""
LONGEST_TEXT: Final = 500_000
"""Characters of markup; a long book chapter has some 60,000."""
MOST_AUTHORS: Final = 20
YEARS: Final = range(1900, 2200)
"""What a date must be in; databases stumble over the first and the last years that Python knows."""

NOTHING: Final = ParsedEntry(
    uid="",
    title=plain_text(""),
    link=None,
    published=None,
    updated=None,
    authors=(),
    summary=safe_html(""),
    content=safe_html(""),
)
"""An entry that says nothing, which nobody misses."""


def line(text: str, *, markup: bool = False) -> PlainText:
    """Return ``text``, of which it is known or can be seen that it is ``markup``, as one line of bounded length."""
    head = text[: 4 * LONGEST_LINE]
    shown = text_of(head) if markup or looks_like_markup(head) else plain_text(head)
    return shortened(shown, LONGEST_LINE)


def markup(text: str, base: str = "") -> SafeHtml:
    """Return ``text`` as clean markup of bounded length; where cleaning would double it, only its words."""
    head = text[:LONGEST_TEXT]
    clean = safe_html(head, base)
    return clean if len(clean) <= 2 * LONGEST_TEXT else safe_html(entities.escape(text_of(head), quote=False))

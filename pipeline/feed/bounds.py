"""How much of a feed is taken: what is beyond is more than anybody reads, and some of it is meant to do harm."""

from __future__ import annotations

import hashlib
import html as entities
import re
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Final, TypeVar

from pipeline.html import looks_like_markup, plain_text, safe_html, shortened, text_of

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from pipeline.model import PlainText, SafeHtml

MOST_ENTRIES: Final = 2000
"""Entries of one feed; the newest are taken."""
MOST_TAGS: Final = 500_000
"""Tags of one feed, and so much memory; a large real one has some 50,000."""
LONGEST_LINE: Final = 1000
"""Characters of a title or a name."""
LONGEST_TEXT: Final = 500_000
"""Characters of markup; a long book chapter has some 60,000."""
MOST_AUTHORS: Final = 20
LONGEST_DATE: Final = 100
"""Characters of a date; the longest real one has some 40."""
YEARS: Final = range(1900, 2200)
"""What a date must be in; databases stumble over the first and the last years that Python knows."""
_LONG_AGO: Final = datetime(YEARS.start, 1, 1, tzinfo=UTC)
_Item = TypeVar("_Item")

# What software takes for Latin-1 that is not: the marks that Windows puts where Latin-1 has control characters
# (WHATWG Encoding, windows-1252), and UTF-8 that was taken for Latin-1 and written in UTF-8 once more.
_CONTROLS: Final = re.compile("[\x80-\x9f]")
_WINDOWS: Final = {
    code: bytes([code]).decode("cp1252") for code in range(0x80, 0xA0) if code not in {0x81, 0x8D, 0x8F, 0x90, 0x9D}
}


def as_meant(text: str) -> str:
    """Return ``text`` with what was encoded wrongly before it came into the feed as it was meant."""
    if text.isascii():
        return text
    try:
        return text.encode("latin-1").decode("utf-8")
    except UnicodeError:  # which most texts are, at one of their first letters
        return text.translate(_WINDOWS) if _CONTROLS.search(text) else text


def newest(
    items: Sequence[_Item], dated: Callable[[_Item], datetime | None]
) -> tuple[Sequence[_Item], tuple[str, ...]]:
    """Return as many of ``items`` as are taken, in their order, and what is to be said of the others."""
    if len(items) <= MOST_ENTRIES:
        return items, ()
    ranked = sorted(range(len(items)), key=lambda at: dated(items[at]) or _LONG_AGO, reverse=True)
    chosen = [items[at] for at in sorted(ranked[:MOST_ENTRIES])]
    return chosen, (f"the oldest of {len(items)} entries passed over",)


def line(text: str, *, markup: bool = False) -> PlainText:
    """Return ``text``, of which it is known or can be seen that it is ``markup``, as one line of bounded length."""
    head = as_meant(text[: 4 * LONGEST_LINE])
    if "<" not in head and "&" not in head:
        return shortened(plain_text(head), LONGEST_LINE)
    shown = text_of(head) if markup or looks_like_markup(head) else plain_text(head)
    return shortened(shown, LONGEST_LINE)


def identifier(text: str) -> PlainText:
    """Return an id as one line; one without an end as its hash, so that ids that begin alike stay apart."""
    if len(text) <= LONGEST_LINE:
        return plain_text(text)
    return plain_text("sha256:" + hashlib.sha256(text.encode("utf-8", "replace")).hexdigest())


def markup(text: str, base: str = "") -> SafeHtml:
    """Return ``text`` as clean markup of bounded length; where cleaning would double it, only its words."""
    head = as_meant(text[:LONGEST_TEXT])
    clean = safe_html(head, base)
    return clean if len(clean) <= 2 * LONGEST_TEXT else safe_html(entities.escape(text_of(head), quote=False))

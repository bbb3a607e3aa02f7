"""Texts of a feed to clean ones of bounded length."""

from __future__ import annotations

import html as entities
from itertools import accumulate
from typing import TYPE_CHECKING

from pipeline.feed.bounds import LONGEST_TEXT
from pipeline.html import LONGEST_LINE, digest, plain_text, safe_html, text_of
from pipeline.repair.encoding import as_meant

if TYPE_CHECKING:
    from pipeline.model import PlainText, SafeHtml


def identifier(text: str) -> PlainText:
    """Return an id as one line; one without an end as its hash, so that ids that begin alike stay apart."""
    return plain_text(text) if len(text) <= LONGEST_LINE else digest(text)


def inherited(names: tuple[PlainText, ...]) -> tuple[PlainText, ...]:
    """Return the first of the authors of a feed, as many as each entry can be given that names none."""
    ends = accumulate(map(len, names))
    return tuple(name for name, end in zip(names, ends, strict=True) if end <= LONGEST_LINE)


def markup(text: str, base: str = "") -> SafeHtml:
    """Return ``text`` as clean markup; where cleaning would double it, only its words."""
    head = as_meant(text[:LONGEST_TEXT])
    clean = safe_html(head, base)
    return clean if len(clean) <= 2 * LONGEST_TEXT else safe_html(entities.escape(text_of(head), quote=False))

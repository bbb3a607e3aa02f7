"""Texts and elements of XML, written so that whoever reads a text as HTML and whoever does not show the same."""

from __future__ import annotations

import html as entities
import re
from typing import TYPE_CHECKING, Final

from pipeline.html import plain_text

if TYPE_CHECKING:
    from pipeline.model import PlainText

_BEGINS_A_TAG: Final = re.compile(r"<[a-zA-Z/!?]")


def said(text: str) -> PlainText:
    """Return ``text`` as one line of characters that any feed can hold; what replaces a lost one is none."""
    return plain_text(text.replace("\ufffd", ""))


def looks_like_html(text: str) -> bool:
    """Tell whether ``text`` would be another one if it was read as HTML."""
    return bool(_BEGINS_A_TAG.search(text)) or entities.unescape(text) != text


def as_html(text: str) -> str:
    """Return plain ``text`` as HTML, or HTML as the content of an element of XML."""
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def as_text(text: str) -> str:
    """Return plain ``text`` as the content of an element of XML.

    The references are numbers, as the profile of the RSS Advisory Board has them: they tell that text is meant.
    """
    return text.replace("&", "&#x26;").replace("<", "&#x3C;").replace(">", "&#x3E;")


def as_read(text: str) -> str:
    """Return plain ``text`` as the content of an element that some read as HTML and some do not, as titles of RSS.

    Only where the two would differ, it is for those who do, and they are most.
    """
    return as_text(as_html(text) if looks_like_html(text) else text)


def element(name: str, content: str = "", **attributes: str) -> str:
    """Return an element on one line; its ``content`` is XML already, its ``attributes`` are plain text."""
    given = "".join(f' {key}="{entities.escape(value)}"' for key, value in attributes.items())
    return f"<{name}{given}>{content}</{name}>" if content else f"<{name}{given}/>"

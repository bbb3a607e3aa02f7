"""Elements of a feed to clean text: plain, escaped and inline markup, as RSS, Atom 0.3 and Atom 1.0 have them."""

from __future__ import annotations

import base64
import binascii
import html as entities
import re
from typing import TYPE_CHECKING, Final

from lxml import etree

from pipeline.feed import clean
from pipeline.html import looks_like_markup, one_line, safe_html

if TYPE_CHECKING:
    from lxml.etree import _Element

    from pipeline.model import PlainText, SafeHtml

_NAME: Final = re.compile(r"[A-Za-z][\w.-]*")
_HTML: Final = frozenset({"html", "xhtml", "text/html", "application/xhtml+xml", "application/xml", "text/xml"})


def words(element: _Element) -> str:
    """Return the characters of ``element`` and all in it, without white space around them."""
    text = (element.text or "") if len(element) == 0 else "".join(element.itertext())  # type: ignore[arg-type]
    return text.strip()


def line(element: _Element) -> PlainText:
    """Return a title or a name as one line."""
    if len(element):
        return one_line(_inner(element), markup=True)
    return one_line(_value(element), markup=_kind(element) in _HTML)


def markup(element: _Element, base: str) -> SafeHtml:
    """Return a summary or a content as clean markup, its addresses resolved against ``base``."""
    if len(element):
        return clean.markup(_inner(element), base)
    value, kind = _value(element), _kind(element)
    if not value:
        return safe_html("")
    if _is_text(kind) and not looks_like_markup(value):
        value = entities.escape(value, quote=False)
    return clean.markup(value, base)


def _kind(element: _Element) -> str:
    return (element.get("type") or "").lower()


def _is_text(kind: str) -> bool:
    return kind in {"", "text", "text/plain"}


def _value(element: _Element) -> str:
    value = (element.text or "").strip()
    kind = _kind(element)
    other = "/" in kind and not kind.startswith("text/") and not kind.endswith("xml")  # (RFC 4287, section 4.1.3.3)
    if other or element.get("mode") == "base64":
        try:
            return base64.b64decode("".join(value.split()), validate=True).decode("utf-8")
        except (binascii.Error, UnicodeDecodeError, ValueError):
            return value if element.get("mode") != "base64" else ""
    return value


def _inner(element: _Element) -> str:
    """Return what stands in ``element`` as HTML; the one <div> that Atom wants around XHTML is left out."""
    inner = element
    if _kind(element) in _HTML and len(element) == 1 and not (element.text or "").strip():
        only = element[0]
        if str(only.tag).rpartition("}")[2] == "div" and not (only.tail or "").strip():
            inner = only
    if (
        inner is not element and len(inner) == 0 and _kind(element) in {"html", "text/html"}
    ):  # escaped markup in a <div>, as some software has it
        return (inner.text or "").strip()
    for node in inner.iter(etree.Element):
        name = str(node.tag).rpartition("}")[2].rpartition(":")[2]
        node.tag = name if _NAME.fullmatch(name) else "span"
    whole: str = etree.tostring(inner, method="html", encoding="unicode", with_tail=False)
    begin, end = whole.find(">") + 1, whole.rfind("</")
    return whole[begin : end if end > 0 else len(whole)].strip()

"""Rules for what a feed carries inside: HTML that is read on other sites, languages, addresses and plain texts."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from babel import Locale, UnknownLocaleError
from lxml import etree, html

if TYPE_CHECKING:
    from collections.abc import Iterator

RISKY = set("applet base embed frame frameset iframe link meta object param script style".split())
ADDRESSES = ("href", "src", "poster", "cite", "data", "action", "longdesc")
UNSAFE = re.compile(r"on\w+|srcdoc|formaction|role|aria-[\w-]+", re.IGNORECASE)
LANGUAGE = re.compile(r"[A-Za-z]{2,3}(-[A-Za-z]{4})?(-(?:[A-Za-z]{2}|\d{3}))?(-[A-Za-z0-9]{5,8})*")


def in_html(markup: str) -> Iterator[str]:
    """Yield what a reader on another site could not use or must not trust in HTML content.

    Sources: RSS Advisory Board, Best Practices Profile, on relative addresses in descriptions; RFC 4287, 8.1 (markup
    that runs); the W3C Feed Validator's warnings SecurityRisk, SecurityRiskAttr, DangerousStyleAttr and
    ContainsRelRef; HTML, 3.2.6 (an id is unique, and a reader shows many entries on one page).
    """
    if not markup.strip():
        yield "is empty"
        return
    for element in html.fragment_fromstring(markup, create_parent="div").iter(etree.Element):
        if element.tag in RISKY:
            yield f"has <{element.tag}>, which readers take for an attack"
        for name, value in element.attrib.items():
            if name in ADDRESSES and not is_whole(value):
                yield f"has the relative address {value!r} in <{element.tag} {name}>"
            if name == "srcset":
                yield from (f"has the relative address {url!r} in srcset" for url in _in_srcset(value))
            if UNSAFE.fullmatch(name):
                yield f"has the attribute {name}, which readers take out"
            if name == "style" and re.search(r"url\(|expression|position|@import|behavior", value):
                yield f"has the style {value!r}, which readers take for an attack"


def ids_in(markup: str) -> list[str]:
    """Return the ids in HTML content."""
    return list(html.fragment_fromstring(markup or " ", create_parent="div").xpath(".//@id | .//a/@name"))


def _in_srcset(value: str) -> list[str]:
    candidates = [part.split()[0] for part in re.split(r",\s+", value.strip()) if part]
    return [url for url in candidates if not is_whole(url)]


def is_whole(url: str) -> bool:
    """Whether ``url`` means the same wherever it stands (RFC 3986, 4.3)."""
    parts = urlsplit(url.strip())
    if parts.scheme in {"http", "https"}:
        return bool(parts.netloc)
    return bool(parts.scheme)


def is_language(code: str) -> bool:
    """Whether ``code`` is a tag of RFC 5646 whose language and region are known."""
    if not LANGUAGE.fullmatch(code):
        return False
    try:
        Locale.parse("_".join(code.split("-")[:2]))
    except (UnknownLocaleError, ValueError):
        return False
    return True


def in_title(title: str) -> Iterator[str]:
    """Yield what makes a title unreadable where it is shown as plain text (W3C Feed Validator: ContainsHTML)."""
    if not title.strip():
        yield "is empty"
    if re.search(r"</?[a-z][^>]*>|&(?:amp|lt|gt|quot|nbsp|#\d+);", title, re.IGNORECASE):
        yield f"{title!r} shows markup"
    if re.search(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\ufffd]", title):
        yield "has control characters"

"""OPML 2.0 (opml.org): lists of feeds from and for other readers."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final
from xml.etree import ElementTree as ET

from pipeline.errors import UsageError
from pipeline.html import plain_text, safe_url, shortened

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from pipeline.model import PlainText, SafeUrl


@dataclass(frozen=True, slots=True, kw_only=True)
class Outlines:
    """The feeds of an OPML file, a title by each URL, and the addresses of it that lead to no feed."""

    feeds: Mapping[SafeUrl, PlainText]
    refused: tuple[PlainText, ...]


class _Tree(ET.TreeBuilder):
    """Builds a tree of a document without a document type, and so without entities and anything external."""

    def doctype(self, _name: str, _public: str | None, _system: str | None) -> None:
        """Refuse a document type."""
        raise UsageError("the OPML file declares a document type, which no honest one needs: refused")


def read_opml(body: bytes) -> Outlines:
    """Return the feeds of an OPML file. Raises ``UsageError`` for what is none, or is hostile."""
    try:
        root = ET.fromstring(body, ET.XMLParser(target=_Tree()))  # noqa: S314  (see _Tree)
    except (ET.ParseError, ValueError, LookupError) as error:
        raise UsageError(f"the OPML file is not well-formed XML ({error}); export it again") from None
    if root.tag.lower() != "opml":
        raise UsageError(f"the file is no OPML: it begins with <{plain_text(root.tag)}>")
    feeds: dict[SafeUrl, PlainText] = {}
    refused: list[PlainText] = []
    for outline in root.iter("outline"):
        given = {name.lower(): value.strip() for name, value in outline.items()}  # each reader spells xmlUrl its way
        address = given.get("xmlurl", "")
        url = safe_url(_FEED_SCHEME.sub(_as_web, address))
        if url is not None:
            feeds.setdefault(url, plain_text(given.get("title") or given.get("text") or ""))
        elif address or given.get("type", "").lower() == "rss":
            refused.append(shortened(plain_text(address or given.get("text", "") or "(no address)"), 200))
    return Outlines(feeds=feeds, refused=tuple(refused))


_FEED_SCHEME: Final = re.compile(r"^feed:(?://)?", re.IGNORECASE)
"""What browsers once put before the address of a feed: feed://example.org/, feed:https://example.org/."""


def _as_web(found: re.Match[str]) -> str:
    return "" if found.string[found.end() :].lower().startswith("http") else "https://"


def write_opml(title: str, feeds: Iterable[tuple[str, str]]) -> bytes:
    """Return an OPML file of ``feeds``, each a URL and a title."""
    root = ET.Element("opml", version="2.0")
    ET.SubElement(ET.SubElement(root, "head"), "title").text = title
    body = ET.SubElement(root, "body")
    for url, name in feeds:
        ET.SubElement(body, "outline", type="rss", text=name or url, title=name or url, xmlUrl=url)
    ET.indent(root, " ")
    return bytes(ET.tostring(root, encoding="utf-8", xml_declaration=True)) + b"\n"

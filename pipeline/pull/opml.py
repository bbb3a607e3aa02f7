"""OPML 2.0 (opml.org): lists of feeds from and for other readers."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING
from xml.etree import ElementTree as ET

from pipeline.errors import UsageError
from pipeline.html import plain_text, safe_url

if TYPE_CHECKING:
    from collections.abc import Iterable

    from pipeline.model import PlainText, SafeUrl


@dataclass(frozen=True, slots=True, kw_only=True)
class Outline:
    """A feed in an OPML file."""

    url: SafeUrl
    title: PlainText


class _Tree(ET.TreeBuilder):
    """Builds a tree of a document without a document type, and so without entities and anything external."""

    def doctype(self, _name: str, _public: str | None, _system: str | None) -> None:
        """Refuse a document type."""
        raise UsageError("the OPML file declares a document type, which no honest one needs: refused")


def read_opml(body: bytes) -> tuple[Outline, ...]:
    """Return the feeds of an OPML file, each URL once. Raises ``UsageError`` for what is none, or is hostile."""
    try:
        root = ET.fromstring(body, ET.XMLParser(target=_Tree()))  # noqa: S314  (see _Tree)
    except (ET.ParseError, ValueError, LookupError) as error:
        raise UsageError(f"the OPML file is not well-formed XML ({error}); export it again") from None
    if root.tag.lower() != "opml":
        raise UsageError(f"the file is no OPML: it begins with <{plain_text(root.tag)}>")
    found: dict[SafeUrl, PlainText] = {}
    for outline in root.iter("outline"):
        url = safe_url(outline.get("xmlUrl", "").strip())
        if url is not None:
            found.setdefault(url, plain_text(outline.get("title") or outline.get("text") or ""))
    return tuple(Outline(url=url, title=title) for url, title in found.items())


def write_opml(title: str, feeds: Iterable[tuple[str, str]]) -> bytes:
    """Return an OPML file of ``feeds``, each a URL and a title."""
    root = ET.Element("opml", version="2.0")
    ET.SubElement(ET.SubElement(root, "head"), "title").text = title
    body = ET.SubElement(root, "body")
    for url, name in feeds:
        ET.SubElement(body, "outline", type="rss", text=name or url, title=name or url, xmlUrl=url)
    ET.indent(root, " ")
    return bytes(ET.tostring(root, encoding="utf-8", xml_declaration=True)) + b"\n"

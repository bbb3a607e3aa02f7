"""The XML of a feed as a tree, by libxml2: without a document type, entities of its own, or the network."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from itertools import islice
from typing import TYPE_CHECKING, Final

from lxml import etree

from pipeline.feed.bounds import MOST_REFERENCES
from pipeline.feed.names import name_of
from pipeline.html import plain_text, shortened
from pipeline.repair.xml import mended, without_doctype

if TYPE_CHECKING:
    from collections.abc import Iterator

    from lxml.etree import _Element


_ROOTS: Final = frozenset({"rss", "rdf:rdf", "feed"})
_HARMLESS: Final = frozenset(
    (
        "ERR_ATTRIBUTE_REDEFINED",
        "ERR_DOCUMENT_END",
        "ERR_GT_REQUIRED",
        "ERR_RESERVED_XML_NAME",
        "ERR_TAG_NOT_FINISHED",
        "WAR_NS_URI",
    )
)
"""What libxml2 mends without loss of what stands elsewhere, apart from all that concerns namespaces."""
_ITEMS: Final = ("{*}item", "{*}entry")
_MOST_ITEMS: Final = 20_000
"""So many entries are looked at for the newest."""
_MOST_FAULTS: Final = 1000
_LONGEST_FAULT: Final = 200
_TOO_DEEP: Final = "Excessive depth"
"""What libxml2 says where elements nest deeper than in any feed; it reads what stands before."""
_BEGINS: Final = re.compile(rb"<(?:\w+:)?(?:item|entry)[\s/>]")
_NOT_MARKUP: Final = ((rb"<!\[CDATA\[.*?\]\]>", b"]]>"), (rb"<!--.*?-->", b"-->"))
"""What holds no elements, and how it ends; behind the last end nothing is looked for."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Document:
    """The root of a feed, its entries in their order, and what had to be mended to see them."""

    root: _Element
    items: tuple[_Element, ...]
    has_bases: bool
    repairs: tuple[str, ...]
    bases: dict[_Element, str] = field(default_factory=dict)
    """What relative addresses in an element are relative to, as far as it was asked for."""


def document(body: bytes, url: str) -> Document | None:
    """Return the feed in ``body`` (UTF-8, served from ``url``) as a tree, or None where something would be lost."""
    plain = without_doctype(body)
    root, faults = _tree(plain, url, recover=False)
    if root is not None and not faults:
        return _of(root, plain, ())
    better = plain
    repairs: tuple[str, ...] = ()
    if root is None:
        if plain.count(b"&") > MOST_REFERENCES:
            return None
        better, repairs = mended(plain)
        better = without_doctype(better)
        root, faults = _tree(better, url, recover=True)
    if root is None:
        return None
    grave = {kind for kind, _ in faults if not kind.startswith("NS_") and kind not in _HARMLESS}
    said = tuple(dict.fromkeys(f"not well-formed XML, read tolerantly ({words})" for _, words in faults[:1]))
    found = _of(root, better, (*repairs, *said))
    if any(_TOO_DEEP in words for _, words in faults):
        return found  # no other parser should try
    return None if found is None or grave or len(found.items) < min(_promised(better), _MOST_ITEMS) else found


def _tree(body: bytes, url: str, *, recover: bool) -> tuple[_Element | None, list[tuple[str, str]]]:
    """Return the tree that libxml2 makes of ``body``, and the kind and the words of each fault in it."""
    parser = etree.XMLParser(
        encoding="utf-8",
        recover=recover,
        resolve_entities=False,
        no_network=True,
        load_dtd=False,
        huge_tree=False,
        remove_comments=True,
        remove_pis=True,
        collect_ids=False,
    )
    try:
        root = etree.fromstring(body, parser, base_url=url)
    except (etree.XMLSyntaxError, ValueError):
        root = None
    faults = (
        (entry.type_name, f"line {entry.line}: {entry.message}") for entry in islice(parser.error_log, _MOST_FAULTS)
    )
    return root, [(kind, shortened(plain_text(words), _LONGEST_FAULT)) for kind, words in faults]


def _of(root: _Element, body: bytes, repairs: tuple[str, ...]) -> Document | None:
    if name_of(root.tag) not in _ROOTS:
        inner = next((element for element in root.iter("{*}feed", "{*}rss") if name_of(element.tag) in _ROOTS), None)
        return None if inner is None else _of(inner, body, (*repairs, "taken out of what stands around the feed"))
    items = tuple(islice(_items_in(root), _MOST_ITEMS))
    return Document(root=root, items=items, has_bases=b"xml:base" in body, repairs=repairs)


def _items_in(root: _Element) -> Iterator[_Element]:
    """Yield the entries in ``root``, but none in an entry: what is in one is read with it, each time."""
    found = root.iter(*_ITEMS)
    for element in found:
        if name_of(element.tag) in {"item", "entry"}:
            yield element
            inside = sum(1 for _ in element.iter(*_ITEMS)) - 1
            next(islice(found, inside, inside), None)


def _promised(body: bytes) -> int:
    """Return how many entries begin in ``body``."""
    for pattern, end in _NOT_MARKUP:
        ended = body.rfind(end) + len(end)
        body = re.sub(pattern, b"", body[:ended], flags=re.DOTALL) + body[ended:]
    return len(_BEGINS.findall(body))

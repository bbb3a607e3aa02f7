"""The feeds that pages offer: found as readers find them, held to the rules of their kind, their links followed.

No package of Python or npm holds the W3C's own validator, so its rules are written here from the specifications; what
it warns of counts as a fault.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any
from urllib.parse import urljoin

from lxml import etree

from audit import atom, jsonfeed, rss
from audit.content import ids_in
from audit.report import Row, counted

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime
    from pathlib import Path

    from audit.pages import Built

RSS, ATOM, JSON = "application/rss+xml", "application/atom+xml", "application/feed+json"
KINDS = {RSS, ATOM, JSON, "application/json"}
SERVED = {".xml": {RSS, ATOM}, ".rss": {RSS}, ".atom": {ATOM}, ".json": {JSON, "application/json"}}
"""What code hosts send by the ending of a file's name, as far as readers take it for a kind of feed."""


def check(site: Built, now: datetime) -> Row:
    offered = sorted(feeds_of(site))
    faults = [f"{path}: {fault}" for path, kind in offered for fault in of_feed(site, path, kind, now)]
    if not offered:
        faults.append("no page offers a feed with <link rel='alternate'>")
    return counted("feeds", "faults", faults, seen=f"{len(offered)} feeds ({', '.join(path for path, _ in offered)})")


def feeds_of(site: Built) -> set[tuple[str, str]]:
    """Return the feeds that the pages name: where each is below the site's address, and as what it is announced."""
    found = set()
    for page in site.pages:
        for link in page.tree.xpath("//link[contains(concat(' ', @rel, ' '), ' alternate ')][@type]"):
            path = site.path_of(urljoin(page.base, link.get("href", "")))
            if link.get("type") in KINDS and path is not None:
                found.add((path, link.get("type")))
    return found


def of_feed(site: Built, path: str, kind: str, now: datetime) -> Iterator[str]:
    """Yield what is wrong with the feed at ``path``, announced as ``kind``."""
    file = site.file_of(site.base + path)
    if file is None:
        yield "is offered and not there"
        return
    if kind not in SERVED.get(file.suffix, set()):
        yield f"is offered as {kind}, and hosts serve {file.suffix} as something else (RFC 2046; RFC 4287, 7)"
    yield from _read(site, file, site.base + path, kind, now)


def _read(site: Built, file: Path, address: str, kind: str, now: datetime) -> Iterator[str]:
    raw = file.read_bytes()
    try:
        raw.decode("utf-8")
    except UnicodeDecodeError as error:
        yield f"is not UTF-8 ({error.reason} at byte {error.start})"
        return
    try:
        document, rules, found = _parsed(raw)
    except (ValueError, etree.XMLSyntaxError) as error:
        yield f"is not well-formed: {error}"
        return
    if found != kind and {found, kind} != {JSON, "application/json"}:
        yield f"is offered as {kind} and is {found}"
    yield from rules(document, address, now)
    yield from of_links(site, document)
    yield from of_ids(document)


def _parsed(raw: bytes) -> tuple[Any, Any, str]:
    """Return the document, the rules of its kind, and its kind."""
    if raw.lstrip()[:1] == b"{":
        return json.loads(raw), jsonfeed.faults, JSON
    root = etree.fromstring(raw, etree.XMLParser(resolve_entities=False, no_network=True))
    if root.tag == "rss":
        return root, rss.faults, RSS
    if root.tag == atom.ATOM + "feed":
        return root, atom.faults, ATOM
    raise ValueError(f"<{root.tag}> is neither RSS nor Atom")


def _entries(document: Any) -> list[tuple[str, str]]:
    """Return the address and the HTML of each entry."""
    if isinstance(document, dict):
        items = document.get("items") if isinstance(document.get("items"), list) else []
        return [(str(item.get("url", "")), str(item.get("content_html", ""))) for item in items or []]
    if document.tag == "rss":
        items = document.iterfind("channel/item")
        return [(item.findtext("link") or "", item.findtext(rss.ENCODED) or "") for item in items]
    found = []
    for entry in document.iterfind(atom.ATOM + "entry"):
        links = [link.get("href") for link in entry.iterfind(atom.ATOM + "link")]
        content = entry.find(atom.ATOM + "content")
        found.append((links[0] if links else "", atom.markup_of(content) if content is not None else ""))
    return found


def of_links(site: Built, document: Any) -> Iterator[str]:
    """Yield each entry whose address is the site's and leads nowhere: a feed's use is to bring readers there."""
    for url, _ in _entries(document):
        if site.path_of(url) is not None and site.file_of(url) is None:
            yield f"an entry links to {url}, where there is no page"


def of_ids(document: Any) -> Iterator[str]:
    """Yield the ids that two entries share: a reader shows both on one page (HTML, 3.2.6)."""
    seen: dict[str, str] = {}
    for url, markup in _entries(document):
        for name in set(ids_in(markup)):
            if name in seen:
                yield f"the id {name!r} is in {seen[name]} and in {url}"
            seen.setdefault(name, url)

"""Every address in every page, style sheet and piece of linked data: does it lead to something inside the folder?"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote, urljoin, urlsplit

from lxml import etree

from audit.report import Row, counted

if TYPE_CHECKING:
    from collections.abc import Iterator

    from audit.pages import Built, Page

ADDRESSES = ("href", "src", "poster", "data", "action", "formaction", "background", "xlink:href")
LISTS = ("srcset", "imagesrcset")
WHOLE = ("og:url", "og:image", "og:image:url", "og:image:secure_url", "og:video", "og:audio", "twitter:image")
"""What is read by machines that stand elsewhere, so that it must be a whole address."""
LINKED = ("@id", "url", "item", "image", "logo", "contentUrl", "thumbnailUrl", "mainEntityOfPage", "isPartOf")
CSS = re.compile(r"url\(\s*(['\"]?)(.*?)\1\s*\)|@import\s+(['\"])(.*?)\3", re.DOTALL)


@dataclass(frozen=True, slots=True, kw_only=True)
class Link:
    """An address as it stands in a page: what holds it, and whether it must be whole and may name a mere identity."""

    what: str
    target: str
    whole: bool = False
    named: bool = True


def check(site: Built) -> Row:
    pages = site.pages
    faults = [fault for page in pages for fault in broken(site, page)]
    faults += [fault for sheet in sorted(site.folder.rglob("*.css")) for fault in _in_sheet(site, sheet)]
    return counted("links", "broken", faults, seen=f"{len(pages)} pages")


def broken(site: Built, page: Page) -> Iterator[str]:
    """Yield what is wrong with each address of ``page``, by name."""
    for link in links_of(page):
        if isinstance(link, str):
            yield f"{page.path}: {link}"
        elif wrong := _wrong(site, page, link):
            yield f"{page.path}: {link.what} {link.target!r} {wrong}"


def links_of(page: Page) -> Iterator[Link | str]:
    """Yield the addresses that stand in ``page``, or in words why they cannot be read."""
    for element in page.tree.iter(etree.Element):
        yield from _of_element(element)
    if page.moves_to:
        yield Link(what="meta refresh", target=page.moves_to)
    for text in page.tree.xpath("//script[@type='application/ld+json']/text()"):
        try:
            yield from _of_data(json.loads(text))
        except ValueError as error:
            yield f"its JSON-LD is no JSON ({error})"


def _of_element(element: Any) -> Iterator[Link]:
    tag = element.tag
    for name in ADDRESSES:
        if name in element.attrib:
            canonical = tag == "link" and element.get("rel") == "canonical"
            yield Link(what=f"<{tag} {name}>", target=element.get(name).strip(), whole=canonical)
    for name in LISTS:
        for part in re.split(r",\s+", element.get(name, "").strip()):
            if part:
                yield Link(what=f"<{tag} {name}>", target=part.split()[0].rstrip(","))
    if tag == "meta" and (name := element.get("property") or element.get("name")) in WHOLE:
        yield Link(what=name, target=element.get("content", ""), whole=True)
    for text in (element.get("style", ""), element.text if tag == "style" else ""):
        yield from (Link(what="url() in its style", target=url) for url in _of_css(text or ""))


def _of_data(data: Any, key: str = "") -> Iterator[Link]:
    if isinstance(data, dict):
        for name, value in data.items():
            yield from _of_data(value, name)
    elif isinstance(data, list):
        for value in data:
            yield from _of_data(value, key)
    elif isinstance(data, str) and key in LINKED and data:
        yield Link(what=f"JSON-LD {key}", target=data, whole=True, named=False)


def _of_css(text: str) -> list[str]:
    return [found[1] or found[3] for found in CSS.findall(re.sub(r"/\*.*?\*/", "", text, flags=re.DOTALL))]


def _in_sheet(site: Built, sheet: Any) -> Iterator[str]:
    path = sheet.relative_to(site.folder).as_posix()
    for target in _of_css(sheet.read_text(encoding="utf-8", errors="replace")):
        url = urljoin(site.base + path, target)
        if urlsplit(url).scheme in {"http", "https"} and site.path_of(url) is not None and not site.file_of(url):
            yield f"{path}: url({target}) leads to no file"


def _wrong(site: Built, page: Page, link: Link) -> str:
    """Return what is wrong with one address, or nothing."""
    scheme = urlsplit(link.target).scheme.lower()
    if scheme == "javascript":
        return "runs a script; use a button"
    if scheme not in {"", "http", "https"}:
        return ""
    if link.whole and not scheme:
        return "is read elsewhere and must be a whole address"
    url = urljoin(page.base, link.target)
    if site.path_of(url) is None:
        return ""
    itself = url.partition("#")[0] == page.base  # 404.html has no address of its own
    file = site.folder / page.path if itself else site.file_of(url)
    if file is None:
        return "leads to no file"
    return _without_place(site, page, url, file) if link.named else ""


def _without_place(site: Built, page: Page, url: str, file: Any) -> str:
    fragment = unquote(url.partition("#")[2].partition(":~:")[0])
    if fragment in {"", "top"}:
        return ""
    if file.suffix == ".svg":
        names = set(etree.parse(str(file)).xpath("//@id"))
    else:
        to = page if url.partition("#")[0] == page.base else site.page_at(url)
        names = to.ids if to else {fragment}
    return "" if fragment in names else f"leads to a page without the id {fragment!r}"

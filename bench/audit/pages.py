"""A folder of files as the pages that a browser would see: addresses to files, and files to parsed pages."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING
from urllib.parse import unquote, urljoin, urlsplit

from lxml import html

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

NOWHERE = "no/such/page/"
"""Where a visitor may stand when 404.html is shown: anywhere, so its links must not depend on the place."""


def file_at(folder: Path, path: str) -> Path | None:
    """Return the file that a code host serves at ``path``, below ``folder``; None where there is none, or outside."""
    names = unquote(path).split("/")
    if any(name == ".." or "\0" in name or "\\" in name for name in names):
        return None
    place = folder.joinpath(*[name for name in names if name not in {"", "."}])
    tried = [place / "index.html"] if place.is_dir() else [place, place.with_name(place.name + ".html")]
    root = folder.resolve()
    for found in tried:
        if found.is_file() and found.resolve().is_relative_to(root):
            return None if found == place and path.endswith("/") else found
    return None


@dataclass(frozen=True, kw_only=True)
class Page:
    """An HTML file: ``path`` within the folder, the ``url`` it is read at, and its parsed tree."""

    path: str
    url: str
    raw: bytes = field(repr=False)

    @cached_property
    def tree(self) -> html.HtmlElement:
        return html.document_fromstring(self.raw or b"<html>", parser=html.HTMLParser(encoding="utf-8"))

    @cached_property
    def ids(self) -> frozenset[str]:
        return frozenset(self.tree.xpath("//@id | //a/@name"))

    @cached_property
    def base(self) -> str:
        """What its relative links start from."""
        given = self.tree.xpath("string(//head/base/@href)")
        start = urljoin(self.url, NOWHERE) if self.path == "404.html" else self.url
        return urljoin(start, given) if given else start

    @cached_property
    def moves_to(self) -> str:
        """Where the page sends its visitors at once; empty if it is a page to read."""
        for content in self.tree.xpath("//meta[translate(@http-equiv, 'REFSH', 'refsh') = 'refresh']/@content"):
            if found := re.search(r"url\s*=\s*['\"]?([^'\"]+)", content, re.IGNORECASE):
                return found[1].strip()
        return ""

    @property
    def is_hidden(self) -> bool:
        """Whether it asks not to be listed by search engines."""
        return any("noindex" in content for content in self.tree.xpath("//meta[@name='robots']/@content"))

    @property
    def canonical(self) -> str:
        return str(self.tree.xpath("string(//head/link[@rel='canonical']/@href)"))

    def meta(self, name: str) -> str:
        return str(self.tree.xpath("string(//meta[@name=$name or @property=$name]/@content)", name=name))


@dataclass(frozen=True, kw_only=True)
class Built:
    """A built site: the folder, and the address it was built for. ``also`` are addresses that are the site's too."""

    folder: Path
    base: str
    also: tuple[str, ...] = ()

    @cached_property
    def pages(self) -> tuple[Page, ...]:
        files = sorted(self.folder.rglob("*.html"))
        return tuple(self._page(file) for file in files)

    def _page(self, file: Path) -> Page:
        path = file.relative_to(self.folder).as_posix()
        return Page(path=path, url=self.base + re.sub(r"(^|/)index\.html$", r"\1", path), raw=file.read_bytes())

    @cached_property
    def _by_file(self) -> dict[Path, Page]:
        return {self.folder / page.path: page for page in self.pages}

    def path_of(self, url: str) -> str | None:
        """Return where ``url`` leads below the site's address; None where it leads away from the site."""
        plain = url.partition("#")[0].partition("?")[0]
        for start in (self.base, *self.also):
            if (plain + "/").startswith(start) and _host(plain) == _host(start):
                return plain[len(start) :]
        return "/" + urlsplit(plain).path if _host(plain) == _host(self.base) else None

    def file_of(self, url: str) -> Path | None:
        path = self.path_of(url)
        return None if path is None or path.startswith("/") else file_at(self.folder, path)

    def page_at(self, url: str) -> Page | None:
        file = self.file_of(url)
        return self._by_file.get(file) if file else None

    def lists(self) -> Iterator[Page]:
        """Yield the pages that search engines are meant to list."""
        for page in self.pages:
            if page.path != "404.html" and not page.is_hidden and not page.moves_to:
                yield page


def _host(url: str) -> tuple[str, str]:
    parts = urlsplit(url)
    return parts.scheme, parts.netloc.lower()

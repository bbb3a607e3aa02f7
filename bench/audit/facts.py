"""What machines learn from a page, compared with what the author wrote in the post's own file.

A fact has a name, what was found and what is wanted; ``FACTS_OF_A_POST`` and the like are the lists to extend. Read by
mf2py (microformats2) and extruct (JSON-LD, Open Graph), which others wrote.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any, NamedTuple

from audit.pictures import size_of
from audit.report import MissingError, Row, counted

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from audit.author import Author, Written
    from audit.pages import Built, Page


@dataclass(frozen=True, kw_only=True)
class Case:
    """A page, what tools read in it, and what it should say. ``post`` is None for the home page."""

    site: Built
    page: Page
    author: Author
    post: Written | None = None

    @property
    def written(self) -> Written:
        assert self.post
        return self.post

    @cached_property
    def _extruct(self) -> dict[str, Any]:
        import extruct

        text = self.page.raw.decode("utf-8", "replace")
        return dict(extruct.extract(text, base_url=self.page.url, syntaxes=["json-ld", "opengraph"], errors="ignore"))

    @cached_property
    def graph(self) -> dict[str, list[str]]:
        """Open Graph: each property with its values, in order."""
        found: dict[str, list[str]] = {}
        for block in self._extruct.get("opengraph", []):
            for name, value in block.get("properties", []):
                found.setdefault(name, []).append(value)
        return found

    def og(self, name: str) -> str:
        return self.graph.get(name, [""])[0]

    @cached_property
    def nodes(self) -> list[dict[str, Any]]:
        """Every object of the page's JSON-LD, at any depth; what only points is filled from what it points to."""
        found = list(_objects(self._extruct.get("json-ld", [])))
        whole: dict[str, dict[str, Any]] = {}
        for node in found:
            if "@id" in node and len(node) > 1:
                whole[node["@id"]] = {**whole.get(node["@id"], {}), **node}
        return [whole.get(node.get("@id", ""), node) for node in found]

    def node(self, kind: str) -> dict[str, Any]:
        return next((node for node in self.nodes if kind in _kinds(node)), {})

    def pointed(self, value: Any) -> dict[str, Any]:
        """Return the object that a property holds or points to."""
        value = _first(value)
        if isinstance(value, str):
            value = {"@id": value}
        if not isinstance(value, dict):
            return {}
        return next((node for node in self.nodes if node.get("@id") == value.get("@id", 0) and len(node) > 1), value)

    @cached_property
    def entry(self) -> dict[str, Any]:
        """The first h-entry of the page."""
        import mf2py

        parsed = mf2py.parse(doc=self.page.raw.decode("utf-8", "replace"), url=self.page.url)
        return next((item for item in _items(parsed["items"]) if "h-entry" in item["type"]), {})

    def property(self, name: str) -> Any:
        return _first(self.entry.get("properties", {}).get(name))

    @cached_property
    def home(self) -> Case:
        page = self.site.page_at(self.site.base)
        return Case(site=self.site, page=page or self.page, author=self.author)


def _first(value: Any) -> Any:
    return (value[0] if value else None) if isinstance(value, list) else value


def _kinds(node: dict[str, Any]) -> list[str]:
    kinds = node.get("@type", [])
    return kinds if isinstance(kinds, list) else [kinds]


def _objects(value: Any) -> Iterator[dict[str, Any]]:
    if isinstance(value, dict):
        if set(value) - {"@context", "@graph"}:
            yield value
        value = list(value.values())
    if isinstance(value, list):
        for each in value:
            yield from _objects(each)


def _items(items: list[Any]) -> Iterator[dict[str, Any]]:
    """Yield microformats at any depth: as children and as values of properties."""
    for item in items:
        if isinstance(item, dict) and "type" in item:
            yield item
            yield from _items(item.get("children", []))
            for values in item.get("properties", {}).values():
                yield from _items(values)


def _plain(text: str) -> str:
    return " ".join(re.sub(r"[^\w]+", " ", text).split()).casefold()


def _opening(case: Case) -> str:
    """Return the first words of the post that are a plain paragraph."""
    for block in re.split(r"\n\s*\n", case.written.body.strip()):
        if re.match(r"[\w“‘\"']", block) and not re.search(r"[\[\]<>`|*_]", block[:80]):
            return _plain(re.match(r"(?:\S+\s+){0,7}\S+", block)[0])
    return ""


def _opens(case: Case) -> object:
    content = case.property("content")
    text = _plain(content.get("value", "")) if isinstance(content, dict) else ""
    opening = _opening(case)
    return opening if opening in text else text[:60]


def _marked(case: Case) -> object:
    """Return the addresses that the entry bookmarks, likes, answers or cites."""
    properties = case.entry.get("properties", {})
    names = ("bookmark-of", "in-reply-to", "repost-of", "citation", "cite")
    held = [value for name in names for value in properties.get(name, [])]
    held += [item for item in _items([case.entry]) if "h-cite" in item["type"]]
    found = set()
    for value in held:
        urls = value.get("properties", {}).get("url", []) if isinstance(value, dict) else [value]
        found.update(url for url in urls if isinstance(url, str))
    return set(case.written.sources[:1]) if set(case.written.sources[:1]) & found else found


def _article(case: Case) -> dict[str, Any]:
    return case.node("BlogPosting")


def _modified(case: Case) -> object:
    said = str(_article(case).get("dateModified", ""))[:10]
    if case.written.updated:
        return said
    return said if not said or said < case.written.date else _at_least(case)


def _at_least(case: Case) -> str:
    return case.written.updated or f"{case.written.date} or later"


def _cited(case: Case) -> object:
    citations = _article(case).get("citation", [])
    citations = citations if isinstance(citations, list) else [citations]
    nodes = [case.pointed(citation) for citation in citations]
    return {str(node.get("url") or node.get("@id")) for node in nodes}


def _page_of(case: Case) -> object:
    value = _first(_article(case).get("mainEntityOfPage"))
    return str(value.get("@id") or value.get("url") or "") if isinstance(value, dict) else value


def _crumbs(case: Case) -> list[dict[str, Any]]:
    items = case.node("BreadcrumbList").get("itemListElement", [])
    crumbs = [item for item in items if isinstance(item, dict)]
    return crumbs if [crumb.get("position") for crumb in crumbs] == list(range(1, len(crumbs) + 1)) else []


def _crumb_url(case: Case, number: int) -> object:
    crumbs = _crumbs(case)
    item = crumbs[number].get("item", "") if crumbs else ""
    return str(item.get("@id") or item.get("url") or "") if isinstance(item, dict) else item or case.page.url


def _crumb_name(case: Case) -> object:
    last = _crumbs(case)[-1] if _crumbs(case) else {}
    item = last.get("item")
    return last.get("name") or (item.get("name") if isinstance(item, dict) else "")


def _person_id(case: Case) -> object:
    return case.pointed(_article(case).get("author")).get("@id")


def _size_told(case: Case) -> object:
    return (case.og("og:image:width"), case.og("og:image:height"))


def _size_true(case: Case) -> object:
    file = case.site.file_of(case.og("og:image"))
    size = size_of(file.read_bytes()) if file else None
    return tuple(map(str, size)) if size else ("a picture", "that is there")


def _periodical(case: Case) -> str:
    return str(case.pointed(case.node("PublicationIssue").get("isPartOf")).get("name") or "")


class Something:
    """Equal to whatever is not empty."""

    def __eq__(self, other: object) -> bool:
        return bool(other)

    def __hash__(self) -> int:
        return 0

    def __repr__(self) -> str:
        return "something"


class Fact(NamedTuple):
    """What a page should tell: its name, what is found there, and what is wanted."""

    name: str
    found: Callable[[Case], object]
    wanted: Callable[[Case], object]


FACTS_OF_A_POST = (
    Fact("canonical", lambda case: case.page.canonical, lambda case: case.page.url),
    Fact("h-entry p-name", lambda case: case.property("name"), lambda case: case.written.title),
    Fact("h-entry u-url", lambda case: case.property("url"), lambda case: case.page.url),
    Fact("h-entry dt-published", lambda case: str(case.property("published"))[:10], lambda case: case.written.date),
    Fact("h-entry p-author h-card p-name", lambda case: _card(case, "name"), lambda case: case.author.name),
    Fact("h-entry p-author h-card u-url", lambda case: _card(case, "url"), lambda case: case.site.base),
    Fact("h-entry e-content", _opens, _opening),
    Fact("BlogPosting headline", lambda case: _article(case).get("headline"), lambda case: case.written.title),
    Fact(
        "BlogPosting datePublished",
        lambda case: str(_article(case).get("datePublished", ""))[:10],
        lambda case: case.written.date,
    ),
    Fact("BlogPosting dateModified", _modified, _at_least),
    Fact(
        "BlogPosting author",
        lambda case: case.pointed(_article(case).get("author")).get("name"),
        lambda case: case.author.name,
    ),
    Fact("BlogPosting author @id", _person_id, lambda case: case.home.node("Person").get("@id") or Something()),
    Fact("BlogPosting citation", _cited, lambda case: set(case.written.sources)),
    Fact("BlogPosting mainEntityOfPage", _page_of, lambda case: case.page.url),
    Fact("BreadcrumbList starts at home", lambda case: _crumb_url(case, 0), lambda case: case.site.base),
    Fact("BreadcrumbList ends here", _crumb_name, lambda case: case.written.title),
    Fact("og:title", lambda case: case.og("og:title"), lambda case: case.written.title),
    Fact("og:description", lambda case: case.og("og:description"), lambda case: case.written.summary or Something()),
    Fact("og:type", lambda case: case.og("og:type"), lambda _: "article"),
    Fact("og:url", lambda case: case.og("og:url"), lambda case: case.page.canonical or case.page.url),
    Fact("og:image", lambda case: case.site.file_of(case.og("og:image")) is not None, lambda _: True),
    Fact("og:image:width and height", _size_told, _size_true),
    Fact("og:image:alt", lambda case: case.og("og:image:alt"), lambda _: Something()),
    Fact(
        "article:published_time",
        lambda case: case.page.meta("article:published_time")[:10],
        lambda case: case.written.date,
    ),
    Fact(
        "twitter:card",
        lambda case: case.page.meta("twitter:card") in {"summary", "summary_large_image"},
        lambda _: True,
    ),
)
FACTS_OF_A_LINK_POST = (Fact("h-entry u-bookmark-of or h-cite", _marked, lambda case: set(case.written.sources[:1])),)
FACTS_OF_AN_EDITION = (
    Fact(
        "PublicationIssue datePublished",
        lambda case: str(case.node("PublicationIssue").get("datePublished", ""))[:10],
        lambda case: case.written.date,
    ),
    Fact("PublicationIssue isPartOf Periodical", _periodical, lambda _: Something()),
    Fact("Periodical", lambda case: case.node("Periodical").get("name"), lambda _: Something()),
)
FACTS_OF_HOME = (
    Fact("canonical", lambda case: case.page.canonical, lambda case: case.site.base),
    Fact("WebSite name", lambda case: case.node("WebSite").get("name"), lambda case: case.author.site_name),
    Fact("WebSite url", lambda case: case.node("WebSite").get("url"), lambda case: case.site.base),
    Fact("Person name", lambda case: case.node("Person").get("name"), lambda case: case.author.name),
    Fact("Person @id", lambda case: case.node("Person").get("@id"), lambda _: Something()),
    Fact("og:type", lambda case: case.og("og:type"), lambda _: "website"),
    Fact("og:url", lambda case: case.og("og:url"), lambda case: case.site.base),
    Fact("og:title", lambda case: case.og("og:title"), lambda case: case.author.site_name),
)


def _card(case: Case, name: str) -> object:
    card = case.property("author")
    return _first(card.get("properties", {}).get(name)) if isinstance(card, dict) else f"no card but {card!r}"


def facts_of(case: Case) -> tuple[Fact, ...]:
    if case.post is None:
        return FACTS_OF_HOME
    more = {"link": FACTS_OF_A_LINK_POST, "edition": FACTS_OF_AN_EDITION}.get(case.post.kind, ())
    return FACTS_OF_A_POST + more


def faults(case: Case) -> Iterator[str]:
    """Yield each fact that is not told, or told otherwise than the author wrote it."""
    place = case.page.path.removesuffix("index.html") or "home"
    for fact in facts_of(case):
        found, wanted = fact.found(case), fact.wanted(case)
        if wanted != found:  # what is wanted comes first: Something decides
            yield f"{place}: {fact.name} is {_said(found)}, wanted is {_said(wanted)}"


def _said(value: object) -> str:
    text = json.dumps(sorted(value), ensure_ascii=False) if isinstance(value, set) else repr(value)
    return text if len(text) < 160 else text[:150] + "…"


def see_that_installed() -> None:
    try:
        import extruct
        import mf2py
    except ImportError as error:
        raise MissingError(f"the Python package {error.name}", "pip install mf2py extruct (or make audit)") from None
    assert extruct
    assert mf2py


def check(site: Built, author: Author) -> Row:
    see_that_installed()
    found, count = [], 0
    for post in (None, *author.posts):
        page = site.page_at(site.base + (post.path if post else ""))
        if page is None:
            found.append(f"{post.path if post else 'home'}: is not in the site")
            continue
        case = Case(site=site, page=page, author=author, post=post)
        count += len(facts_of(case))
        found += faults(case)
    return counted("facts", "wrong", found, seen=f"{count} facts of {len(author.posts)} posts and home")

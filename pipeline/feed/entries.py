"""One <item> or <entry> to a ``ParsedEntry``: what RSS, Atom and their extensions say, by one table."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from pipeline.feed import clean
from pipeline.feed.bounds import LONGEST_DATE, MOST_TEXTS
from pipeline.feed.dates import moment
from pipeline.feed.names import name_of
from pipeline.feed.people import people
from pipeline.feed.texts import line, markup, words
from pipeline.html import one_line, plain_text, safe_html, safe_url
from pipeline.model import ParsedEntry

if TYPE_CHECKING:
    from datetime import datetime

    from lxml.etree import _Element

    from pipeline.feed.document import Document
    from pipeline.model import PlainText, SafeHtml, SafeUrl

Fields = dict[str, list["_Element"]]
"""The children of an element by their names, in their order."""

_TITLE: Final = ("title", "dc:title", "media:title", "itunes:title")
_PUBLISHED: Final = ("published", "pubdate", "issued", "dcterms:issued")
_UPDATED: Final = ("updated", "modified", "dc:date", "dcterms:modified", "lastbuilddate")
_CREATED: Final = ("created", "dcterms:created")
_SUMMARY: Final = ("summary", "description", "abstract", "dc:description", "media:description", "itunes:summary")
_CONTENT: Final = ("content", "content:encoded", "fullitem", "body", "xhtml:body")
_AUTHOR: Final = ("author", "dc:creator", "dc:author", "itunes:author")
_ID: Final = ("guid", "id")
_ABOUT: Final = "{http://www.w3.org/1999/02/22-rdf-syntax-ns#}about"
_BASE: Final = "{http://www.w3.org/XML/1998/namespace}base"
_HTML: Final = frozenset({"", "text/html", "html", "application/xhtml+xml", "xhtml"})
_HREFS: Final = ("href", "url", "uri")


def fields_of(element: _Element) -> Fields:
    """Return the children of ``element`` by name; what a <media:group> holds stands beside the rest, behind it."""
    found: Fields = {}
    groups = []
    for child in element:
        name = name_of(child.tag)
        found.setdefault(name, []).append(child)
        if name in {"media:group", "media:content"} and len(child):
            groups.append(child)
    for group in groups:
        for child in group:
            found.setdefault(name_of(child.tag), []).append(child)
    return found


def entry_of(
    item: _Element, document: Document, url: str, authors: tuple[PlainText, ...], *, room: bool = True
) -> ParsedEntry:
    """Return the entry in ``item``, without texts and authors where there is no ``room``.

    ``authors`` are those of the feed, who wrote what names nobody (RFC 4287).
    """
    fields = fields_of(item)
    base = base_of(item, document, url)
    updated, _ = date_in(fields, _UPDATED)
    published, raw = date_in(fields, _PUBLISHED)
    if published is None:
        published = date_in(fields, _CREATED)[0] or updated
    summaries = [element for name in _SUMMARY for element in fields.get(name, ())] if room else []
    contents = [element for name in _CONTENT for element in fields.get(name, ())] if room else []
    source = fields.get("source", [None])[0]
    return ParsedEntry(
        uid=_uid(item, fields),
        title=title_in(fields),
        link=_origin(fields, url) or link_in(fields, document, url) or _permalink(fields, base),
        published=published,
        published_raw=raw,
        updated=updated,
        authors=(_authors_in(fields) or _authors_of(source) or authors) if room else (),
        source=_title_of(source),
        summary=markup(summaries[0], base_of(summaries[0], document, url)) if summaries else safe_html(""),
        content=_longest((contents or summaries[1:])[:MOST_TEXTS], document, url),
    )


def date_of(item: _Element) -> datetime | None:
    """Return when the entry in ``item`` was published or last changed."""
    fields = fields_of(item)
    return date_in(fields, _PUBLISHED)[0] or date_in(fields, _CREATED)[0] or date_in(fields, _UPDATED)[0]


def base_of(element: _Element, document: Document, url: str) -> str:
    """Return what relative addresses in ``element`` are relative to (XML Base)."""
    if not document.has_bases:
        return url
    if element not in document.bases:
        parent = element.getparent()
        around = url if parent is None else base_of(parent, document, url)
        given = element.get(_BASE)
        document.bases[element] = (safe_url(given, around, tracking=True) or around) if given else around
    return document.bases[element]


def date_in(fields: Fields, names: tuple[str, ...]) -> tuple[datetime | None, PlainText]:
    """Return the first date that can be read of the elements so named, and how the publisher wrote the first one."""
    raw = ""
    for name in names:
        for element in reversed(fields.get(name, ())):
            text = words(element)
            if (found := moment(text)) is not None:
                return found, plain_text(text[:LONGEST_DATE])
            raw = raw or text
    return None, plain_text(raw[:LONGEST_DATE])


def title_in(fields: Fields) -> PlainText:
    """Return the first title that says something."""
    for name in _TITLE:
        for element in fields.get(name, ()):
            if found := line(element):
                return found
    return plain_text("")


def link_in(fields: Fields, document: Document, url: str) -> SafeUrl | None:
    """Return where the <link> elements lead: to a page, if one of them does.

    RSS writes the address as text, and the last one counts; Atom writes it as ``href``, and the first one counts.
    """
    pages: list[SafeUrl] = []
    others: list[SafeUrl] = []
    any_text = False
    for element in fields.get("link", ()):
        if (element.get("rel") or "alternate").lower() != "alternate":
            continue
        href = next((found for name in _HREFS if (found := element.get(name))), None)
        if (found := safe_url(href or words(element) or "x:", base_of(element, document, url))) is not None:
            (pages if (element.get("type") or "").lower() in _HTML else others).append(found)
            any_text = any_text or not href
    return next(iter((*(reversed(pages) if any_text else pages), *others)), None)


def _origin(fields: Fields, url: str) -> SafeUrl | None:
    """Return the publisher's own address of what FeedBurner leads to by its own."""
    for element in fields.get("feedburner:origlink", ()):
        if found := safe_url(words(element), url):
            return found
    return None


def _permalink(fields: Fields, base: str) -> SafeUrl | None:
    """Return the id as a link where it is one: an address that does not deny it (RSS 2.0, isPermaLink)."""
    for name in _ID:
        for element in fields.get(name, ()):
            address = words(element)
            if "://" in address and (element.get("isPermaLink") or "true").lower() == "true":
                return safe_url(address, base)
    return None


def _uid(item: _Element, fields: Fields) -> str:
    for name in _ID:
        for element in reversed(fields.get(name, ())):
            if text := words(element):
                return clean.identifier(text)
    return clean.identifier(item.get(_ABOUT) or "")


def _longest(contents: list[_Element], document: Document, url: str) -> SafeHtml:
    made = (markup(element, base_of(element, document, url)) for element in contents)
    return max(made, key=len, default=safe_html(""))


def _title_of(source: _Element | None) -> PlainText:
    """Return who published it first: the title of Atom's <source>, or the text of RSS's."""
    if source is None:
        return plain_text("")
    return title_in(fields_of(source)) if len(source) else one_line(words(source))


def _authors_in(fields: Fields) -> tuple[PlainText, ...]:
    return people(element for name in _AUTHOR for element in fields.get(name, ()))


def _authors_of(source: _Element | None) -> tuple[PlainText, ...]:
    return people(fields_of(source).get("author", ())) if source is not None and len(source) else ()

"""What a web page says of feeds: those that it declares, those that it seems to link to, and what it was made with."""

from __future__ import annotations

import codecs
import html as entities
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from pipeline.html import safe_url, without_feed_scheme
from pipeline.page.tags import tags_of

if TYPE_CHECKING:
    from collections.abc import Mapping

    from pipeline.model import SafeUrl
    from pipeline.page.tags import Tag

MOST_BYTES: Final = 2**20
OFF_THE_PAGE: Final = 2 * MOST_BYTES
"""The place of what the page does not name: after all that it does."""
MOST_DECLARED: Final = 20
MOST_LINKED: Final = 10
MOST_LOOKED_AT: Final = 20_000
"""Links of a page; so many do not stand on any that people read."""
_LONGEST_TITLE: Final = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class Lead:
    """An address that may be a feed's, where on the page it stands, and what the page says of it."""

    url: SafeUrl
    place: int = OFF_THE_PAGE
    said: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """What a page says of feeds: those it declares, those it seems to link to, and what it was made with."""

    declared: tuple[Lead, ...] = ()
    linked: tuple[Lead, ...] = ()
    generator: str = ""


_DECLARED: Final = frozenset(
    (
        "application/rss+xml application/atom+xml application/feed+json application/rdf+xml text/xml application/xml"
    ).split()
)
_SPEAKS_OF_FEED: Final = re.compile(
    r"(?<![a-z])(?:rss[\d.]*|atom|rdf|(?:blog|news|rss|web|xml)?feeds?)(?![a-z])|\.(?:atom|rdf|rss|xml)(?![\w-])",
    re.IGNORECASE,
)
_LONGEST_LABEL: Final = 40
"""A link of more words is the headline of an article, about feeds perhaps."""
_LONGEST_INSIDE: Final = 500
_LINK_ENDS: Final = re.compile(r"</?a[\s/>]", re.IGNORECASE)
_MARKUP: Final = re.compile(r"<[^<>]*>?")
_PICTURED: Final = re.compile(r"""(?:alt|aria-label|class)=["']([^"'<>]*)""", re.IGNORECASE)


def page_in(body: bytes, url: str, content_type: str) -> Page:
    """Return what the page in ``body`` says, which was served from ``url``; of what is no page, nothing."""
    head = body[:MOST_BYTES]
    # Markup is ASCII in whatever else pages are written in, and so are addresses but for a few.
    wide = head.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE))
    source = head.decode("utf-16" if wide else "utf-8", "replace").lstrip("\ufeff \t\r\n")
    if "html" not in content_type.lower() and not source.startswith("<"):
        return Page()
    return read_page(source, url)


def read_page(source: str, base: str) -> Page:
    """Return what the HTML in ``source`` says, read once from top to bottom.

    ``base`` is its address until it names another.
    """
    declared: dict[SafeUrl, Lead] = {}
    likely: dict[SafeUrl, Lead] = {}
    perhaps: dict[SafeUrl, Lead] = {}
    generator, based, links = "", False, 0
    for tag in tags_of(source):
        if tag.name == "base" and not based and "href" in tag.said:
            based, base = True, safe_url(tag.said["href"], base, tracking=True) or base
        elif tag.name == "meta" and tag.said.get("name", "").lower() == "generator":
            generator = generator or tag.said.get("content", "")[:_LONGEST_TITLE]
        elif tag.name == "link" and len(declared) < MOST_DECLARED and _declares_feed(tag.said):
            _note(declared, tag, tag.said.get("title", ""), base)
        elif tag.name == "a" and len(likely) < MOST_LINKED and links < MOST_LOOKED_AT and "href" in tag.said:
            links += 1
            words, pictured = _label(tag, source)
            sure = _SPEAKS_OF_FEED.search(tag.said["href"]) and "sitemap" not in tag.said["href"].lower()
            if sure or (len(words) <= _LONGEST_LABEL and _SPEAKS_OF_FEED.search(f"{words} {pictured}")):
                _note(likely if sure else perhaps, tag, words, base)
    linked = (*likely.values(), *perhaps.values())[:MOST_LINKED]
    return Page(declared=tuple(declared.values()), linked=linked, generator=generator)


def _note(leads: dict[SafeUrl, Lead], tag: Tag, said: str, base: str) -> None:
    """Keep where ``tag`` leads, if that is a web address; a fragment of it is no other feed."""
    address = without_feed_scheme(tag.said.get("href", "").strip()).partition("#")[0]
    url = safe_url(address, base) if address else None
    if url is not None:
        leads.setdefault(url, Lead(url=url, place=tag.start, said=said[:_LONGEST_TITLE]))


def _declares_feed(said: Mapping[str, str]) -> bool:
    """Tell whether a <link> with these attributes leads to a feed."""
    relations = set(said.get("rel", "").lower().split())
    kind = said.get("type", "").partition(";")[0].strip().lower()
    if not kind:
        return "feed" in relations
    if kind == "application/json":  # which WordPress declares for each page, and means its own interface
        return bool(
            relations & {"alternate", "feed"} and _SPEAKS_OF_FEED.search(f"{said.get('title')} {said.get('href')}")
        )
    return bool(relations & {"alternate", "feed"}) and kind in _DECLARED


def _label(tag: Tag, source: str) -> tuple[str, str]:
    """Return the words of a link, and what its picture says, if it is one: a text for those who hear it, a class."""
    inside = _LINK_ENDS.split(source[tag.end : tag.end + _LONGEST_INSIDE], maxsplit=1)[0]
    words = " ".join(entities.unescape(_MARKUP.sub(" ", inside)).split())
    heard = (tag.said.get("aria-label", ""), tag.said.get("title", ""))
    return words, " ".join((*heard, *(_PICTURED.findall(inside) if "<" in inside else ())))

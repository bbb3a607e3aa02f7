"""XML feeds: bytes to a feed, by libxml2 where nothing is lost that way, else by feedparser, which bears all."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING, Final

from pipeline.feed import bounds, clean
from pipeline.feed.channel import channel_of, format_of, pages_of, rhythm_of
from pipeline.feed.document import document
from pipeline.feed.entries import date_of, entry_of, fields_of, link_in, title_in
from pipeline.feed.people import people
from pipeline.model import ParsedFeed, Unreadable
from pipeline.repair.encoding import in_utf8
from pipeline.repair.xml import mended, without_doctype

if TYPE_CHECKING:
    from pipeline.feed.document import Document


_MOST_TAGS: Final = 150_000
"""Tags of a feed that feedparser is given: it takes a second for so many."""
_FEED_LIKE: Final = re.compile(rb"<(?:\w+:)?(?:rss|rdf|feed|channel|item|entry)[\s>/]", re.IGNORECASE)
_NO_TAG_OR_TAG: Final = re.compile(
    rb"""<(?:!\[CDATA\[.*?(?:\]\]>|\Z)|!--.*?(?:-->|\Z)|([^\s<>"'!?])(?:[^<>"']++|"[^"]*+"|'[^']*+'|(?!))*+)""",
    re.DOTALL,
)
"""What looks like a tag and is none, or a tag, which has a first letter."""


def parse(body: bytes, url: str, content_type: str) -> ParsedFeed | Unreadable:
    """Return the feed in ``body``, which was served from ``url`` as ``content_type``."""
    text, recoded = in_utf8(body, content_type)
    if text.count(b"<") > bounds.MOST_TAGS:
        return Unreadable(cause=f"holds more than {bounds.MOST_TAGS:,} tags")
    if text.count(b"=") > bounds.MOST_TAGS and _attributes_in(text) > bounds.MOST_TAGS:
        return Unreadable(cause=f"holds more than {bounds.MOST_TAGS:,} attributes")
    found = document(text, url)
    feed = _feed(found, url) if found is not None else _tolerantly(text, url)
    return replace(feed, repairs=(*recoded, *feed.repairs)) if recoded and isinstance(feed, ParsedFeed) else feed


def _attributes_in(text: bytes) -> int:
    """Return how many attributes stand in the tags of ``text``; one with quotation marks in its value is several."""
    tags = (found[0] for found in _NO_TAG_OR_TAG.finditer(text) if found[1])
    return sum((tag.count(b'"') + tag.count(b"'")) // 2 for tag in tags)


def _feed(document: Document, url: str) -> ParsedFeed:
    channel = channel_of(document)
    fields = fields_of(channel)
    form = format_of(document)
    authors = clean.inherited(people(fields.get("author", ()))) if form.startswith("atom") else ()
    items, passed_over = bounds.newest(document.items, date_of)
    entries, said = bounds.entries(items, lambda item, room: entry_of(item, document, url, authors, room=room))
    return ParsedFeed(
        format=form,
        title=title_in(fields),
        link=link_in(fields, document, url),
        entries=entries,
        repairs=(*document.repairs, *passed_over, *said),
        rhythm=rhythm_of(fields),
        pages=pages_of(channel, document, url),
    )


def _tolerantly(text: bytes, url: str) -> ParsedFeed | Unreadable:
    if not _FEED_LIKE.search(text):
        return Unreadable(cause=_what_it_is(text))
    if text.count(b"<") > _MOST_TAGS:
        return Unreadable(cause=f"is not well-formed, and holds more than {_MOST_TAGS:,} tags")
    if text.count(b"&") > bounds.MOST_REFERENCES:
        return Unreadable(cause=f"is not well-formed, and holds more than {bounds.MOST_REFERENCES:,} ampersands")
    from pipeline.feed import tolerant

    better, repairs = mended(without_doctype(text), entities=False)
    feed = tolerant.parse(without_doctype(better), url)
    if isinstance(feed, ParsedFeed):
        return replace(feed, repairs=(*repairs, *feed.repairs))
    return Unreadable(cause=_what_it_is(text)) if feed.cause == tolerant.NO_FEED else feed


def _what_it_is(text: bytes) -> str:
    head = text[:2048].lstrip().lower()
    if b"<html" in head or head.startswith(b"<!doctype html"):
        return "is a web page, not a feed; look for the address of the feed itself"
    return "is XML, but not RSS or Atom" if head.startswith(b"<") else "is not a feed"

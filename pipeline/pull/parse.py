"""Bytes to a feed: RSS 0.9x, 1.0 and 2.0, Atom 0.3 and 1.0, JSON Feed, however badly written.

What comes in is a body with its address and media type; what goes out is a ``ParsedFeed`` whose every text is clean,
or ``Unreadable`` with the cause in words. feedparser is the tolerant XML parser; JSON Feed is read in ``jsonfeed``.
"""

from __future__ import annotations

import html as entities
import io
import re
import zlib
from calendar import timegm
from dataclasses import replace
from datetime import UTC, datetime
from time import struct_time
from typing import TYPE_CHECKING, Any, Final

from pipeline.html import looks_like_markup, plain_text, safe_html, safe_url
from pipeline.model import ParsedEntry, ParsedFeed, Unreadable
from pipeline.pull import bounds, jsonfeed
from pipeline.pull.bounds import MOST_ENTRIES, NOTHING
from pipeline.pull.repair import repaired

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pipeline.model import PlainText, SafeHtml, SafeUrl


MAX_BYTES: Final = 32 * 2**20
_LONG_AGO: Final = datetime(bounds.YEARS.start, 1, 1, tzinfo=UTC)
_LONGEST_NAME: Final = 200
_GZIP: Final = b"\x1f\x8b"
_FORMATS: Final = {
    "rss090": "rss-0.90",
    "rss091n": "rss-0.91",
    "rss091u": "rss-0.91",
    "rss092": "rss-0.92",
    "rss093": "rss-0.93",
    "rss094": "rss-0.94",
    "rss10": "rss-1.0",
    "rss20": "rss-2.0",
    "atom01": "atom-0.1",
    "atom02": "atom-0.2",
    "atom03": "atom-0.3",
    "atom10": "atom-1.0",
}


def parse(body: bytes, url: str = "", content_type: str = "", max_bytes: int = MAX_BYTES) -> ParsedFeed | Unreadable:
    """Return the feed in ``body``, which was served from ``url`` (the base of relative links) as ``content_type``.

    A body that is a compressed file is unpacked to at most ``max_bytes``.
    """
    if body.startswith(_GZIP):
        inflated = _inflated(body, max_bytes)
        feed = parse(inflated, url, content_type) if isinstance(inflated, bytes) else inflated
        unpacked = "compressed without saying so; unpacked"
        return feed if isinstance(feed, Unreadable) else replace(feed, repairs=(unpacked, *feed.repairs))
    if not body.strip():
        return Unreadable(cause="is empty")
    if jsonfeed.looks_like(body):
        return jsonfeed.parse(body, url)
    return _parse_xml(body, url, content_type)


def _inflated(body: bytes, max_bytes: int) -> bytes | Unreadable:
    """Unpack a compressed file, which some servers send without saying so."""
    try:
        inflated = zlib.decompressobj(zlib.MAX_WBITS | 16).decompress(body, max_bytes + 1)
    except zlib.error:
        return Unreadable(cause="is a compressed file that is broken")
    if len(inflated) > max_bytes or inflated.startswith(_GZIP):
        return Unreadable(cause=f"is a compressed file of more than {max_bytes // 2**20} MB")
    return inflated


def _parse_xml(body: bytes, url: str, content_type: str) -> ParsedFeed | Unreadable:
    import feedparser

    # A stream, because feedparser opens a string that happens to be a path or an address.
    mended, repairs = repaired(body)
    try:
        read = feedparser.parse(
            io.BytesIO(mended),
            response_headers={"content-type": content_type or "application/xml"},
            sanitize_html=False,
            resolve_relative_uris=False,
        )
        if not read.version and not read.entries:
            return Unreadable(cause=_what_it_is(body))
        return _feed(read, url, repairs)
    except Exception as error:  # noqa: BLE001  (whatever its parsers stumble over is this feed's fault, not the run's)
        return Unreadable(cause=f"cannot be read as a feed ({type(error).__name__})")


def _feed(read: Any, url: str, repairs: Sequence[str]) -> ParsedFeed:
    chosen = sorted(read.entries, key=_published, reverse=True)[:MOST_ENTRIES]
    entries = [_entry(entry, url) for entry in (read.entries if len(chosen) == len(read.entries) else chosen)]
    telling = tuple(entry for entry in entries if entry != NOTHING)
    passed_over = {
        f"the oldest of {len(read.entries)} entries passed over": len(chosen) < len(read.entries),
        f"entries that say nothing passed over ({len(entries) - len(telling)})": len(telling) < len(entries),
    }
    link = _string(read.feed, "link")
    return ParsedFeed(
        format=_FORMATS.get(read.version, read.version or "unknown"),
        title=_text(read.feed, "title"),
        link=safe_url(link, url) if link else None,
        entries=telling,
        repairs=(*repairs, *_repairs(read), *(said for said, is_so in passed_over.items() if is_so)),
    )


def _published(entry: Any) -> datetime:
    return _moment(entry.get("published_parsed")) or _updated(entry) or _LONG_AGO


def _updated(entry: Any) -> datetime | None:
    # Without the question feedparser answers with the date of publishing, and warns that it will not for ever.
    return _moment(entry.get("updated_parsed")) if "updated_parsed" in entry else None


def _entry(entry: Any, url: str) -> ParsedEntry:
    updated = _updated(entry)
    contents = [_markup(part, url) for part in _dicts(entry, "content")]
    return ParsedEntry(
        uid=plain_text(_string(entry, "id")),
        title=_text(entry, "title"),
        link=_link(entry, url),
        published=_moment(entry.get("published_parsed")) or _moment(entry.get("created_parsed")) or updated,
        updated=updated,
        authors=_authors(entry),
        summary=_markup(entry.get("summary_detail"), url),
        content=max(contents, key=len, default=safe_html("")),
    )


def _string(holder: Any, name: str) -> str:
    """Return a text of feedparser's; an element of an unlucky name puts something else in its place."""
    value = holder.get(name) if isinstance(holder, dict) else None
    return value if isinstance(value, str) else ""


def _dicts(holder: Any, name: str) -> list[dict[str, Any]]:
    values = holder.get(name)
    return [value for value in values if isinstance(value, dict)] if isinstance(values, list) else []


def _link(entry: Any, url: str) -> SafeUrl | None:
    """Return where the entry leads; an id that feedparser offers as a link is one only where it is an address."""
    link = _string(entry, "link")
    if link == entry.get("id") and "://" not in link:
        return None
    return safe_url(link, url) if link else None


def _text(holder: Any, name: str) -> PlainText:
    kind = _string(holder.get(f"{name}_detail"), "type")
    return bounds.line(_string(holder, name), markup=kind.endswith(("html", "xml")))


def _markup(detail: Any, url: str) -> SafeHtml:
    value = _string(detail, "value")
    if _string(detail, "type") == "text/plain" and not looks_like_markup(value):
        value = entities.escape(value, quote=False)
    return bounds.markup(value, safe_url(_string(detail, "base"), url) or url)


def _authors(entry: Any) -> tuple[PlainText, ...]:
    listed = _dicts(entry, "authors")[: bounds.MOST_AUTHORS]
    named = [_string(author, "name") or _string(author, "email") for author in listed]
    whole = _string(entry, "author")
    if len(named) < 2 and "@" in whole:  # noqa: PLR2004  (of one author, feedparser cuts a long mail domain in two)
        named = [whole]
    return tuple(dict.fromkeys(text for name in named if (text := _name(bounds.line(name, markup=True)))))


def _name(author: PlainText) -> PlainText:
    """Return the name in "mail (Name)", "Name (mail)" or "Name <mail>" (RSS 2.0, RFC 5322); else all of it."""
    if len(author) > _LONGEST_NAME:
        return author
    for form in (r"\S+@\S+\s*\((.+)\)", r"(.+?)\s*\(\S+@\S+\)", r'"?([^"<]+?)"?\s*<[^<>]*@[^<>]*>'):
        if found := re.fullmatch(form, author):
            return plain_text(found[1])
    return author


def _moment(parsed: Any) -> datetime | None:
    if not isinstance(parsed, struct_time) or parsed.tm_year not in bounds.YEARS:
        return None
    try:
        return datetime.fromtimestamp(timegm(parsed), UTC)
    except (ValueError, OverflowError, OSError):
        return None


def _repairs(read: Any) -> tuple[str, ...]:
    """Say what had to be mended; that a server names the wrong media type is none of the reader's business."""
    import feedparser

    trouble = read.get("bozo_exception")
    if not read.bozo or isinstance(trouble, feedparser.exceptions.NonXMLContentType):
        return ()
    if isinstance(trouble, feedparser.exceptions.CharacterEncodingOverride):
        return (f"the declared encoding is wrong; read as {read.encoding}",)
    message = re.sub(r"^<[^>]*>:", "line ", plain_text(str(trouble)))
    return (f"not well-formed XML, read tolerantly ({message})",)


def _what_it_is(body: bytes) -> str:
    head = body[:2048].lstrip().lower()
    if head.startswith((b"<!doctype html", b"<html")) or b"<html" in head:
        return "is a web page, not a feed; look for the address of the feed itself"
    if head.startswith(b"<"):
        return "is XML, but not RSS or Atom"
    return "is not a feed"

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
from typing import TYPE_CHECKING, Any, Final

from pipeline.html import looks_like_markup, plain_text, safe_html, safe_url, text_of
from pipeline.model import ParsedEntry, ParsedFeed, Unreadable
from pipeline.pull import jsonfeed
from pipeline.pull.repair import repaired

if TYPE_CHECKING:
    from time import struct_time

    from pipeline.model import PlainText, SafeHtml, SafeUrl


MAX_BYTES: Final = 32 * 2**20
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
    except Exception as error:  # noqa: BLE001  (whatever its parsers stumble over is this feed's fault, not the run's)
        return Unreadable(cause=f"cannot be read as a feed ({type(error).__name__})")
    if not read.version and not read.entries:
        return Unreadable(cause=_what_it_is(body))
    entries = [_entry(entry, url) for entry in read.entries]
    telling = tuple(entry for entry in entries if entry != _NOTHING)
    empty = len(entries) - len(telling)
    return ParsedFeed(
        format=_FORMATS.get(read.version, read.version or "unknown"),
        title=_text(read.feed, "title"),
        link=safe_url(read.feed["link"], url) if read.feed.get("link") else None,
        entries=telling,
        repairs=(
            *repairs,
            *_repairs(read),
            *((f"entries that say nothing passed over ({empty})",) if empty else ()),
        ),
    )


_NOTHING: Final = ParsedEntry(
    uid="",
    title=plain_text(""),
    link=None,
    published=None,
    updated=None,
    authors=(),
    summary=safe_html(""),
    content=safe_html(""),
)


def _entry(entry: Any, url: str) -> ParsedEntry:
    updated = _moment(entry.get("updated_parsed")) if "updated_parsed" in entry else None
    content = max((_markup(part, url) for part in entry.get("content", ())), key=len, default=safe_html(""))
    return ParsedEntry(
        uid=plain_text(entry.get("id", "")),
        title=_text(entry, "title"),
        link=_link(entry, url),
        published=_moment(entry.get("published_parsed") or entry.get("created_parsed")) or updated,
        updated=updated,
        authors=_authors(entry),
        summary=_markup(entry.get("summary_detail"), url),
        content=content,
    )


def _link(entry: Any, url: str) -> SafeUrl | None:
    """Return where the entry leads; an id that feedparser offers as a link is one only where it is an address."""
    link: str = entry.get("link") or ""
    if link == entry.get("id") and "://" not in link:
        return None
    return safe_url(link, url) if link else None


def _text(holder: Any, name: str) -> PlainText:
    detail = holder.get(f"{name}_detail") or {}
    value = holder.get(name) or ""
    is_markup = detail.get("type", "").endswith(("html", "xml")) or looks_like_markup(value)
    return text_of(value) if is_markup else plain_text(value)


def _markup(detail: Any, url: str) -> SafeHtml:
    if not detail or not detail.get("value"):
        return safe_html("")
    value: str = detail["value"]
    if detail.get("type") == "text/plain" and not looks_like_markup(value):
        value = entities.escape(value, quote=False)
    return safe_html(value, safe_url(detail.get("base") or "", url) or url)


def _authors(entry: Any) -> tuple[PlainText, ...]:
    named = [author.get("name") or author.get("email") or "" for author in entry.get("authors", ())]
    whole = entry.get("author", "")
    if len(named) < 2 and "@" in whole:  # noqa: PLR2004  (of one author, feedparser cuts a long mail domain in two)
        named = [whole]
    return tuple(dict.fromkeys(text for name in named if (text := _name(text_of(name)))))


def _name(author: PlainText) -> PlainText:
    """Return the name in "mail (Name)", "Name (mail)" or "Name <mail>" (RSS 2.0, RFC 5322); else all of it."""
    for form in (r"\S+@\S+\s*\((.+)\)", r"(.+?)\s*\(\S+@\S+\)", r'"?([^"<]+?)"?\s*<[^<>]*@[^<>]*>'):
        if found := re.fullmatch(form, author):
            return plain_text(found[1])
    return author


def _moment(parsed: struct_time | None) -> datetime | None:
    if parsed is None:
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

"""XML that libxml2 cannot be trusted with, by feedparser: slow, and tolerant of everything."""

from __future__ import annotations

import html as entities
import io
import re
from datetime import timedelta
from typing import TYPE_CHECKING, Any, Final

import feedparser

from pipeline.feed import bounds, clean
from pipeline.feed.dates import of_struct
from pipeline.feed.people import named
from pipeline.html import looks_like_markup, one_line, plain_text, safe_html, safe_url
from pipeline.model import ParsedEntry, ParsedFeed, Rhythm, Unreadable

if TYPE_CHECKING:
    from datetime import datetime

    from pipeline.model import PlainText, SafeHtml, SafeUrl

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


_NAME: Final = re.compile(
    rb"<((?:\w+:)?(?:author|creator|publisher|name|managingEditor|webMaster))\b[^<>]*>", re.IGNORECASE
)
_LONGEST_NAME: Final = 4000
"""Bytes; feedparser looks for mail addresses in a name in quadratic time."""
NO_FEED: Final = "is not a feed"


def parse(body: bytes, url: str) -> ParsedFeed | Unreadable:
    """Return the feed in ``body`` (UTF-8), which was served from ``url``."""
    try:
        # A stream, because feedparser opens a string that happens to be a path or an address.
        read = feedparser.parse(
            io.BytesIO(_without_long_names(body)),
            response_headers={"content-type": "application/xml; charset=utf-8"},
            sanitize_html=False,
            resolve_relative_uris=False,
        )
        if not read.version and not read.entries:
            return Unreadable(cause=NO_FEED)
        return _feed(read, url)
    except Exception as error:  # noqa: BLE001  (whatever its parsers stumble over is this feed's fault, not the run's)
        return Unreadable(cause=f"cannot be read as a feed ({type(error).__name__})")


def _without_long_names(body: bytes) -> bytes:
    """Return ``body`` without the names that are longer than anybody's."""
    parts, at, never_ended = [], 0, set()
    for begun in _NAME.finditer(body):
        if begun.start() < at or begun[1] in never_ended:
            continue
        end = body.find(b"</" + begun[1], begun.end())
        if end < 0:
            never_ended.add(begun[1])
        elif end - begun.end() > _LONGEST_NAME:
            parts.append(body[at : begun.end()])
            at = end
    return b"".join((*parts, body[at:]))


def _feed(read: Any, url: str) -> ParsedFeed:
    link = _string(read.feed, "link")
    authors = clean.inherited(_authors(read.feed)) if read.version.startswith("atom") else ()
    items, passed_over = bounds.newest(read.entries, _published)
    entries, said = bounds.entries(items, lambda item, room: _entry(item, url, authors, room=room))
    return ParsedFeed(
        format=_FORMATS.get(read.version, read.version or "unknown"),
        title=_text(read.feed, "title"),
        link=safe_url(link, url) if link else None,
        entries=entries,
        repairs=(*_repairs(read), *passed_over, *said),
        rhythm=Rhythm(
            every=timedelta(minutes=int(ttl)) if (ttl := _string(read.feed, "ttl")[:6]).isdecimal() else None
        ),
        pages=_pages(read.feed, url),
    )


def _published(entry: Any) -> datetime | None:
    return of_struct(entry.get("published_parsed")) or _updated(entry)


def _updated(entry: Any) -> datetime | None:
    # Without the question feedparser answers with the date of publishing, and warns that it will not for ever.
    return of_struct(entry.get("updated_parsed")) if "updated_parsed" in entry else None


def _entry(entry: Any, url: str, authors: tuple[PlainText, ...], *, room: bool) -> ParsedEntry:
    updated = _updated(entry)
    contents = (_markup(part, url) for part in _dicts(entry, "content")[: bounds.MOST_TEXTS if room else 0])
    return ParsedEntry(
        uid=clean.identifier(_string(entry, "id")),
        title=_text(entry, "title"),
        link=_link(entry, url),
        published=of_struct(entry.get("published_parsed")) or of_struct(entry.get("created_parsed")) or updated,
        updated=updated,
        authors=(_authors(entry) or _authors(entry.get("source") or {}) or authors) if room else (),
        summary=_markup(entry.get("summary_detail"), url) if room else safe_html(""),
        content=max(contents, key=len, default=safe_html("")),
        published_raw=plain_text(_string(entry, "published")[: bounds.LONGEST_DATE]),
        source=_text(entry.get("source") or {}, "title"),
    )


def _pages(feed: Any, url: str) -> dict[str, SafeUrl]:
    links = ((_string(link, "rel"), safe_url(_string(link, "href") or "x:", url)) for link in _dicts(feed, "links"))
    return {relation: target for relation, target in reversed([*links]) if target and relation in bounds.RELATIONS}


def _string(holder: Any, name: str) -> str:
    """Return a text of feedparser's; an element of an unlucky name puts something else in its place."""
    value = holder.get(name) if isinstance(holder, dict) else None
    return value if isinstance(value, str) else ""


def _dicts(holder: Any, name: str) -> list[dict[str, Any]]:
    values = holder.get(name)
    return [value for value in values if isinstance(value, dict)] if isinstance(values, list) else []


def _link(entry: Any, url: str) -> SafeUrl | None:
    """Return where the entry leads; an id that feedparser offers as a link is one only where it is an address."""
    link = _string(entry, "feedburner_origlink") or _string(entry, "link")
    if entry.get("guidislink") and "://" not in link:
        return None
    return safe_url(link, url) if link else None


def _text(holder: Any, name: str) -> PlainText:
    kind = _string(holder.get(f"{name}_detail"), "type")
    return one_line(_string(holder, name), markup=kind.endswith(("html", "xml")))


def _markup(detail: Any, url: str) -> SafeHtml:
    value = _string(detail, "value")
    if _string(detail, "type") == "text/plain" and not looks_like_markup(value):
        value = entities.escape(value, quote=False)
    return clean.markup(value, safe_url(_string(detail, "base"), url) or url)


def _authors(entry: Any) -> tuple[PlainText, ...]:
    names = [_string(author, "name") or _string(author, "email") for author in _dicts(entry, "authors")]
    whole = _string(entry, "author")
    if len(names) < 2 and "@" in whole:  # noqa: PLR2004  (of one author, feedparser cuts a long mail domain in two)
        names = [whole]
    return named(names[: bounds.MOST_AUTHORS])


def _repairs(read: Any) -> tuple[str, ...]:
    """Say what had to be mended."""
    if not read.bozo:
        return ()
    message = re.sub(r"^<[^>]*>:", "line ", plain_text(str(read.get("bozo_exception"))))
    return (f"not well-formed XML, read tolerantly ({message})",)

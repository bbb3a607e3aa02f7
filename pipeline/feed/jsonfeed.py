"""JSON Feed 1.0 and 1.1 (jsonfeed.org): bytes to a feed. It knows no XML."""

from __future__ import annotations

import html as entities
import json
import re
from typing import TYPE_CHECKING, Any, Final

from pipeline.feed import bounds, clean
from pipeline.feed.dates import moment
from pipeline.html import one_line, safe_url
from pipeline.model import ParsedEntry, ParsedFeed, Unreadable

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

    from pipeline.model import PlainText, SafeUrl


_CONTENTS: Final = ("content_html", "content_text")
_MOST_DIGITS: Final = 100
_TOO_MANY: Final = re.compile(
    rb"""(?:(?:[^",:\[{]++|"(?:[^"\\]++|\\.|(?!))*+"|(?!))*+[,:\[{]){%d}+""" % (2 * bounds.MOST_TAGS), re.DOTALL
)
"""More marks outside of texts than so many values have, of which each has a name or stands in a list."""


def looks_like(body: bytes) -> bool:
    """Tell whether ``body`` begins as a JSON object does."""
    return body.lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"{")


def parse(body: bytes, url: str) -> ParsedFeed | Unreadable:
    """Return the feed in ``body``; a broken item is passed over and named among the repairs."""
    if sum(map(body.count, (b",", b":", b"[", b"{"))) > 2 * bounds.MOST_TAGS and _TOO_MANY.match(body):
        return Unreadable(cause=f"holds more than {bounds.MOST_TAGS:,} values")
    try:
        data = json.loads(body.decode("utf-8-sig", "replace"), strict=False, parse_int=_number)
    except (ValueError, RecursionError) as error:
        return Unreadable(cause=f"is not whole JSON ({error})")
    if not isinstance(data, dict) or not isinstance(data.get("items"), list):
        return Unreadable(cause="is JSON, but not a JSON Feed: it has no list of items")
    version = re.search(r"/version/([\d.]+)", _string(data.get("version")))
    authors = clean.inherited(tuple(_authors(data)))
    newest, passed_over = bounds.newest(data["items"], _published)
    entries, said = bounds.entries(newest, lambda item, room: _entry(item, url, authors, room=room), "items")
    return ParsedFeed(
        format=f"json-{version[1]}" if version else "json",
        title=_plain(data.get("title")),
        link=_link(data.get("home_page_url"), url),
        entries=entries,
        repairs=(*passed_over, *said),
        pages={"next": following} if (following := _link(data.get("next_url"), url)) else {},
    )


def _entry(item: dict[str, Any], url: str, authors: tuple[PlainText, ...], *, room: bool) -> ParsedEntry:
    summary, html, text = (_string(item.get(name)) if room else "" for name in ("summary", *_CONTENTS))
    return ParsedEntry(
        uid=clean.identifier(_string(item.get("id"))),
        title=_plain(item.get("title")),
        link=_link(item.get("url"), url) or _link(item.get("external_url"), url),
        published=_moment(item.get("date_published")) or _moment(item.get("date_modified")),
        published_raw=_plain(item.get("date_published")),
        updated=_moment(item.get("date_modified")),
        authors=(tuple(_authors(item)) or authors) if room else (),
        summary=clean.markup(entities.escape(summary, quote=False), url),
        content=clean.markup(html, url) or clean.markup(entities.escape(text, quote=False)),
    )


def _authors(holder: dict[str, Any]) -> Iterator[PlainText]:
    many = holder.get("authors")
    authors = many if isinstance(many, list) and many else [holder.get("author")]  # 1.0 had one author
    for author in authors[: bounds.MOST_AUTHORS]:
        if isinstance(author, dict) and (name := _plain(author.get("name"))):
            yield name


def _number(digits: str) -> int | str:
    """Return a number; one of so many digits that Python would rather not read it, as it is written."""
    return int(digits) if len(digits) <= _MOST_DIGITS else digits


def _string(value: Any) -> str:
    if isinstance(value, bool) or not isinstance(value, (str, int, float)):
        return ""
    return str(value)


def _plain(value: Any) -> PlainText:
    return one_line(_string(value))


def _link(value: Any, base: str) -> SafeUrl | None:
    text = _string(value)
    return safe_url(text, base) if text else None


def _published(item: Any) -> datetime | None:
    if not isinstance(item, dict):
        return None
    return _moment(item.get("date_published")) or _moment(item.get("date_modified"))


def _moment(value: Any) -> datetime | None:
    return moment(_string(value))

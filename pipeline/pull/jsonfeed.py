"""JSON Feed 1.0 and 1.1 (jsonfeed.org): bytes to a feed. It knows no XML."""

from __future__ import annotations

import html as entities
import json
import re
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from pipeline.html import looks_like_markup, plain_text, safe_html, safe_url, text_of
from pipeline.model import ParsedEntry, ParsedFeed, Unreadable

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from pipeline.model import PlainText, SafeUrl


def looks_like(body: bytes) -> bool:
    """Tell whether ``body`` begins as a JSON object does."""
    return body.lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"{")


def parse(body: bytes, url: str) -> ParsedFeed | Unreadable:
    """Return the feed in ``body``; a broken item is passed over and named among the repairs."""
    try:
        data = json.loads(body.decode("utf-8-sig", "replace"), strict=False)
    except (ValueError, RecursionError) as error:
        return Unreadable(cause=f"is not whole JSON ({error})")
    if not isinstance(data, dict) or not isinstance(data.get("items"), list):
        return Unreadable(cause="is JSON, but not a JSON Feed: it has no list of items")
    version = re.search(r"/version/([\d.]+)", _string(data.get("version")))
    items: Sequence[Any] = data["items"]
    broken = sum(not isinstance(item, dict) for item in items)
    return ParsedFeed(
        format=f"json-{version[1]}" if version else "json",
        title=_plain(data.get("title")),
        link=_link(data.get("home_page_url"), url),
        entries=tuple(_entry(item, url, data) for item in items if isinstance(item, dict)),
        repairs=(f"{broken} of {len(items)} items are broken and were passed over",) if broken else (),
    )


def _entry(item: dict[str, Any], url: str, feed: dict[str, Any]) -> ParsedEntry:
    text = entities.escape(_string(item.get("content_text")), quote=False)
    return ParsedEntry(
        uid=plain_text(_string(item.get("id"))),
        title=_plain(item.get("title")),
        link=_link(item.get("url"), url) or _link(item.get("external_url"), url),
        published=_moment(item.get("date_published")),
        updated=_moment(item.get("date_modified")),
        authors=tuple(_authors(item)) or tuple(_authors(feed)),
        summary=safe_html(entities.escape(_string(item.get("summary")), quote=False), url),
        content=safe_html(_string(item.get("content_html")), url) or safe_html(text),
    )


def _authors(holder: dict[str, Any]) -> Iterator[PlainText]:
    many = holder.get("authors")
    authors = many if isinstance(many, list) and many else [holder.get("author")]  # 1.0 had one author
    for author in authors:
        if isinstance(author, dict) and (name := _plain(author.get("name"))):
            yield name


def _string(value: Any) -> str:
    if isinstance(value, bool) or not isinstance(value, (str, int, float)):
        return ""
    return str(value)


def _plain(value: Any) -> PlainText:
    text = _string(value)
    return text_of(text) if looks_like_markup(text) else plain_text(text)


def _link(value: Any, base: str) -> SafeUrl | None:
    text = _string(value)
    return safe_url(text, base) if text else None


def _moment(value: Any) -> datetime | None:
    """Read a date of RFC 3339, with or without an offset; without one it is taken as UTC."""
    try:
        moment = datetime.fromisoformat(_string(value).strip())
        return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)
    except (ValueError, OverflowError):
        return None

"""JSON Feed 1.0 and 1.1 (jsonfeed.org): bytes to a feed. It knows no XML."""

from __future__ import annotations

import html as entities
import json
import re
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from pipeline.html import plain_text, safe_url
from pipeline.model import ParsedEntry, ParsedFeed, Unreadable
from pipeline.pull import bounds

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
    whole = [item for item in items if isinstance(item, dict)]
    newest = sorted(whole, key=_published, reverse=True) if len(whole) > bounds.MOST_ENTRIES else whole
    entries = [_entry(item, url, data) for item in newest[: bounds.MOST_ENTRIES]]
    telling = tuple(entry for entry in entries if entry != bounds.NOTHING)
    passed_over = {
        f"{len(items) - len(whole)} of {len(items)} items are broken and were passed over": len(whole) < len(items),
        f"the oldest of {len(whole)} entries passed over": len(entries) < len(whole),
        f"entries that say nothing passed over ({len(entries) - len(telling)})": len(telling) < len(entries),
    }
    return ParsedFeed(
        format=f"json-{version[1]}" if version else "json",
        title=_plain(data.get("title")),
        link=_link(data.get("home_page_url"), url),
        entries=telling,
        repairs=tuple(said for said, is_so in passed_over.items() if is_so),
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
        summary=bounds.markup(entities.escape(_string(item.get("summary")), quote=False), url),
        content=bounds.markup(_string(item.get("content_html")), url) or bounds.markup(text),
    )


def _authors(holder: dict[str, Any]) -> Iterator[PlainText]:
    many = holder.get("authors")
    authors = many if isinstance(many, list) and many else [holder.get("author")]  # 1.0 had one author
    for author in authors[: bounds.MOST_AUTHORS]:
        if isinstance(author, dict) and (name := _plain(author.get("name"))):
            yield name


def _string(value: Any) -> str:
    if isinstance(value, bool) or not isinstance(value, (str, int, float)):
        return ""
    return str(value)


def _plain(value: Any) -> PlainText:
    return bounds.line(_string(value))


def _link(value: Any, base: str) -> SafeUrl | None:
    text = _string(value)
    return safe_url(text, base) if text else None


def _moment(value: Any) -> datetime | None:
    """Read a date of RFC 3339, with or without an offset; without one it is taken as UTC."""
    try:
        moment = datetime.fromisoformat(_string(value).strip())
        moment = moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)
    except (ValueError, OverflowError):
        return None
    return moment if moment.year in bounds.YEARS else None


def _published(item: dict[str, Any]) -> datetime:
    return _moment(item.get("date_published")) or _moment(item.get("date_modified")) or datetime.min.replace(tzinfo=UTC)

"""The rules of JSON Feed. Source: JSON Feed Version 1.1."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any

from audit.content import in_html, in_title, is_language, is_whole
from audit.dates import implausible, rfc3339

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

VERSION = "https://jsonfeed.org/version/1.1"
TOP = set(
    "version title home_page_url feed_url description user_comment next_url icon favicon authors language expired hubs items".split()  # noqa: E501
)
ITEM = set(
    "id url external_url title content_html content_text summary image banner_image date_published date_modified authors tags language attachments".split()  # noqa: E501
)


def faults(feed: Any, address: str, now: datetime) -> Iterator[str]:
    """Yield every rule that the JSON Feed ``feed``, served at ``address``, breaks."""
    if not isinstance(feed, dict) or not isinstance(feed.get("items"), list):
        yield "is no object with a list of items"
        return
    yield from of_top(feed, address)
    yield from of_people(feed)
    for number, item in enumerate(feed["items"], start=1):
        name = f"item {number} ({str(item.get('title') or item.get('id'))[:40]})"
        for rule in (of_item, of_content, of_people, of_attachments):
            yield from (f"{name}: {fault}" for fault in rule(item))
        yield from (f"{name}: {fault}" for fault in of_dates(item, now))
    ids = Counter(str(item.get("id")) for item in feed["items"])
    yield from (f"the id {name!r} stands {count} times" for name, count in ids.items() if count > 1)


def _strange(place: dict[str, Any], known: set[str]) -> Iterator[str]:
    for name in place:
        if name not in known and not name.startswith("_"):
            yield f"has {name!r}, which JSON Feed 1.1 does not know; extensions begin with _"


def _addresses(place: dict[str, Any], *names: str) -> Iterator[str]:
    for name in names:
        if name in place and not (isinstance(place[name], str) and is_whole(place[name])):
            yield f"{name} {place[name]!r} is no whole address"


def of_top(feed: dict[str, Any], address: str) -> Iterator[str]:
    """Top-level: version and title are required, home_page_url and feed_url strongly recommended; language."""
    yield from _strange(feed, TOP)
    yield from _addresses(feed, "home_page_url", "next_url", "icon", "favicon")
    if feed.get("version") != VERSION:
        yield f"the version is {feed.get('version')!r}, not {VERSION}"
    if not str(feed.get("title") or "").strip():
        yield "has no title"
    if "home_page_url" not in feed:
        yield "has no home_page_url"
    if feed.get("feed_url") != address:
        yield f"feed_url is {feed.get('feed_url')!r}, and it is served at {address!r}"
    if "language" in feed and not is_language(str(feed["language"])):
        yield f"the language {feed['language']!r} is no code of RFC 5646"


def of_item(item: dict[str, Any]) -> Iterator[str]:
    """Items: id is required, a string, and best the whole address; tags are strings."""
    yield from _strange(item, ITEM)
    yield from _addresses(item, "url", "external_url", "image", "banner_image")
    if not isinstance(item.get("id"), str) or not item["id"]:
        yield "has no id that is a string"
    if "title" in item:
        yield from (f"the title {fault}" for fault in in_title(str(item["title"])))
    tags = item.get("tags", [])
    if not isinstance(tags, list) or any(not isinstance(tag, str) or not tag for tag in tags):
        yield "tags is no list of words"
    if "language" in item and not is_language(str(item["language"])):
        yield f"the language {item['language']!r} is no code of RFC 5646"


def of_content(item: dict[str, Any]) -> Iterator[str]:
    """Items: content_html or content_text, or both; only content_html may have HTML; it stands anywhere."""
    if not item.get("content_html") and not item.get("content_text"):
        yield "has neither content_html nor content_text"
    if item.get("content_html"):
        yield from (f"content_html {fault}" for fault in in_html(str(item["content_html"])))


def of_people(place: dict[str, Any]) -> Iterator[str]:
    """Authors: a list of objects with at least one of name, url and avatar; ``author`` was version 1."""
    authors = place.get("authors", [])
    if not isinstance(authors, list) or any(not isinstance(author, dict) for author in authors):
        yield "authors is no list of objects"
        return
    for author in authors:
        if not any(author.get(name) for name in ("name", "url", "avatar")):
            yield "an author has neither name, url nor avatar"
        yield from (f"an author's {fault}" for fault in _addresses(author, "url", "avatar"))


def of_dates(item: dict[str, Any], now: datetime) -> Iterator[str]:
    """Items: dates as in RFC 3339; none in the future, none modified before it was published."""
    seen = {}
    for name in ("date_published", "date_modified"):
        if name not in item:
            continue
        try:
            seen[name] = rfc3339(str(item[name]))
        except ValueError as error:
            yield f"{name} {error}"
            continue
        if odd := implausible(seen[name], now):
            yield f"{name} {item[name]!r} {odd}"
    if "date_published" not in item:
        yield "has no date_published"
    if len(seen) == 2 and seen["date_modified"] < seen["date_published"]:
        yield "was modified before it was published"


def of_attachments(item: dict[str, Any]) -> Iterator[str]:
    """Attachments: url and mime_type are required."""
    for attachment in item.get("attachments", []):
        if not is_whole(str(attachment.get("url", ""))) or "/" not in str(attachment.get("mime_type", "")):
            yield "an attachment has no whole url or no mime_type"

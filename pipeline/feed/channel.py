"""What a feed says of itself: its format, name and site, how often it wants to be asked, and its other pages."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Final

from pipeline.feed.bounds import RELATIONS
from pipeline.feed.entries import base_of, fields_of
from pipeline.feed.names import ATOM, ATOM_03, RSS_090, name_of, namespace_of
from pipeline.feed.texts import words
from pipeline.html import safe_url
from pipeline.model import Rhythm

if TYPE_CHECKING:
    from collections.abc import Iterator

    from lxml.etree import _Element

    from pipeline.feed.document import Document
    from pipeline.feed.entries import Fields
    from pipeline.model import SafeUrl

_RSS: Final = {"0.90": "rss-0.90", "0.91": "rss-0.91", "0.92": "rss-0.92", "0.93": "rss-0.93", "0.94": "rss-0.94"}
_ATOM: Final = {"0.1": "atom-0.1", "0.2": "atom-0.2", "0.3": "atom-0.3"}
_PERIODS: Final = {
    "hourly": timedelta(hours=1),
    "daily": timedelta(days=1),
    "weekly": timedelta(days=7),
    "monthly": timedelta(days=30),
    "yearly": timedelta(days=365),
}
_DAYS: Final = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
_DIGITS: Final = 10
"""What has so many is no number that a feed means."""
_LONGEST_TTL: Final = 60 * 24 * 366


def channel_of(document: Document) -> _Element:
    """Return the element that holds what the feed says of itself."""
    if name_of(document.root.tag) == "feed":
        return document.root
    channels = (element for element in document.root if name_of(element.tag) == "channel")
    return next(channels, document.root)


def format_of(document: Document) -> str:
    """Return the format and its version, as the manual lists them."""
    root = document.root
    version = (root.get("version") or "").strip()
    match name_of(root.tag):
        case "rss":
            return "rss-2.0" if version.startswith("2.") else _RSS.get(version, "rss")
        case "feed":
            space = namespace_of(root.tag)
            return "atom-1.0" if space == ATOM else _ATOM.get(version, "atom-0.3" if space == ATOM_03 else "atom")
        case _:
            return "rss-0.90" if namespace_of(channel_of(document).tag) == RSS_090 else "rss-1.0"


def rhythm_of(fields: Fields) -> Rhythm:
    """Return how often the feed says it is worth asking (RSS 2.0: ttl, skipHours, skipDays; RSS 1.0: sy)."""
    minutes = min(_number(fields, "ttl") or 0, _LONGEST_TTL)
    period = _PERIODS.get(_text(fields, "sy:updateperiod").lower())
    every = period / max(1, _number(fields, "sy:updatefrequency") or 1) if period else None
    return Rhythm(
        every=timedelta(minutes=minutes) if minutes else every,
        skip_hours=tuple(
            sorted({int(hour) % 24 for hour in _inner(fields, "skiphours") if hour.isdecimal() and len(hour) < _DIGITS})
        ),
        skip_days=tuple(
            sorted({_DAYS.index(day.lower()) for day in _inner(fields, "skipdays") if day.lower() in _DAYS})
        ),
    )


def pages_of(channel: _Element, document: Document, url: str) -> dict[str, SafeUrl]:
    """Return the addresses of the feed's other pages by their relation, such as next and prev-archive (RFC 5005)."""
    found: dict[str, SafeUrl] = {}
    for link in fields_of(channel).get("link", ()):
        relation = (link.get("rel") or "").lower()
        if relation in RELATIONS and (target := safe_url(link.get("href") or "", base_of(link, document, url))):
            found.setdefault(relation, target)
    return found


def _text(fields: Fields, name: str) -> str:
    return words(fields[name][0]) if name in fields else ""


def _number(fields: Fields, name: str) -> int | None:
    text = _text(fields, name)
    return int(text) if _is_number(text) else None


def _is_number(text: str) -> bool:
    return text.isdecimal() and len(text) < _DIGITS


def _inner(fields: Fields, name: str) -> Iterator[str]:
    for element in fields.get(name, ()):
        yield from (words(child) for child in element)

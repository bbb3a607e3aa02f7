"""A feed as JSON Feed 1.1 (jsonfeed.org/version/1.1)."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, Final

from pipeline.publish.feeds.atom import moment

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pipeline.publish.feeds.channel import Channel
    from pipeline.publish.feeds.item import Item

FILE: Final = "feed.json"
_VERSION: Final = "https://jsonfeed.org/version/1.1"


def json_feed(channel: Channel, items: Sequence[Item]) -> str:
    """Return ``channel`` with ``items`` as a document."""
    whole = _of_feed(channel) | {"items": [_of_item(item, channel) for item in items]}
    return json.dumps(whole, ensure_ascii=False, indent=1) + "\n"


def _of_feed(channel: Channel) -> dict[str, Any]:
    told: dict[str, Any] = {"version": _VERSION, "title": channel.title, "home_page_url": channel.page}
    told |= {"feed_url": channel.address(FILE)}
    told |= {"description": channel.description} if channel.description != channel.title else {}
    told |= {"favicon": channel.icon} if channel.icon else {}
    told |= {"language": channel.language, "authors": [_author(channel.author, channel)]}
    return told | ({"hubs": [{"type": "WebSub", "url": channel.hub}]} if channel.hub else {})


def _of_item(item: Item, channel: Channel) -> dict[str, Any]:
    told: dict[str, Any] = {"id": item.id, "url": item.url, "title": item.title}
    told |= {"external_url": item.external} if item.external else {}
    told |= {"content_html": item.html}
    told |= {"summary": item.summary} if item.summary else {}
    told |= {"image": item.picture.url} if item.picture else {}
    told |= {"date_published": moment(item.published)}
    told |= {"date_modified": moment(item.updated)} if item.is_updated else {}
    told |= {"authors": [_author(item.author or channel.author, channel)]}
    return told | ({"tags": list(item.topics)} if item.topics else {})


def _author(name: str, channel: Channel) -> dict[str, str]:
    return {"name": name, "url": channel.home}

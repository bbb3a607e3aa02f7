"""A feed as RSS 2.0, with what the RSS Advisory Board's profile recommends (rssboard.org/rss-profile)."""

from __future__ import annotations

from email.utils import format_datetime
from typing import TYPE_CHECKING, Final

from pipeline.publish.feeds.texts import as_html, as_read, as_text, element

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from pipeline.publish.feeds.channel import Channel
    from pipeline.publish.feeds.item import Item

FILE: Final = "feed.xml"
_NAMESPACES: Final = {
    "xmlns:atom": "http://www.w3.org/2005/Atom",
    "xmlns:content": "http://purl.org/rss/1.0/modules/content/",
    "xmlns:dc": "http://purl.org/dc/elements/1.1/",
}
_DOCS: Final = "https://www.rssboard.org/rss-specification"
_SCRIPTS: Final = {"zh-hans": "zh-cn", "zh-hant": "zh-tw"}
"""Languages by the names that RSS has for them (rssboard.org/rss-language-codes)."""


def rss(channel: Channel, items: Sequence[Item]) -> str:
    """Return ``channel`` with ``items`` as a document."""
    lines = "\n".join([*_of_channel(channel), *("\n".join(("<item>", *_of_item(item), "</item>")) for item in items)])
    whole = element("rss", f"\n<channel>\n{lines}\n</channel>\n", version="2.0", **_NAMESPACES)
    return f'<?xml version="1.0" encoding="utf-8"?>\n{whole}\n'


def _of_channel(channel: Channel) -> Iterator[str]:
    language = channel.language.lower()
    yield element("title", as_read(channel.title))
    yield element("link", as_html(channel.page))
    yield element("description", as_read(channel.description))
    yield element("language", _SCRIPTS.get(language, language))
    if channel.rights:
        yield element("copyright", as_read(channel.rights))
    yield element("lastBuildDate", format_datetime(channel.updated))
    yield element("generator", "Byline")
    yield element("docs", _DOCS)
    yield element("atom:link", href=channel.address(FILE), rel="self", type="application/rss+xml")
    if channel.hub:
        yield element("atom:link", href=channel.hub, rel="hub")


def _of_item(item: Item) -> Iterator[str]:
    yield element("title", as_read(item.title))
    yield element("link", as_html(item.url))
    yield element("guid", as_html(item.id), isPermaLink="false" if item.is_renamed else "true")
    yield element("pubDate", format_datetime(item.published))
    yield element("dc:creator", as_text(item.author))
    yield from (element("category", as_read(topic)) for topic in item.topics)
    yield element("description", as_text(as_html(item.summary or item.title)))  # which is HTML by its definition
    yield element("content:encoded", as_html(item.html))
    if item.picture:
        length = str(item.picture.length)
        yield element("enclosure", url=item.picture.url, length=length, type=item.picture.type)

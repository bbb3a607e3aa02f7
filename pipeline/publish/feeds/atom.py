"""A feed as Atom (RFC 4287)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from pipeline.publish.feeds.texts import as_html, as_text, element, looks_like_html

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from datetime import datetime

    from pipeline.publish.feeds.channel import Channel
    from pipeline.publish.feeds.item import Item

FILE: Final = "atom.xml"
NAMESPACE: Final = "http://www.w3.org/2005/Atom"


def atom(channel: Channel, items: Sequence[Item]) -> str:
    """Return ``channel`` with ``items`` as a document."""
    lines = "\n".join([*_of_feed(channel), *(_entry(item, channel) for item in items)])
    whole = element("feed", f"\n{lines}\n", xmlns=NAMESPACE, **{"xml:lang": channel.language})
    return f'<?xml version="1.0" encoding="utf-8"?>\n{whole}\n'


def moment(when: datetime) -> str:
    """Return a moment in UTC as RFC 3339 has it."""
    return when.isoformat().replace("+00:00", "Z")


def _of_feed(channel: Channel) -> Iterator[str]:
    yield element("id", as_html(channel.page))
    yield _text("title", channel.title)
    if channel.description != channel.title:
        yield _text("subtitle", channel.description)
    yield element("updated", moment(channel.updated))
    yield _person(channel.author, channel)
    yield element("link", rel="self", type="application/atom+xml", href=channel.address(FILE))
    yield element("link", rel="alternate", type="text/html", href=channel.page)
    if channel.hub:
        yield element("link", rel="hub", href=channel.hub)
    if channel.rights:
        yield _text("rights", channel.rights)
    if channel.icon:
        yield element("icon", as_html(channel.icon))
    yield element("generator", "Byline")


def _entry(item: Item, channel: Channel) -> str:
    return "\n".join(("<entry>", *_of_entry(item, channel), "</entry>"))


def _of_entry(item: Item, channel: Channel) -> Iterator[str]:
    yield element("id", as_html(item.id))
    yield _text("title", item.title)
    yield element("published", moment(item.published))
    yield element("updated", moment(item.updated))
    yield _person(item.author or channel.author, channel)
    yield element("link", rel="alternate", type="text/html", href=item.url)
    if item.external:
        yield element("link", rel="related", href=item.external)
    if item.picture:
        length = str(item.picture.length)
        yield element("link", rel="enclosure", type=item.picture.type, length=length, href=item.picture.url)
    yield from (element("category", term=topic) for topic in item.topics)
    if item.summary:
        yield _text("summary", item.summary)
    yield element("content", as_html(item.html), type="html")


def _text(name: str, text: str) -> str:
    """Return a text construct, which says how it is to be read."""
    if looks_like_html(text):
        return element(name, as_text(as_html(text)), type="html")
    return element(name, as_text(text), type="text")


def _person(name: str, channel: Channel) -> str:
    return element("author", element("name", as_text(name)) + element("uri", as_html(channel.home)))

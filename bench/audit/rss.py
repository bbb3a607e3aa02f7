"""The rules of RSS 2.0. Sources: RSS 2.0.11 and the Best Practices Profile, both of the RSS Advisory Board."""

from __future__ import annotations

import re
from collections import Counter
from typing import TYPE_CHECKING, Any

from audit.content import in_html, in_title, is_language, is_whole
from audit.dates import implausible, rfc822

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

ATOM = "{http://www.w3.org/2005/Atom}"
ENCODED = "{http://purl.org/rss/1.0/modules/content/}encoded"
CREATOR = "{http://purl.org/dc/elements/1.1/}creator"
CHANNEL = """title link description language copyright managingEditor webMaster pubDate lastBuildDate category
generator docs cloud ttl image rating textInput skipHours skipDays item""".split()
ITEM = "title link description author category comments enclosure guid pubDate source".split()
MANY = {"category", "item", ATOM + "link", CREATOR, "{http://purl.org/dc/elements/1.1/}subject"}
MAILBOX = re.compile(r"[^@\s()]+@[^@\s()]+\.[^@\s()]+(?: \([^()]+\))?")


def faults(root: Any, address: str, now: datetime) -> Iterator[str]:
    """Yield every rule that the RSS document ``root``, served at ``address``, breaks."""
    if root.get("version") != "2.0" or len(root.findall("channel")) != 1:
        yield "is not <rss version='2.0'> with one <channel>"
        return
    channel = root.find("channel")
    for rule in (of_elements, of_channel, of_itself, of_image):
        yield from rule(channel, address)
    yield from of_dates(channel, now)
    for number, item in enumerate(channel.findall("item"), start=1):
        name = f"item {number} ({(item.findtext('title') or item.findtext('guid') or '?')[:40]})"
        for rule in (of_item, of_names, of_guid, of_author, of_texts, of_enclosure):
            yield from (f"{name}: {fault}" for fault in rule(item))
    guids = [item.findtext("guid") for item in channel.findall("item")]
    yield from (
        f"the guid {guid!r} stands {count} times" for guid, count in Counter(guids).items() if guid and count > 1
    )


def _repeated(parent: Any) -> Iterator[str]:
    counts = Counter(child.tag for child in parent if isinstance(child.tag, str))
    yield from (f"has <{tag}> {count} times" for tag, count in counts.items() if count > 1 and tag not in MANY)


def _foreign(parent: Any, known: list[str]) -> Iterator[str]:
    for child in parent:
        if isinstance(child.tag, str) and not child.tag.startswith("{") and child.tag not in known:
            yield f"has <{child.tag}>, which RSS does not know; extensions need a namespace"


def of_elements(channel: Any, _address: str) -> Iterator[str]:
    """RSS 2.0: only elements that it names, or those of a namespace; none twice unless it says so."""
    yield from (f"the channel {fault}" for fault in (*_repeated(channel), *_foreign(channel, CHANNEL)))


def of_channel(channel: Any, _address: str) -> Iterator[str]:
    """RSS 2.0, required channel elements; ``language`` is a code of RFC 5646; ``ttl`` a number of minutes."""
    for name in ("title", "link", "description"):
        if not (channel.findtext(name) or "").strip():
            yield f"the channel has no <{name}>"
    yield from (f"the channel's title {fault}" for fault in in_title(channel.findtext("title") or "?"))
    if not is_whole(channel.findtext("link") or "https://a/"):
        yield "the channel's link is no whole address"
    if (code := channel.findtext("language")) is not None and not is_language(code):
        yield f"the language {code!r} is no code of RFC 5646"
    if (ttl := channel.findtext("ttl")) is not None and not ttl.isdigit():
        yield f"the ttl {ttl!r} is no number of minutes"
    for name in ("managingEditor", "webMaster"):
        if (text := channel.findtext(name)) is not None and not MAILBOX.fullmatch(text):
            yield f"{name} {text!r} is not written mail (name)"


def of_itself(channel: Any, address: str) -> Iterator[str]:
    """Profile, atom:link: a feed says where it is, with rel=self, that very address, and its type."""
    itself = [link for link in channel.findall(ATOM + "link") if link.get("rel") == "self"]
    if len(itself) != 1:
        yield f"has {len(itself)} atom:link with rel='self', wanted is 1"
        return
    if itself[0].get("href") != address:
        yield f"atom:link says that the feed is at {itself[0].get('href')!r}, and it is served at {address!r}"
    if itself[0].get("type") != "application/rss+xml":
        yield f"atom:link has the type {itself[0].get('type')!r}, not application/rss+xml"


def of_image(channel: Any, _address: str) -> Iterator[str]:
    """RSS 2.0, image: url, title and link; Profile: title and link are the channel's; at most 144 by 400 pixels."""
    image = channel.find("image")
    if image is None:
        return
    for name in ("title", "link"):
        if (image.findtext(name) or "").strip() != (channel.findtext(name) or "").strip():
            yield f"the image's {name} is not the channel's"
    if not is_whole(image.findtext("url") or ""):
        yield "the image's url is no whole address"
    for name, most in (("width", 144), ("height", 400)):
        if (size := image.findtext(name)) is not None and not (size.isdigit() and 0 < int(size) <= most):
            yield f"the image's {name} {size!r} is not from 1 to {most}"


def of_dates(channel: Any, now: datetime) -> Iterator[str]:
    """RSS 2.0: dates as in RFC 822; W3C Feed Validator, ImplausibleDate; the feed is as new as its newest item."""
    newest = None
    for place in (channel, *channel.findall("item")):
        for name in ("pubDate", "lastBuildDate"):
            if (text := place.findtext(name)) is None:
                continue
            try:
                moment = rfc822(text)
            except ValueError as error:
                yield f"{name} {error}"
                continue
            if odd := implausible(moment, now):
                yield f"{name} {text!r} {odd}"
            if place is not channel:
                newest = max(newest or moment, moment)
    built = channel.findtext("lastBuildDate")
    if built and newest and rfc822_or(built, newest) < newest:
        yield f"lastBuildDate {built!r} is before the newest item"


def rfc822_or(text: str, other: datetime) -> datetime:
    """Return the moment in ``text``, or ``other`` where there is none to read."""
    try:
        return rfc822(text)
    except ValueError:
        return other


def of_item(item: Any) -> Iterator[str]:
    """RSS 2.0, item: a title or a description; a whole address as link; a date, without which readers guess."""
    if item.find("title") is None and item.find("description") is None:
        yield "has neither title nor description"
    if not is_whole(item.findtext("link") or ""):
        yield "has no whole address as its link"
    if item.find("pubDate") is None:
        yield "has no pubDate"


def of_names(item: Any) -> Iterator[str]:
    """RSS 2.0: only elements that it names, or those of a namespace; none twice but categories, none of them empty."""
    yield from _repeated(item)
    yield from _foreign(item, ITEM)
    if any(not (category.text or "").strip() for category in item.findall("category")):
        yield "has an empty category"


def of_guid(item: Any) -> Iterator[str]:
    """Profile, guid: each item has one; it is an address unless isPermaLink is false."""
    guid = item.find("guid")
    if guid is None or not (guid.text or "").strip():
        yield "has no guid"
        return
    if guid.get("isPermaLink", "true") not in {"true", "false"}:
        yield f"isPermaLink is {guid.get('isPermaLink')!r}, neither true nor false"
    if guid.get("isPermaLink", "true") == "true" and not guid.text.startswith(("https://", "http://")):
        yield f"the guid {guid.text!r} says that it is an address and is none"


def of_author(item: Any) -> Iterator[str]:
    """RSS 2.0, author: a mail address; Profile: ``mail (name)``, or dc:creator for a name alone; not both."""
    author, creator = item.findtext("author"), item.findtext(CREATOR)
    if author is not None and not MAILBOX.fullmatch(author):
        yield f"the author {author!r} is not written mail (name); for a name alone there is dc:creator"
    if author is not None and creator is not None:
        yield "has author and dc:creator, which say the same"


def of_texts(item: Any) -> Iterator[str]:
    """Profile: titles are plain text; with content:encoded there is a description too; content stands anywhere."""
    if (title := item.findtext("title")) is not None:
        yield from (f"the title {fault}" for fault in in_title(title))
    if item.find(ENCODED) is not None and item.find("description") is None:
        yield "has content:encoded and no description"
    for name in ("description", ENCODED):
        if (text := item.findtext(name)) is not None:
            yield from (f"{name.partition('}')[2] or name} {fault}" for fault in in_html(text))


def of_enclosure(item: Any) -> Iterator[str]:
    """RSS 2.0, enclosure: url, length in bytes and type, all three."""
    for enclosure in item.findall("enclosure"):
        if not is_whole(enclosure.get("url", "")) or not enclosure.get("length", "").isdigit():
            yield "has an enclosure without whole url or length"
        if not re.fullmatch(r"[\w.+-]+/[\w.+-]+", enclosure.get("type", "")):
            yield "has an enclosure without a type"

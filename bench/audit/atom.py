"""The rules of Atom. Source: RFC 4287, by its sections."""

from __future__ import annotations

import re
from collections import Counter
from typing import TYPE_CHECKING, Any

from lxml import etree

from audit.content import in_html, in_title, is_language, is_whole
from audit.dates import implausible, rfc3339

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

ATOM = "{http://www.w3.org/2005/Atom}"
XHTML = "{http://www.w3.org/1999/xhtml}"
LANG = "{http://www.w3.org/XML/1998/namespace}lang"
ONE = {"id", "title", "updated"}
AT_MOST_ONE = {"id", "title", "updated", "subtitle", "generator", "icon", "logo", "rights"}
AT_MOST_ONE_IN_ENTRY = {"id", "title", "updated", "content", "published", "rights", "source", "summary"}
FEED = AT_MOST_ONE | {"author", "category", "contributor", "link", "entry"}
ENTRY = AT_MOST_ONE_IN_ENTRY | {"author", "category", "contributor", "link"}


def faults(root: Any, address: str, now: datetime) -> Iterator[str]:
    """Yield every rule that the Atom document ``root``, served at ``address``, breaks."""
    entries = root.findall(ATOM + "entry")
    places = [("the feed", root)]
    places += [(f"entry {number} ({_text(entry, 'title')[:40]})", entry) for number, entry in enumerate(entries, 1)]
    for name, place in places:
        for rule in (of_elements, of_texts, of_people, of_links, of_content):
            yield from (f"{name}: {fault}" for fault in rule(place))
        yield from (f"{name}: {fault}" for fault in of_dates(place, now))
    yield from of_feed(root, entries, address)


def _text(parent: Any, name: str) -> str:
    return (parent.findtext(ATOM + name) or "").strip()


def of_elements(place: Any) -> Iterator[str]:
    """4.1.1, 4.1.2: exactly one id, title and updated; of others at most one; none that Atom does not know."""
    is_feed = place.tag == ATOM + "feed"
    counts = Counter(child.tag.removeprefix(ATOM) for child in place if isinstance(child.tag, str))
    yield from (f"has no {name}" for name in sorted(ONE - counts.keys()))
    once = AT_MOST_ONE if is_feed else AT_MOST_ONE_IN_ENTRY
    yield from (f"has {name} {count} times" for name, count in counts.items() if count > 1 and name in once)
    known = FEED if is_feed else ENTRY
    yield from (f"has <{name}>, which Atom does not know" for name in counts if "}" not in name and name not in known)
    if _text(place, "id") and not is_whole(_text(place, "id")):
        yield f"the id {_text(place, 'id')!r} is no whole address (4.2.6)"


def of_texts(place: Any) -> Iterator[str]:
    """3.1.1: a text's type is text, html or xhtml; 2: xml:lang is a code of RFC 5646; 4.2.2: a category has a term."""
    for name in ("title", "subtitle", "summary", "rights"):
        for text in place.findall(ATOM + name):
            if (kind := text.get("type", "text")) not in {"text", "html", "xhtml"}:
                yield f"the {name}'s type is {kind!r}, which is none of text, html and xhtml"
            if name == "title" and kind == "text":
                yield from (f"the title {fault}" for fault in in_title(text.text or ""))
            if name == "summary":
                yield from (f"the summary {fault}" for fault in in_html(markup_of(text)) if kind != "text")
    if (code := place.get(LANG)) is not None and not is_language(code):
        yield f"xml:lang {code!r} is no code of RFC 5646"
    if any(not category.get("term") for category in place.findall(ATOM + "category")):
        yield "has a category without a term"


def of_people(place: Any) -> Iterator[str]:
    """3.2: a person has exactly one name, at most one uri, which is whole, and at most one mail address."""
    for role in ("author", "contributor"):
        for person in place.findall(ATOM + role):
            if len(person.findall(ATOM + "name")) != 1 or not _text(person, "name"):
                yield f"an {role} has not exactly one name"
            if _text(person, "uri") and not is_whole(_text(person, "uri")):
                yield f"the {role}'s uri {_text(person, 'uri')!r} is no whole address"
            if _text(person, "email") and not re.fullmatch(r"[^@\s:]+@[^@\s]+", _text(person, "email")):
                yield f"the {role}'s email {_text(person, 'email')!r} is no mail address"


def of_links(place: Any) -> Iterator[str]:
    """4.2.7: a link has an address; 4.1.1, 4.1.2: no two alternates of the same type and language."""
    alternates: Counter[tuple[str, str]] = Counter()
    for link in place.findall(ATOM + "link"):
        if not is_whole(link.get("href", "")):
            yield f"the link {link.get('href')!r} is no whole address"
        if link.get("rel", "alternate") == "alternate":
            alternates[link.get("type", ""), link.get("hreflang", "")] += 1
    if any(count > 1 for count in alternates.values()):
        yield "has two alternates of the same type and language"
    if place.tag == ATOM + "entry" and not alternates and place.find(ATOM + "content") is None:
        yield "has neither content nor an alternate (4.1.2)"


def of_content(place: Any) -> Iterator[str]:
    """4.1.3: content's type; with src a whole address and a summary; XHTML is one div; HTML stands anywhere."""
    for content in place.findall(ATOM + "content"):
        kind = content.get("type", "text")
        if content.get("src") is not None:
            if not is_whole(content.get("src")):
                yield "the content's src is no whole address"
            if place.find(ATOM + "summary") is None:
                yield "has content elsewhere and no summary"
        elif kind == "xhtml" and [child.tag for child in content] != [XHTML + "div"]:
            yield "XHTML content is not one div"
        elif kind in {"html", "xhtml"}:
            yield from (f"the content {fault}" for fault in in_html(markup_of(content)))
        elif "/" not in kind and kind != "text":
            yield f"the content's type {kind!r} is neither text, html, xhtml nor a media type"


def of_dates(place: Any, now: datetime) -> Iterator[str]:
    """3.3: dates as in RFC 3339; W3C Feed Validator, ImplausibleDate; what is published is not updated earlier."""
    seen = {}
    for name in ("published", "updated"):
        for found in place.findall(ATOM + name):
            try:
                seen[name] = rfc3339((found.text or "").strip())
            except ValueError as error:
                yield f"{name} {error}"
                continue
            if odd := implausible(seen[name], now):
                yield f"{name} {found.text!r} {odd}"
    if len(seen) == 2 and seen["updated"] < seen["published"]:
        yield "was updated before it was published"


def of_feed(root: Any, entries: list[Any], address: str) -> Iterator[str]:
    """4.1.1: an author in the feed or in each entry, a link to itself; 4.2.6: ids are unique; 4.2.15: updated."""
    if root.find(ATOM + "author") is None and any(entry.find(ATOM + "author") is None for entry in entries):
        yield "has no author, and not every entry has one"
    itself = [link.get("href") for link in root.findall(ATOM + "link") if link.get("rel") == "self"]
    if itself != [address]:
        yield f"says with rel='self' that it is at {itself}, and it is served at {address!r}"
    ids = Counter(_text(entry, "id") for entry in entries)
    yield from (f"the id {name!r} stands {count} times" for name, count in ids.items() if name and count > 1)
    updated = []
    for place in (root, *entries):
        try:
            updated.append(rfc3339(_text(place, "updated")))
        except ValueError:
            return  # said above
    if updated[0] < max(updated):
        yield "was updated before its newest entry was"


def markup_of(text: Any) -> str:
    if text.get("type") == "xhtml":
        return "".join(etree.tostring(child, encoding="unicode", method="html") for child in text)
    return text.text or ""

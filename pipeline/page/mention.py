"""What a page says of another that it links to: by whom, in which words, when, and how (h-entry, h-cite).

What comes in is HTML that nobody vouches for; what goes out is plain text. It asks the web for nothing. Some pages keep
the parser busy for minutes: run it where it can be stopped.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Final
from urllib.parse import urldefrag, urlsplit

from lxml import html as lxml_html

from pipeline.html import plain_text, safe_url, shortened
from pipeline.html.depth import is_too_deep
from pipeline.model import NO_TEXT, EchoKind
from pipeline.page.tags import tags_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from lxml.html import HtmlElement

    from pipeline.model import PlainText

LONGEST: Final = 600
"""Characters of what somebody says that are kept."""
_LONGEST_NAME: Final = 80
_MOST: Final = 2**20
_MOST_LINKS: Final = 20_000
_ENTRY: Final = frozenset({"h-entry", "h-cite", "hentry"})
_HOW: Final = {
    "u-in-reply-to": EchoKind.REPLY,
    "in-reply-to": EchoKind.REPLY,
    "u-repost-of": EchoKind.SHARE,
    "u-like-of": EchoKind.SHARE,
    "u-bookmark-of": EchoKind.SHARE,
}
_BLOCKS: Final = frozenset("p li blockquote td dd figcaption h1 h2 h3 h4 h5 h6 div article section body".split())
_UNSAID: Final = frozenset({"script", "style", "template", "noscript"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """What a page says of another; ``at`` is None where it does not say when."""

    kind: EchoKind
    author: PlainText
    words: PlainText
    at: datetime | None


def links_to(source: str, base: str, target: str) -> bool:
    """Tell whether the HTML in ``source``, which was served from ``base``, has a link to ``target``."""
    wanted, links = _plain(target), 0
    for tag in tags_of(source[:_MOST]):
        if tag.name == "base" and "href" in tag.said:
            base = safe_url(tag.said["href"], base, tracking=True) or base
        if tag.name in {"a", "link"} and "href" in tag.said:
            links += 1
            if _plain(safe_url(tag.said["href"], base, tracking=True) or "") == wanted:
                return True
            if links > _MOST_LINKS:
                return False
    return False


def said_of(source: str, base: str, target: str) -> Said:
    """Return what the HTML in ``source`` says of ``target``; of what cannot be read, that it is a link, by its host."""
    host = plain_text((urlsplit(base).hostname or "").removeprefix("www."))
    bare = Said(kind=EchoKind.WEBMENTION, author=host, words=NO_TEXT, at=None)
    if is_too_deep(source[:_MOST]):
        return bare
    try:
        tree = lxml_html.document_fromstring(source[:_MOST])
        link = next(_links(tree, base, target), None)
        entry = _entry(tree, link)
        return Said(
            kind=_kind(link) or EchoKind.WEBMENTION,
            author=_author(entry) or _author(tree) or host,
            words=_words(entry, link),
            at=_time(entry),
        )
    except (ValueError, lxml_html.etree.LxmlError, RecursionError):
        return bare


def _plain(url: str) -> str:
    """Return an address as it is compared: without its fragment, and https for http."""
    return re.sub(r"^http:", "https:", urldefrag(url)[0])


def _links(tree: HtmlElement, base: str, target: str) -> Iterator[HtmlElement]:
    wanted = _plain(target)
    for element in tree.iter("a", "link"):
        if _plain(safe_url(element.get("href") or "", base, tracking=True) or "") == wanted:
            yield element


def _classes(element: HtmlElement) -> set[str]:
    return set((element.get("class") or "").split())


def _entry(tree: HtmlElement, link: HtmlElement | None) -> HtmlElement:
    """Return the entry that the link is in, or the first of the page, or the page."""
    around = () if link is None else link.iterancestors()
    outer = [element for element in around if _classes(element) & _ENTRY]
    if outer:
        return outer[-1]
    return next((element for element in tree.iter("*") if _classes(element) & _ENTRY), tree)


def _kind(link: HtmlElement | None) -> EchoKind | None:
    if link is None:
        return None
    around = (link, *link.iterancestors())
    return next((_HOW[name] for element in around for name in sorted(_classes(element)) if name in _HOW), None)


def _found(entry: HtmlElement, *names: str) -> HtmlElement | None:
    """Return the first element of ``entry`` that has one of these classes; an earlier name counts more."""
    for name in names:
        for element in entry.iter("*"):
            if name in _classes(element):
                return element
    return None


def _author(entry: HtmlElement) -> PlainText:
    card = _found(entry, "p-author")
    if card is None:
        return NO_TEXT
    name = _found(card, "p-name")
    text = _text(card if name is None else name) or plain_text(card.get("alt") or card.get("title") or "")
    return shortened(text, _LONGEST_NAME)


def _words(entry: HtmlElement, link: HtmlElement | None) -> PlainText:
    """Return the words of the entry: its content if that is short, else the paragraph with the link, or its summary."""
    content = _found(entry, "e-content", "p-content")
    whole = NO_TEXT if content is None else _text(content)
    if whole and len(whole) <= LONGEST:
        return whole
    around = () if link is None else (link, *link.iterancestors())
    block = next((element for element in around if element.tag in _BLOCKS and element.tag != "body"), None)
    if block is not None and (text := _text(block)):
        return shortened(text, LONGEST)
    summary = _found(entry, "p-summary", "p-name")
    return shortened(_text(summary) if summary is not None else whole, LONGEST)


def _text(element: HtmlElement) -> PlainText:
    """Return the words of an element; only a block, or a line that ends, parts two of them."""
    parts: list[str] = []
    for each in element.iter():
        if isinstance(each.tag, str) and each.tag not in _UNSAID:
            parts += [" " * (each.tag in _BLOCKS or each.tag == "br"), each.text or ""]
        if each is not element:
            parts += [" " * (each.tag in _BLOCKS), each.tail or ""]
    return plain_text("".join(parts))


def _time(entry: HtmlElement) -> datetime | None:
    element = _found(entry, "dt-published")
    told = "" if element is None else (element.get("datetime") or element.text or "").strip()
    try:
        moment = datetime.fromisoformat(told)
        return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)
    except (ValueError, OverflowError):
        return None

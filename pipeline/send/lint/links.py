"""Where the links and images of a letter lead: to a page that anybody can open, and to that which they name."""

from __future__ import annotations

import ipaddress
import re
from typing import TYPE_CHECKING, Final
from urllib.parse import unquote, urlsplit

from pipeline.send.lint.boxes import place_of
from pipeline.send.lint.parts import links_of
from pipeline.send.lint.rules import Rule

if TYPE_CHECKING:
    from collections.abc import Iterator

    from lxml.html import HtmlElement

    from pipeline.send.lint.copy import Copy
    from pipeline.send.lint.facts import Facts
    from pipeline.send.lint.rules import LetterFinding

_NOWHERE: Final = re.compile(r"(?:.*\.)?(?:localhost|localdomain|local|internal|lan|test|invalid|onion)\.?")
_ADDRESS: Final = re.compile(
    r"((?:[a-z0-9](?:[a-z0-9-]*[a-z0-9])?\.)+(?:[a-z]{2,24}|xn--[a-z0-9-]+))(?::\d+)?(?:[/?#]\S*)?",
    re.IGNORECASE,
)
"""Words that are an address without its beginning."""
_WHOLE: Final = re.compile(r"https?://[^\s<>]+", re.IGNORECASE)
_MAIL: Final = re.compile(r"[^\s@<>]+@([a-z0-9-]+\.)+[a-z]{2,24}", re.IGNORECASE)
_FILES: Final = frozenset("md txt pdf html htm csv json xml zip png jpg jpeg gif svg py js css docx xlsx".split())
"""Endings of files that look like domains."""
_REMEDY: Final = "Mend the link in the post."


def where_links_lead(copy: Copy, facts: Facts) -> Iterator[LetterFinding]:
    """Yield which links and images lead nowhere, or elsewhere than they say."""
    names = frozenset() if copy.root is None else frozenset(map(str, copy.root.xpath("//@id | //a/@name")))
    for link, written in links_of(copy.root):
        place = place_of(link)
        if written.startswith("#"):
            yield from _within(place, written, names)
            continue
        yield from _text(link, written)
        target = facts.behind.get(written, written)
        yield from _scheme(place, target)
        yield from _host(place, target)
        yield from _draft(place, target, facts.drafts)
        if target in facts.dead:
            told = f"{target} {facts.dead[target]}"
            yield Rule.LINK_DEAD.found(place, told, "Link to where the page is now, or to a copy of it in an archive.")
    yield from _images(copy.root)


def web_links(copy: Copy) -> frozenset[str]:
    """Return the links of a letter to the web, as they stand in it."""
    return frozenset(target for _, target in links_of(copy.root) if re.match("https?://", target, re.IGNORECASE))


def _within(place: str, target: str, names: frozenset[str]) -> Iterator[LetterFinding]:
    if unquote(target[1:]) not in names:
        yield Rule.LINK_NOT_ABSOLUTE.found(place, f"{target} leads to no place in the letter", _REMEDY)


def _scheme(place: str, target: str) -> Iterator[LetterFinding]:
    scheme = _parts(target)[0]
    if scheme == "http":
        told = f"{target} is not encrypted, so what a reader opens can be seen and changed on its way"
        yield Rule.LINK_HTTP.found(place, told, "Write https:// if the site has it.")
    elif scheme not in {"https", "mailto"}:
        told = f"{target or 'a link to nothing'} cannot be opened out of a mail program"
        yield Rule.LINK_NOT_ABSOLUTE.found(place, told, "Write the whole address, as https://example.org/page.")


def _host(place: str, target: str) -> Iterator[LetterFinding]:
    scheme, host, _ = _parts(target)
    if scheme in {"http", "https"} and not is_public(host):
        told = f"{target} is at {host or 'no host'}, which your readers cannot reach"
        yield Rule.LINK_NOWHERE.found(place, told, _REMEDY)
    domain = urlsplit(target).path.rpartition("@")[2] if scheme == "mailto" else ""
    if domain and _NOWHERE.fullmatch(domain.lower()):
        yield Rule.LINK_NOWHERE.found(place, f"{target} is at {domain}, where no mail arrives", _REMEDY)


def _draft(place: str, target: str, drafts: frozenset[str]) -> Iterator[LetterFinding]:
    segments = [segment.removesuffix(".md").removesuffix(".html") for segment in _parts(target)[2].split("/")]
    if draft := next((segment for segment in segments if segment in drafts), None):
        told = f"{target} leads to the draft {draft}, which is on no site"
        yield Rule.LINK_DRAFT.found(place, told, "Publish that draft first, or take the link out.")


def _text(link: HtmlElement, target: str) -> Iterator[LetterFinding]:
    words = " ".join(link.text_content().split())
    if leads_elsewhere(words, target):
        told = f"the words of a link are {words}, and it leads to {target}, as links do that deceive"
        yield Rule.LINK_TEXT.found(place_of(link), told, "Let the words be where it leads, or no address.")


def leads_elsewhere(words: str, target: str) -> bool:
    """Tell whether the words of a link are an address, and it leads to another."""
    if _MAIL.fullmatch(words):
        return _parts(target)[0] != "mailto" or words.casefold() not in unquote(target).casefold()
    if written := _WHOLE.search(words):
        return _bare(_parts(written[0])[1]) != _bare(_parts(target)[1])
    if (found := _ADDRESS.fullmatch(words)) and found[1].rpartition(".")[2].lower() not in _FILES:
        return _bare(found[1]) != _bare(_parts(target)[1])
    return False


def _images(root: HtmlElement | None) -> Iterator[LetterFinding]:
    for image in () if root is None else root.iter("img"):
        source = (image.get("src") or "").strip()
        scheme, host, _ = _parts(source)
        if scheme != "https" or not is_public(host):
            told = f"the image {source[:80] or 'without an address'} cannot be fetched by a mail program"
            remedy = "Put it into content/, or write an address that begins with https://."
            yield Rule.IMAGE_SOURCE.found(place_of(image), told, remedy)


def _parts(target: str) -> tuple[str, str, str]:
    """Return scheme, host and path of an address, in what is sure to be text."""
    try:
        parts = urlsplit(target)
        return parts.scheme.lower(), (parts.hostname or "").lower(), unquote(parts.path)
    except ValueError:
        return "", "", ""


def is_public(host: str) -> bool:
    """Tell whether anybody can reach ``host``, as far as its name tells."""
    try:
        return ipaddress.ip_address(host).is_global
    except ValueError:
        return "." in host and not _NOWHERE.fullmatch(host)


def _bare(host: str) -> str:
    return host.lower().removeprefix("www.").rstrip(".")

"""The two parts of a letter, HTML and plain text: both there, with the same links, the address and a way to leave."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from pipeline.send.lint.boxes import place_of
from pipeline.send.lint.fields import ways_to_leave
from pipeline.send.lint.rules import Rule

if TYPE_CHECKING:
    from collections.abc import Iterator

    from lxml.html import HtmlElement

    from pipeline.send.lint.copy import Copy
    from pipeline.send.lint.facts import Facts
    from pipeline.send.lint.rules import LetterFinding

TEMPLATES: Final = "overrides/letter/"
_IN_TEXT: Final = re.compile(r"(?:https?://|mailto:)[^\s<>\"]+", re.IGNORECASE)


def in_both_parts(copy: Copy, facts: Facts) -> Iterator[LetterFinding]:
    """Yield what a part lacks."""
    remedy = f"Look at the templates in {TEMPLATES}, and at the post: it says nothing."
    if copy.root is None:
        yield Rule.NO_HTML.found("html", "the letter has no HTML", remedy)
    if not copy.text_of("text/plain").strip():
        yield Rule.NO_TEXT.found("txt", "the letter has no plain text", remedy)
    elif copy.root is not None:
        yield from _same_links(copy)
    yield from _address(copy, facts.postal_address)
    yield from _leaving(copy)


def links_of(root: HtmlElement | None) -> Iterator[tuple[HtmlElement, str]]:
    """Yield each link of the HTML with where it leads."""
    for element in () if root is None else root.iter("a", "area"):
        target = element.get("href")
        if target is not None:
            yield element, target.strip()


def _same_links(copy: Copy) -> Iterator[LetterFinding]:
    text = {_plain(found) for found in _IN_TEXT.findall(copy.text_of("text/plain"))}
    for element, target in links_of(copy.root):
        forms = {_plain(target), _plain(target.partition("#")[0])}  # a note's mark leads to a part of a page
        if _IN_TEXT.match(target) and not forms & text:
            told = f"the plain text does not have the link to {target}"
            remedy = f"Write the link into the post as Markdown, or into {TEMPLATES}letter.txt as well."
            yield Rule.TEXT_LINKS.found(place_of(element), told, remedy)


def _plain(address: str) -> str:
    return address.rstrip(".,;:!?)").rstrip("/")


def _address(copy: Copy, address: str) -> Iterator[LetterFinding]:
    lines = [" ".join(line.split()) for line in address.splitlines() if line.strip()]
    if not lines:
        told = "the letter has no postal address, which the law of many countries wants in it"
        yield Rule.NO_ADDRESS.found("html", told, "Write yours into send.postal_address of byline.yml.")
        return
    html = "" if copy.root is None else copy.root.text_content()
    for place, name, text in (("html", "letter.html", html), ("txt", "letter.txt", copy.text_of("text/plain"))):
        words = " ".join(text.split())
        if text.strip() and any(line not in words for line in lines):
            told = "your postal address does not stand in it, which the law of many countries wants"
            yield Rule.NO_ADDRESS.found(place, told, f"Put {{{{ postal_address }}}} into {TEMPLATES}{name}.")


def _leaving(copy: Copy) -> Iterator[LetterFinding]:
    ways = {way.casefold() for way in ways_to_leave(copy)}
    targets = {target.casefold() for _, target in links_of(copy.root)}
    text = copy.text_of("text/plain").casefold()
    for place, name, is_there in (
        ("html", "letter.html", copy.root is None or bool(ways & targets)),
        ("txt", "letter.txt", not text.strip() or any(way in text for way in ways)),
    ):
        if ways and not is_there:
            told = "it has no link by which its reader can leave"
            yield Rule.NO_WAY_TO_LEAVE.found(place, told, f"Put {{{{ unsubscribe_url }}}} into {TEMPLATES}{name}.")

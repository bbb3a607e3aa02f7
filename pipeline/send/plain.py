"""A post as plain text: the same words and the same links as in its HTML, wrapped at 72.

It is made of the post alone, as Markdown shows it, before any template of the letter; so what one part says, notes and
boxes and tables too, the other says as well.
"""

from __future__ import annotations

import re
import textwrap
from typing import TYPE_CHECKING, Final

from pipeline import post as posts

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import PurePosixPath

    from lxml.html import HtmlElement

WIDTH: Final = 72
_SPACES: Final = re.compile(r"[ \t\r\n]+")
_BLOCKS: Final = frozenset(
    (
        "address article aside blockquote dd details div dl dt figcaption figure footer h1 h2 h3 h4 h5 h6 header hr li "
        "main nav ol p pre section table ul"
    ).split()
)
_NOTE, _BACK = "#fn:", "#fnref:"
"""What the mark of a note leads to, and what the sign behind the note leads back to."""


def as_text(body: str, site_url: str, page: PurePosixPath) -> str:
    """Return the body of a post as plain text; relative links, as ``page`` has them, become addresses."""
    from lxml.html import HTMLParser, fragment_fromstring

    parser = HTMLParser(encoding="utf-8", no_network=True, huge_tree=True, remove_comments=True)
    markup = posts.as_html(body, site_url, page).encode("utf-8", "replace")
    root = fragment_fromstring(markup, create_parent="div", parser=parser)
    return "\n\n".join("\n".join(block) for block in _blocks_of(root, WIDTH))


def _blocks_of(node: HtmlElement, width: int) -> Iterator[list[str]]:
    """Yield the lines of each block in ``node``; words that stand in none are one."""
    here = [_collapsed(node.text)]
    for child in node:
        if child.tag in _BLOCKS:
            yield from _said(_wrapped("".join(here), width), _block(child, width))
            here = [_collapsed(child.tail)]
        else:
            here += [_inline(child), _collapsed(child.tail)]
    yield from _said(_wrapped("".join(here), width))


def _said(*blocks: list[str]) -> Iterator[list[str]]:
    yield from (block for block in blocks if block)


def _block(node: HtmlElement, width: int) -> list[str]:
    """Return the lines of a paragraph, heading, list, quotation, table, box or block of code."""
    tag = str(node.tag)
    if tag in {"h1", "h2", "h3", "h4", "h5", "h6"}:
        return _heading(node, width)
    match tag:
        case "p":
            return _wrapped(_words(node), width)
        case "hr":
            return ["* * *"]
        case "blockquote":
            return _prefixed("> ", node, width)
    write = {"ul": _list, "ol": _list, "dl": _list_of_terms, "table": _table, "pre": _code, "div": _box}.get(tag)
    return write(node, width) if write else _lines(node, width)


def _lines(node: HtmlElement, width: int) -> list[str]:
    """Return the blocks of ``node``, an empty line between two."""
    lines: list[str] = []
    for block in _blocks_of(node, width):
        lines += ([""] if lines else []) + block
    return lines


def _prefixed(mark: str, node: HtmlElement, width: int) -> list[str]:
    return [f"{mark}{line}".rstrip() for line in _lines(node, width - len(mark))]


def _heading(node: HtmlElement, width: int) -> list[str]:
    """Return a heading with a line below it, or, where all of it is a link, with the address below it."""
    said, link = _words(node).strip(), node.find("./a")
    if link is not None and said == _inline(link).strip():
        return [*_wrapped(_words(link), width), *filter(None, [link.get("href")])]
    title = _wrapped(said, width)
    return [*title, "-" * max(map(len, title))] if title else []


def _box(node: HtmlElement, width: int) -> list[str]:
    """Return what a ``div`` holds: a box with a title in bold, or just more of the text."""
    title = node.find("./p[1]/strong") if len(node) and node[0].tag == "p" else None
    has_title = title is not None and _words(node[0]) == _words(title)
    return _prefixed("| ", node, width) if has_title else _lines(node, width)


def _list(node: HtmlElement, width: int) -> list[str]:
    """Return the items of a list; those of notes have the marks by which the text refers to them."""
    form = "[{}] " if node.xpath(f"./li//a[contains(@href, '{_BACK}')]") else "{}. "
    start = node.get("start") or "1"
    first = int(start) if start.isdecimal() else 1
    written: list[str] = []
    for number, item in enumerate(node.iterchildren("li"), start=first):
        mark = "- " if node.tag == "ul" else form.format(number)
        lines = _lines(item, width - len(mark)) or [""]
        written += [mark + lines[0], *(" " * len(mark) + line if line else "" for line in lines[1:])]
    return written


def _list_of_terms(node: HtmlElement, width: int) -> list[str]:
    return [
        line
        for each in node.iterchildren("dt", "dd")
        for line in (_lines(each, width) if each.tag == "dt" else _prefixed("    ", each, width))
    ]


def _table(node: HtmlElement, width: int) -> list[str]:
    """Return the rows, in columns where these fit, and a line below the head."""
    rows = [
        [_words(cell).replace("\n", " ").strip() for cell in row.iterchildren("th", "td")] for row in node.iter("tr")
    ]
    rows = [row for row in rows if row]
    columns = max(map(len, rows), default=0)
    widths = [max((len(row[at]) for row in rows if at < len(row)), default=0) for at in range(columns)]
    fits = sum(widths) + 3 * (columns - 1) <= width
    lines = [
        " | ".join(cell.ljust(widths[at]) if fits else cell for at, cell in enumerate(row)).rstrip() for row in rows
    ]
    if node.find(".//th") is not None and fits and lines:
        lines.insert(1, "-+-".join("-" * each for each in widths))
    return lines


def _code(node: HtmlElement, _width: int) -> list[str]:
    return ["    " + line for line in str(node.text_content()).strip("\n").split("\n")]


def _words(node: HtmlElement) -> str:
    """Return what the inside of ``node`` says in a line, or in several where it breaks them."""
    return "".join(
        (_collapsed(node.text), *(part for child in node for part in (_inline(child), _collapsed(child.tail))))
    )


def _inline(node: HtmlElement) -> str:
    if node.tag == "br":
        return "\n"
    if node.tag == "img":
        return f"[{node.get('alt')}]" if node.get("alt") else ""
    words, target = _words(node), node.get("href") if node.tag == "a" else None
    if target is None:
        return words
    if _BACK in target:
        return ""
    if _NOTE in target and words.strip().isalnum():
        return f"[{words.strip()}]"
    return words if words == target else f"{words} <{target}>"


def _collapsed(text: str | None) -> str:
    return _SPACES.sub(" ", text or "")


def _wrapped(text: str, width: int) -> list[str]:
    return [
        line
        for part in text.strip().split("\n")
        for line in textwrap.wrap(part.strip(), width, break_long_words=False, break_on_hyphens=False)
    ]

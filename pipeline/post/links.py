"""Where the body of a post leads, and what in it can be led to: links, images, anchors, with their lines."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final
from urllib.parse import unquote

from pipeline.post.shown import shown, shown_by
from pipeline.post.takes import commonmark

if TYPE_CHECKING:
    from collections.abc import Iterator

    from markdown_it.token import Token

    from pipeline.model import Post

_OF_FOOTNOTES: Final = ("#fn:", "#fnref")
_NAMED: Final = re.compile(r"""\{:?[^{}\n]*#([\w:.-]+)|\b(?:id|name)=["']?([\w:.-]+)""")
"""What gives an anchor its name: ``{#name}`` after a heading, or an attribute of raw HTML."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Link:
    """A link or an image: its target as it is written, its line in the file, and whether it is raw HTML."""

    target: str
    line: int
    raw: bool = False


def links(post: Post) -> Iterator[Link]:
    """Yield every link and image of the body that the site will show."""
    every = (target for target, _ in shown(post.body).targets)
    targets = {_same(target): target for target in every if not target.startswith(_OF_FOOTNOTES)}
    found: set[str] = set()
    for link in _marked(post):
        if _same(link.target) in targets:
            found.add(_same(link.target))
            yield link
    lines = post.body.split("\n")
    for same, target in targets.items():
        if same not in found:
            at = next((number for number, line in enumerate(lines) if target in line), 0)
            yield Link(target=target, line=post.body_line + at)


def _same(target: str) -> str:
    return unquote(target).strip()


def _marked(post: Post) -> Iterator[Link]:
    """Yield the links that CommonMark sees, with their lines."""
    for token in commonmark.parse(post.body):
        line = post.body_line + (token.map[0] if token.map else 0)
        if token.type == "html_block":
            yield from _raw(token, line)
        for part in token.children or []:
            line += part.type in {"softbreak", "hardbreak"}
            target = part.attrGet("href") if part.type == "link_open" else part.attrGet("src")
            if part.type in {"link_open", "image"} and target is not None:
                yield Link(target=str(target), line=line)
            elif part.type == "html_inline":
                yield from _raw(part, line)


def _raw(token: Token, line: int) -> Iterator[Link]:
    for target, at in shown_by(token.content).targets:
        yield Link(target=target, line=line + at - 1, raw=True)


def anchors(body: str) -> frozenset[str]:
    """Return what a link to a part of this page may name: its headings as MkDocs does, and what has a name itself."""
    from markdown.extensions.toc import slugify, slugify_unicode

    named = {name or attribute for name, attribute in _NAMED.findall(body)}
    tokens = commonmark.parse(body)
    for place, token in enumerate(tokens):
        if token.type == "heading_open":
            parts = tokens[place + 1].children or []
            text = "".join(part.content for part in parts if part.type in {"text", "code_inline"})
            named |= {slugify(text, "-"), slugify_unicode(text, "-")}
    return frozenset(named)


def linked_words(body: str) -> frozenset[str]:
    """Return the words of each link to another site within a paragraph, as they are shown."""
    found: set[str] = set()
    for token in commonmark.parse(body):
        told: list[str] | None = None
        for part in token.children or [] if token.type == "inline" else []:
            if part.type == "link_open" and str(part.attrGet("href") or "").startswith("http"):
                told = []
            elif part.type == "link_close" and told is not None:
                found.add("".join(told))
                told = None
            elif told is not None:
                told.append(part.content)
    return frozenset(text for text in found if text)

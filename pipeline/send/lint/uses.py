"""What a letter asks of a mail program: the HTML -> properties, functions, tags and images, each with its line."""

from __future__ import annotations

import re
from pathlib import PurePosixPath
from typing import TYPE_CHECKING, Final
from urllib.parse import urlsplit

from pipeline.send.lint.styles import Block, Declaration, declarations, sheet

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from lxml.html import HtmlElement

_FUNCTION: Final = re.compile(r"([a-z-]+)\(")
_WORD: Final = re.compile(r"(?<![\w#.-])-?[a-z][a-z-]*(?![\w(])")
_UNIT: Final = re.compile(r"(?<![\w#])[\d.]+([a-z]+)")
_FEATURE: Final = re.compile(r"\(\s*([a-z-]+)")
_PSEUDO: Final = re.compile(r"::?([a-z-]+)")


def uses(root: HtmlElement | None) -> dict[str, str]:
    """Return what the HTML uses, as ``property:gap`` or ``element:video``, each with the first place of it."""
    found: dict[str, str] = {}
    for element in () if root is None else root.iter():
        if isinstance(element.tag, str):
            for name, line in _used(element):
                found.setdefault(name, f"html:{(element.sourceline or 1) + line}")
    return found


def _used(element: HtmlElement) -> Iterator[tuple[str, int]]:
    yield f"element:{element.tag}", 0
    yield from ((f"attribute:{name}", 0) for name in element.attrib)
    yield from _css(declarations(element.get("style", "")), in_tag=True)
    if element.tag == "style":
        yield from _css(sheet(element.text or ""), in_tag=False)
    for address in (element.get("src"), element.get("srcset"), element.get("background")):
        yield from ((f"image:{kind}", 0) for kind in _kinds(address or ""))


def _css(pieces: Iterable[Declaration | Block], *, in_tag: bool) -> Iterator[tuple[str, int]]:
    """Yield what style sheets or attributes use; in a tag all stands on the tag's line."""
    for piece in pieces:
        names = _declared(piece) if isinstance(piece, Declaration) else _selected(piece.head)
        yield from ((name, 0 if in_tag else piece.line) for name in names)


def _declared(piece: Declaration) -> Iterator[str]:
    yield f"property:{piece.name}"
    yield from (f"function:{name}" for name in _FUNCTION.findall(piece.value))
    yield from (f"value:{piece.name}:{word}" for word in _WORD.findall(piece.value))
    yield from (f"unit:{unit}" for unit in _UNIT.findall(piece.value))


def _selected(head: str) -> Iterator[str]:
    if head.startswith("@"):
        name = head[1:].partition(" ")[0].partition("(")[0]
        yield f"at:{name}"
        if name == "media":
            yield from (f"media:{feature}" for feature in _FEATURE.findall(head))
        return
    yield from (f"pseudo:{name}" for name in _PSEUDO.findall(head))
    if "&" in head:
        yield "selector:&"


def _kinds(address: str) -> Iterator[str]:
    """Yield the kinds of the images at an address, or at each of a srcset."""
    for part in address.split(", "):
        words = part.split()
        if words and words[0].startswith("data:"):
            yield "data"
        elif words and "://" in words[0]:
            try:
                yield PurePosixPath(urlsplit(words[0]).path).suffix.lower().lstrip(".")
            except ValueError:
                continue

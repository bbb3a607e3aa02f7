"""The HTML of a letter -> how the words of each tag are seen: colour, ground, size, weight, or not at all.

Only styles in the tags count, as they stand after they were written in; what a style sheet changes in the dark is
written in by ``dark``.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from pipeline.send.lint.colours import BLACK, WHITE, Colour, colour
from pipeline.send.lint.styles import as_mapping

if TYPE_CHECKING:
    from collections.abc import Mapping

    from lxml.html import HtmlElement

USUAL: Final = 16.0
"""Pixels of text whose size nobody said."""
_LINK: Final = Colour(0, 0, 238)
_BY_TAG: Final = {"h1": 2.0, "h2": 1.5, "h3": 1.17, "h5": 0.83, "h6": 0.67, "small": 0.83, "big": 1.2}
_BY_NUMBER: Final = {"1": 10.0, "2": 13.0, "3": 16.0, "4": 18.0, "5": 24.0, "6": 32.0, "7": 48.0}
_BY_WORD: Final = {
    "xx-small": 9.0,
    "x-small": 10.0,
    "small": 13.0,
    "medium": 16.0,
    "large": 18.0,
    "x-large": 24.0,
    "xx-large": 32.0,
}
_BOLD: Final = frozenset({"h1", "h2", "h3", "h4", "h5", "h6", "b", "strong", "th"})
_UNSEEN: Final = frozenset({"head", "style", "script", "title", "template", "noscript"})
_LENGTH: Final = re.compile(r"([\d.]+)(px|pt|em|rem|%)")
_PIXELS: Final = {"px": 1.0, "pt": 4 / 3, "rem": USUAL}
_NONE: Final = re.compile(r"0(?:\.0*)?(?:px|pt|em|rem|%)?")


@dataclass(frozen=True, slots=True, kw_only=True)
class Box:
    """How the words of a tag are seen. ``text`` are its own, not those of tags in it; ``ground`` None is a picture."""

    element: HtmlElement | None = None
    text: str = ""
    ink: Colour = BLACK
    ground: Colour | None = WHITE
    size: float = USUAL
    link: Colour = _LINK
    is_bold: bool = False
    is_hidden: bool = False

    @property
    def place(self) -> str:
        """Where the tag stands."""
        return place_of(self.element)


def place_of(element: HtmlElement | None) -> str:
    """Return where a tag stands in the .html that ``byline letter`` writes."""
    line = getattr(element, "sourceline", None)
    return f"html:{line}" if line else "html"


def boxes(root: HtmlElement | None, around: Box | None = None) -> tuple[Box, ...]:
    """Return a box for each tag, in their order; ``around`` is how words are seen of which nothing is said."""
    around = around or Box()
    made: dict[HtmlElement, Box] = {}
    for element in () if root is None else root.iter():
        if isinstance(element.tag, str):
            parent = element.getparent()
            made[element] = _box(element, made.get(parent, around) if parent is not None else around)
    return tuple(made.values())


def _box(element: HtmlElement, around: Box) -> Box:
    style = as_mapping(element.get("style", ""))
    return Box(
        element=element,
        text=" ".join("".join([element.text or "", *(child.tail or "" for child in element)]).split()),
        ink=_ink(element, style, around),
        ground=_ground(element, style, around),
        size=_size(element, style, around),
        link=around.link,
        is_bold=_is_bold(element, style, around),
        is_hidden=around.is_hidden or _is_hidden(element, style),
    )


def _ink(element: HtmlElement, style: Mapping[str, str], around: Box) -> Colour:
    said = style.get("color") or (element.get("color") if element.tag == "font" else element.get("text")) or ""
    if said:
        return colour(said) or around.ink  # inherit, currentcolor, or what no mail program knows
    return around.link if element.tag == "a" and element.get("href") is not None else around.ink


def _ground(element: HtmlElement, style: Mapping[str, str], around: Box) -> Colour | None:
    shorthand = style.get("background", "")
    pictures = (
        shorthand,
        style.get("background-image", ""),
        f"url({back})" if (back := element.get("background")) else "",
    )
    if any("url(" in each or "gradient(" in each for each in pictures):
        return None
    words = [style.get("background-color", ""), shorthand, *re.findall(r"#\w+|\w+\([^)]*\)|[\w-]+", shorthand)]
    found = next((known for word in (*words, element.get("bgcolor", "")) if word and (known := colour(word))), None)
    if found is None:
        return around.ground
    if found.cover < 1:
        return found.over(around.ground) if around.ground else None
    return found


def _size(element: HtmlElement, style: Mapping[str, str], around: Box) -> float:
    said = style.get("font-size") or next(iter(re.findall(r"[\d.]+(?:px|pt|em|rem|%)", style.get("font", ""))), "")
    if found := _LENGTH.fullmatch(said):
        unit = _PIXELS.get(found[2]) or around.size / (100 if found[2] == "%" else 1)
        return _number(found[1]) * unit
    if said in _BY_WORD:
        return _BY_WORD[said]
    if element.tag == "font" and element.get("size") in _BY_NUMBER:
        return _BY_NUMBER[element.get("size", "")]
    return around.size * _BY_TAG.get(str(element.tag), 1.0)


def _number(text: str) -> float:
    try:
        return float(text)
    except ValueError:
        return 1.0


def _is_bold(element: HtmlElement, style: Mapping[str, str], around: Box) -> bool:
    said = style.get("font-weight") or next(iter(re.findall(r"\b(?:bold|[6-9]00)\b", style.get("font", ""))), "")
    if said:
        return said in {"bold", "bolder"} or bool(re.fullmatch("[6-9]00", said))
    return around.is_bold or element.tag in _BOLD


def _is_hidden(element: HtmlElement, style: Mapping[str, str]) -> bool:
    sizes = (style.get(name, "") for name in ("font-size", "max-height"))
    return (
        element.tag in _UNSEEN
        or element.get("hidden") is not None
        or style.get("display") == "none"
        or style.get("visibility") == "hidden"
        or style.get("mso-hide") == "all"
        or any(_NONE.fullmatch(size) for size in sizes if size)
    )

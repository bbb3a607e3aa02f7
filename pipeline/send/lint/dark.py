"""The HTML of a letter as a mail program shows it that is dark and heeds what the letter says of that."""

from __future__ import annotations

import re
from copy import deepcopy
from typing import TYPE_CHECKING, Final

from pipeline.send.lint.boxes import Box, boxes
from pipeline.send.lint.colours import WHITE, Colour
from pipeline.send.lint.copy import tree
from pipeline.send.lint.styles import within

if TYPE_CHECKING:
    from lxml.html import HtmlElement

_DARK: Final = re.compile(r"@media\b[^{}]*\(\s*prefers-color-scheme\s*:\s*dark\s*\)", re.IGNORECASE)
_USUAL: Final = Box(ink=WHITE, ground=Colour(18, 18, 18), link=Colour(158, 158, 255))
"""How browsers show in the dark what has no colour of its own."""
_LINE: Final = "data-line"


def boxes_in_the_dark(root: HtmlElement | None) -> tuple[Box, ...]:
    """Return how the words of each tag are seen in the dark; nothing where the letter says nothing of it."""
    if root is None:
        return ()
    rules = "\n".join(within(style.text or "", _DARK) for style in root.iter("style"))
    return boxes(_with(root, rules), _USUAL) if rules.strip() else ()


def _with(root: HtmlElement, rules: str) -> HtmlElement | None:
    """Return a copy of ``root`` with these rules alone written into the tags; each tag still knows its line."""
    from css_inline import CSSInliner, InlineError
    from lxml.html import tostring

    copy = deepcopy(root)
    for element, original in zip(copy.iter("*"), root.iter("*"), strict=True):
        element.set(_LINE, str(original.sourceline or 0))
    for style in list(copy.iter("style", "link")):
        style.drop_tree()
    inliner = CSSInliner(load_remote_stylesheets=False, extra_css=rules)
    try:
        made = tree(inliner.inline(tostring(copy, encoding="unicode")))
    except InlineError:
        return None
    for element in () if made is None else made.iter("*"):
        element.sourceline = int(element.attrib.pop(_LINE, "0")) or None
    return made

"""What a site shows by its own styles and scripts, said by plain elements: for feeds and mails, which have neither.

Boxes (``!!! note``) get their title in bold, what folds stands open, tabs stand one after the other, and a task is
marked by a box that is ticked or not. The notes at the end are a list like any other.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from pipeline.html.depth import is_too_deep

if TYPE_CHECKING:
    from lxml.html import HtmlElement

_SPECIAL: Final = re.compile(r"<details|class=\"[^\"]*\b(?:admonition|tabbed-set|task-list-item|footnote)\b")
OPEN, DONE = "☐ ", "☑ "


def flat(markup: str) -> str:
    """Return HTML as Markdown makes it without what needs a site's own styles or scripts."""
    if not _SPECIAL.search(markup) or is_too_deep(markup):
        return markup
    from lxml.html import HTMLParser, fragment_fromstring, tostring

    parser = HTMLParser(encoding="utf-8", no_network=True, huge_tree=True)
    root = fragment_fromstring(markup.encode("utf-8", "replace"), create_parent="div", parser=parser)
    for element in list(root.iter("div", "details", "li")):
        _flatten(element)
    return "".join((root.text or "", *(tostring(child, encoding="unicode") for child in root)))


def _flatten(element: HtmlElement) -> None:
    kinds = set((element.get("class") or "").split())
    if element.tag == "details":
        element.tag = "div"
        _title(element, "summary")
    elif "admonition" in kinds:
        _title(element, "p[@class='admonition-title']")
    elif "tabbed-set" in kinds:
        _tabs(element)
    elif "footnote" in kinds:
        element.drop_tag()
    elif "task-list-item" in kinds:
        _task(element)


def _title(box: HtmlElement, path: str) -> None:
    """Let the title of a box be a paragraph in bold."""
    from lxml.html import Element

    for title in box.xpath(f"./{path}")[:1]:
        strong = Element("strong")
        strong.text, title.text = title.text, None
        strong.extend(list(title))
        title.tag = "p"
        title.append(strong)


def _tabs(tabs: HtmlElement) -> None:
    """Let each tab be a box with its label as the title."""
    from lxml.html import Element

    labels = tabs.xpath("./div[@class='tabbed-labels']/label")
    boxes = tabs.xpath("./div[@class='tabbed-content']/div[@class='tabbed-block']")
    for box, label in zip(boxes, labels, strict=False):
        title, strong = Element("p"), Element("strong")
        strong.text = label.text_content()
        title.append(strong)
        box.insert(0, title)
    for child in list(tabs):
        tabs.remove(child)
    tabs.extend(boxes)
    tabs.drop_tag()


def _task(item: HtmlElement) -> None:
    """Let a box to tick be a letter that looks like one."""
    for box in item.xpath("(./input | ./p/input | ./label//input)[1]"):
        sign = DONE if box.get("checked") is not None else OPEN
        holder = box.getparent()
        tail = (box.tail or "").lstrip()
        holder.remove(box)
        holder.text = f"{sign}{(holder.text or '').strip()}{tail}"

"""Who wrote an entry: the names in its author elements."""

from __future__ import annotations

import re
from itertools import islice
from typing import TYPE_CHECKING, Final

from pipeline.feed.bounds import MOST_AUTHORS
from pipeline.feed.names import name_of
from pipeline.feed.texts import words
from pipeline.html import one_line, plain_text

if TYPE_CHECKING:
    from collections.abc import Iterable

    from lxml.etree import _Element

    from pipeline.model import PlainText

_LONGEST: Final = 200
_MAIL: Final = r"[^\s@()]++@[^\s@()]++"
_FORMS: Final = tuple(
    re.compile(form)
    for form in (rf"{_MAIL}\s*+\((.+)\)", rf"(.+?)\s*\({_MAIL}\)", r'"?([^"<]+?)"?\s*<[^<>@]*+@[^<>]*+>')
)
"""mail (Name), Name (mail), Name <mail> (RSS 2.0, RFC 5322)."""


def people(elements: Iterable[_Element]) -> tuple[PlainText, ...]:
    """Return the names in author elements, each once: of each the name, or the mail address where there is none."""
    return named(map(_name_in, elements))


def named(texts: Iterable[str]) -> tuple[PlainText, ...]:
    """Return the names in texts, each once."""
    distinct = islice(dict.fromkeys(filter(None, texts)), MOST_AUTHORS)
    names = (plain_name(one_line(text, markup=True)) for text in distinct)
    return tuple(name for name in dict.fromkeys(names) if name)


def _name_in(element: _Element) -> str:
    if len(element) == 0:
        return element.text or ""
    inner = {name_of(child.tag).rpartition(":")[2]: words(child) for child in element if isinstance(child.tag, str)}
    return inner.get("name") or inner.get("email") or (element.text or "").strip()


def plain_name(author: PlainText) -> PlainText:
    """Return the name beside a mail address; else all of it."""
    if "@" not in author or len(author) > _LONGEST:
        return author
    for form in _FORMS:
        if found := form.fullmatch(author):
            return plain_text(found[1])
    return author

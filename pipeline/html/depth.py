"""How deep markup nests: what nests without sense keeps an HTML parser busy for minutes."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

_PLAIN_TAG: Final = re.compile(r"""<(/?)([a-zA-Z][^\s/<>"'=]*)(?:[^<>"']++|"[^"<>]*"|'[^'<>]*')*+>""")
"""A tag as most people write it: what it matches whole is a tag to every parser, and ends where it says."""
_TAG_BEGINS: Final = re.compile(r"<!--|<(/?)([a-zA-Z][^\s/>]*)")
_TAG_ENDS: Final = re.compile(
    r"""(?:[\s/]++|[^\s/>][^\s/>=]*+(?:\s*+=\s*+(?>"[^"]*"|'[^']*'|[^\s>"'][^\s>]*+|(?=>))|(?!\s*+=)))*+>"""
)
_FORMATTING: Final = frozenset("a b big code em font i nobr s small strike strong tt u".split())
_NEVER_NESTED: Final = frozenset(
    ("area base br col dd dt embed hr img input li link meta option p param source td th tr wbr").split()
)
_MAX_DEPTH: Final = 200
_MOST_ANEW: Final = 8
"""So many formatting elements may be open where a block begins, on average."""


def is_too_deep(markup: str) -> bool:
    """Tell whether ``markup`` nests so deep, or repeats its formatting so often, that parsing it takes minutes.

    A formatting element that is not closed is opened anew in every block after it (HTML, section 13.2.4.3).
    """
    if markup.count("<") - markup.count("</") <= _MAX_DEPTH:
        return False
    open_now: dict[str, int] = {}
    depth = formats = opened_anew = blocks = 0
    for closing, name in _tags(markup):
        tag = name.lower()
        is_format = tag in _FORMATTING
        if not closing and not is_format:
            blocks += 1
            opened_anew += formats
        if tag not in _NEVER_NESTED and (not closing or open_now.get(tag)):
            step = -1 if closing else 1
            open_now[tag] = open_now.get(tag, 0) + step
            depth += step
            formats += step * is_format
        if depth > _MAX_DEPTH or opened_anew > _MAX_DEPTH + _MOST_ANEW * blocks:
            return True
    return "<![cdata[" in markup.lower()  # what of it is markup depends on what it stands in


def _tags(markup: str) -> Iterable[tuple[str, str]]:
    """Return the tags of ``markup``: a slash where one closes, and its name as it is written."""
    plain = _PLAIN_TAG.findall(markup)
    return plain if len(plain) == markup.count("<") else _odd_tags(markup)


def _odd_tags(markup: str) -> Iterator[tuple[str, str]]:
    """Yield the tags of markup that needs an HTML tokenizer's eye (HTML, section 13.2.5)."""
    at = 0
    while found := _TAG_BEGINS.search(markup, at):
        if found[0] == "<!--":
            at = markup.find("-->", found.start() + 2) + 3
            if at < found.end():
                return
            continue
        end = _TAG_ENDS.match(markup, found.end())
        if end is None:
            return
        yield found[1], found[2]
        at = end.end()

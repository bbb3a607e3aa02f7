"""Where tags begin and end, as an HTML tokenizer sees it (HTML, section 13.2.5); its time grows as the text does."""

from __future__ import annotations

import re
from typing import Final, NamedTuple

_BEGINS: Final = re.compile(r"<!--|<(/?)([a-zA-Z][^\s/>]*)")
_ENDS: Final = re.compile(
    r"""(?:[\s/]++|[^\s/>][^\s/>=]*+(?:\s*+=\s*+(?>"[^"]*"|'[^']*'|[^\s>"'][^\s>]*+|(?=>))|(?!\s*+=)))*+>"""
)


class Span(NamedTuple):
    """A tag: a slash where it closes, its name as it is written, and where it, its attributes and its end stand."""

    slash: str
    name: str
    start: int
    named: int
    end: int


def next_tag(markup: str, at: int) -> Span | None:
    """Return the first tag of ``markup`` from ``at`` on that is in no comment; None where no more begins or ends."""
    while found := _BEGINS.search(markup, at):
        if found[0] != "<!--":
            end = _ENDS.match(markup, found.end())
            return Span(found[1], found[2], found.start(), found.end(), end.end()) if end else None
        at = markup.find("-->", found.start() + 2) + 3
        if at < found.end():
            break
    return None

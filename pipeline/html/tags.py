"""Where tags begin and end, as an HTML tokenizer sees it (HTML, section 13.2.5); its time grows as the text does."""

from __future__ import annotations

import re
from typing import Final, NamedTuple

WHITE: Final = r" \t\n\r\f"
"""What parts names and attributes; Python has more white space than HTML, where it is a part of names."""
_BEGINS: Final = re.compile(rf"<!--|<[!?]|</(?![a-zA-Z>])|<(/?)([a-zA-Z][^{WHITE}/>]*)")
_COMMENT_ENDS: Final = re.compile(r"-?>|.*?--!?>", re.DOTALL)
_BOGUS_ENDS: Final = re.compile(r"[^>]*>")
_VALUE: Final = rf"""(?>"[^"]*"|'[^']*'|[^{WHITE}>"'][^{WHITE}>]*+|(?=>))"""
_NO_VALUE: Final = rf"(?![{WHITE}]*+=)"
_ENDS: Final = re.compile(
    rf"(?:[{WHITE}/]++|[^{WHITE}/>][^{WHITE}/>=]*+(?:[{WHITE}]*+=[{WHITE}]*+{_VALUE}|{_NO_VALUE})|(?!))*+>"
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
        if found[2]:
            end = _ENDS.match(markup, found.end())
            return Span(found[1], found[2], found.start(), found.end(), end.end()) if end else None
        ends = _COMMENT_ENDS if found[0] == "<!--" else _BOGUS_ENDS
        over = ends.match(markup, found.end())
        if over is None:
            break
        at = over.end()
    return None

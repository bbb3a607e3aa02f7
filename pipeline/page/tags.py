"""The tags of a web page that lead somewhere, by a tokenizer whose time grows as the page does.

libxml2 takes quadratic time for many attributes, and ends where nesting is deep; html.parser, in releases of Python
that we run on, takes quadratic time for comments and quotes that never end.
"""

from __future__ import annotations

import html as entities
import re
from typing import TYPE_CHECKING, Final, NamedTuple

from pipeline.html.tags import next_tag

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping


class Tag(NamedTuple):
    """A tag of interest, its attributes, and where in the source it starts and ends."""

    name: str
    said: Mapping[str, str]
    start: int
    end: int


_ATTRIBUTE: Final = re.compile(r"""([^\s/>=]++)(?:\s*+=\s*+(?:"([^"]*)"|'([^']*)'|([^\s>"'][^\s>]*+)))?""")
_ENTITY: Final = re.compile(r"&#?\w++;")
_RAW: Final = {name: re.compile(f"</{name}", re.IGNORECASE) for name in ("script", "style", "textarea")}
"""Elements whose content is no markup, and where that ends."""
_OF_INTEREST: Final = frozenset({"a", "base", "link", "meta"})
_LONGEST_TAG: Final = 8192


def tags_of(source: str) -> Iterator[Tag]:
    """Yield the tags of interest."""
    at = 0
    while tag := next_tag(source, at):
        at, name = tag.end, tag.name.lower()
        if tag.slash:
            continue
        if name in _OF_INTEREST and tag.end - tag.start < _LONGEST_TAG:
            yield Tag(name, _attributes(source[tag.named : tag.end - 1]), tag.start, tag.end)
        elif name in _RAW:
            over = _RAW[name].search(source, at)
            if over is None:
                return
            at = over.start()


def _attributes(inside: str) -> Mapping[str, str]:
    """Return the attributes in a tag; the first of a name counts."""
    said: dict[str, str] = {}
    for name, *values in _ATTRIBUTE.findall(inside):
        # An entity must end in a semicolon here, lest ?a=1&section=2 become a paragraph sign.
        said.setdefault(name.lower(), _ENTITY.sub(lambda found: entities.unescape(found[0]), "".join(values)))
    return said

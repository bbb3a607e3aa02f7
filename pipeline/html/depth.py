"""How deep markup nests: what nests without sense keeps an HTML parser busy for minutes."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from pipeline.html.tags import next_tag

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

_TAG: Final = r"""<(/?)([a-zA-Z][^\s/<>"'=]*)(?:[^<>"']++|"[^"<]*"|'[^'<]*')*+>"""
"""A tag as most people write it: it begins where this begins to every parser, and no other begins before this ends."""
_PLAIN: Final = re.compile(_TAG)
_PLAIN_OR_COMMENT: Final = re.compile(rf"<!(?=--).*?-->|{_TAG}", re.DOTALL)
_NO_DEPTH, _FORMAT, _BLOCK = range(3)
_KINDS: Final = (
    dict.fromkeys("div figure h1 h2 h3 h4 h5 h6 ol pre section span svg table ul".split(), _BLOCK)
    | dict.fromkeys("a b big code em font i nobr s small strike strong tt u".split(), _FORMAT)
    | dict.fromkeys(
        (
            "area base br col dd dt embed hr img input li link meta option p param source "
            "tbody td tfoot th thead tr wbr"
        ).split(),
        _NO_DEPTH,
    )
)
"""What elements do to the depth; one that is not listed is taken for a block."""
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
    kinds, opened = _KINDS.get, open_now.get
    depth = formats = opened_anew = blocks = 0
    for closing, name in _tags(markup):
        kind = kinds(name)
        if kind is None:
            name = name.lower()  # noqa: PLW2901  (few are written so)
            kind = kinds(name, _BLOCK)
        if closing:
            count = opened(name, 0)
            if count and kind:
                open_now[name] = count - 1
                depth -= 1
                formats -= kind == _FORMAT
            continue
        if kind == _FORMAT:
            formats += 1
        else:
            blocks += 1
            opened_anew += formats
            if opened_anew > _MAX_DEPTH + _MOST_ANEW * blocks:
                return True
        if kind:
            open_now[name] = opened(name, 0) + 1
            depth += 1
            if depth > _MAX_DEPTH:
                return True
    return "<![cdata[" in markup.lower()  # what of it is markup depends on what it stands in


def _tags(markup: str) -> Iterable[tuple[str, str]]:
    """Return the tags of ``markup``: a slash where one closes, and its name as it is written."""
    if "<!--" in markup:
        if markup.rfind("<!--") > markup.rfind("-->"):  # a comment that never ends
            return _odd_tags(markup)
        parts = _PLAIN_OR_COMMENT.split(markup)
        tags: Iterable[tuple[str, str]] = (
            (slash, name) for slash, name in zip(parts[1::3], parts[2::3], strict=True) if name
        )
    else:
        parts = _PLAIN.split(markup)
        tags = zip(parts[1::3], parts[2::3], strict=True)
    return _odd_tags(markup) if "<" in "".join(parts[::3]) else tags


def _odd_tags(markup: str) -> Iterator[tuple[str, str]]:
    """Yield the tags of markup that needs an HTML tokenizer's eye."""
    at = 0
    while tag := next_tag(markup, at):
        yield tag.slash, tag.name
        at = tag.end

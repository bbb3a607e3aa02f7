"""How deep markup nests: what nests without sense keeps an HTML parser busy for minutes."""

from __future__ import annotations

import re
from itertools import pairwise
from string import ascii_lowercase, ascii_uppercase
from typing import TYPE_CHECKING, Final

from pipeline.html.tags import WHITE, next_tag

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

_PLAIN: Final = re.compile(
    rf"""<(?:!>|(/?[a-zA-Z][a-zA-Z0-9:_-]*+)(?:[{WHITE}]++[^{WHITE}"'<>/=]++"""
    rf"""(?:=(?:"[^"<]*+"|'[^'<]*+'|[^{WHITE}"'<>=`]++)|(?!))?+|(?!))*+[{WHITE}]*+/?>|[^<>]*\Z)"""
)
"""A tag as most people write it, which is one to every parser; or one that the text ends in, which is none."""
_COMMENT: Final = re.compile(r"<!--(?:-?>|.*?--!?>)", re.DOTALL)
_CDATA: Final = re.compile(r"<!\[cdata\[", re.IGNORECASE)
_RAW: Final = {
    name: re.compile(rf"</{name}(?=[{WHITE}/>])", re.IGNORECASE)
    for name in "iframe noembed noframes noscript plaintext script style textarea title xmp".split()
}
"""Elements whose content is no markup, and where that ends."""
_FOREIGN: Final = frozenset({"math", "select", "svg"})
"""Elements in which it is markup after all."""
_INTEGRATES: Final = frozenset("annotation-xml desc foreignobject mi mn mo ms mtext template".split())
"""Elements in which the end of one of these may end nothing."""
_UNSURE: Final = "<"
"""Stands among tags for content of which it takes a whole parser to tell whether it is markup."""
_APART: Final = frozenset(
    "annotation-xml applet desc foreignobject marquee mi mn mo ms mtext object select table template".split()
)
"""Elements in which nothing closes that was opened before them (HTML, section 13.2.4.2)."""
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
_OPENS: Final = ascii_lowercase
_CLOSES: Final = ascii_uppercase
_LEVEL: Final = re.compile("|".join(map(str.__add__, _OPENS, _CLOSES)))


def is_too_deep(markup: str) -> bool:
    """Tell whether ``markup`` nests so deep, or repeats its formatting so often, that parsing it takes minutes."""
    opens = markup.count("<")
    if opens <= _MAX_DEPTH or opens - markup.count("</") <= _MAX_DEPTH:
        return False
    tags = _tags(markup)
    seen = {tag: _lower(tag) for tag in set(tags)}
    if _UNSURE in seen or _CDATA.search(markup):
        return True
    return not _are_shallow(tags, seen) and _nest_too_deep(map(seen.__getitem__, tags))


def _lower(tag: str) -> str:
    """Return ``tag`` as HTML does: a Kelvin sign is no k."""
    return tag.lower() if tag.isascii() else tag


def _are_shallow(tags: Sequence[str], seen: Mapping[str, str]) -> bool:
    """Tell fast of ``tags``, if they are well formed but for a few, whether they do not nest too deep.

    ``seen`` are the tags in lower case. What opens and closes at once is taken out, level by level: nowhere is more
    open than there are levels and what is left. With so little formatting open, no block can open too much anew.
    """
    names = sorted({tag.removeprefix("/") for tag in seen.values()})
    nesting = [name for name in names if _KINDS.get(name, _BLOCK)]
    formats = [name for name in nesting if _KINDS.get(name) == _FORMAT]
    if len(nesting) > len(_OPENS):
        return False
    levels, left = _levels(tags, seen, nesting)
    return levels + left <= _MAX_DEPTH and left + sum(_levels(tags, seen, formats)) <= _MOST_ANEW


def _levels(tags: Sequence[str], seen: Mapping[str, str], names: Sequence[str]) -> tuple[int, int]:
    """Return how many levels of elements so named there are in ``tags``, and how many tags have no other side."""
    signs = dict(zip(names, _OPENS, strict=False)) | dict(zip((f"/{name}" for name in names), _CLOSES, strict=False))
    signed = {tag: signs.get(lower, "") for tag, lower in seen.items()}
    left, levels = "".join(map(signed.__getitem__, tags)), 0
    while levels <= _MAX_DEPTH and (shorter := _LEVEL.sub("", left)) != left:
        left, levels = shorter, levels + 1
    return levels, len(left)


def _nest_too_deep(tags: Iterable[str]) -> bool:
    """Tell whether ``tags``, in lower case, nest too deep, or open formatting anew too often.

    A formatting element that is not closed is opened anew in every block after it (HTML, section 13.2.4.3).
    """
    around: list[tuple[str, dict[str, int]]] = [("", {})]
    depth = formats = opened_anew = blocks = 0
    for tag in tags:
        name = tag.removeprefix("/")
        kind = _KINDS.get(name, _BLOCK)
        if tag != name:
            if name == around[-1][0]:
                _, inner = around.pop()
                around[-1][1].update({left: around[-1][1].get(left, 0) + count for left, count in inner.items()})
            open_now = around[-1][1]
            if kind and open_now.get(name):
                open_now[name] -= 1
                depth -= 1
                formats -= kind == _FORMAT
            continue
        if kind == _FORMAT:
            formats += 1
        else:
            blocks += 1
            opened_anew += formats
        if kind:
            open_now = around[-1][1]
            open_now[name] = open_now.get(name, 0) + 1
            depth += 1
        if depth > _MAX_DEPTH or opened_anew > _MAX_DEPTH + _MOST_ANEW * blocks:
            return True
        if name in _APART:
            around.append((name, {}))
    return False


def _tags(markup: str) -> list[str]:
    """Return the names of the tags of ``markup``, in front of each that closes a slash."""
    if markup.rfind("<!--") > max(markup.rfind("-->"), markup.rfind("--!>")):  # each would be looked for to the end
        return list(_odd_tags(markup))
    # A comment becomes <!>, so that one that is a part of a tag leaves that tag odd.
    plain = _COMMENT.sub("<!>", markup) if "<!--" in markup else markup
    found = _PLAIN.findall(plain)
    raw = {tag for tag in set(found) if _lower(tag) in _RAW}
    is_odd = len(found) != plain.count("<") or (
        raw and any(after != f"/{tag}" for tag, after in pairwise([*found, ""]) if tag in raw)
    )
    return list(_odd_tags(markup) if is_odd else filter(None, found))


def _odd_tags(markup: str) -> Iterator[str]:
    """Yield the same of markup that needs an HTML tokenizer's eye."""
    at = foreign = 0
    integrates = False
    while tag := next_tag(markup, at):
        yield tag.slash + tag.name
        at, name = tag.end, _lower(tag.name)
        integrates = integrates or name in _INTEGRATES
        if name in _FOREIGN and not (tag.slash and integrates):
            foreign = max(0, foreign - 1 if tag.slash else foreign + 1)
        elif name in _RAW and not tag.slash:
            over = _RAW[name].search(markup, at)
            if foreign and markup.find("<", at) != (over.start() if over else -1):
                yield _UNSURE
            if over is None:
                return
            at = over.start()

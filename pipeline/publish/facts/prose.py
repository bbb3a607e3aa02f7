"""Markdown of the author's, changed only where it is prose: where links lead, never what blocks of code show."""

from __future__ import annotations

import re
from html import escape, unescape
from itertools import pairwise
from typing import TYPE_CHECKING, Final

from pipeline import post as posts

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

_PLAIN: Final = r"(?:[^\s()<>\\]|\\.|\((?:[^\s()<>\\]|\\.)*\))+"
_TARGET: Final = re.compile(
    r"(?P<code>(?<!`)(?P<ticks>`+)(?!`).*?(?<!`)(?P=ticks)(?!`)|\\[\\`\[\]])"
    rf"|(?P<link>\]\([ \t]*)(?:<(?P<a>[^<>\n]*)>|(?P<b>{_PLAIN}))(?=[ \t\n]*[)\"'(])"
    rf"|(?P<define>^[ ]{{0,3}}\[(?!\^)[^\]\n]+\]:[ \t]*)(?:<(?P<c>[^<>\n]*)>|(?P<d>{_PLAIN}))"
    r"""|(?P<raw><(?:a|img|source|video|audio)\b[^<>]*?\s(?:href|src)=)(?:"(?P<e>[^"<>]*)"|'(?P<f>[^'<>]*)')""",
    re.DOTALL | re.MULTILINE,
)
"""A span of code or a sign that is none, which stay; else what leads to a target of a link, image, definition, tag."""


def parts(text: str) -> Iterator[tuple[bool, str]]:
    """Yield ``text`` in parts that make it up, each with whether it is prose; what is not is a block of code."""
    lines = re.split(r"(?<=\n)", text)
    tokens = posts.commonmark.parse(text) if "```" in text or "~~~" in text or "    " in text or "\t" in text else ()
    code = [token.map for token in tokens if token.type in {"fence", "code_block"} and token.map]
    edges = [0, *(edge for start, end in code for edge in (start, end)), len(lines)]
    for number, (start, end) in enumerate(pairwise(edges)):
        yield number % 2 == 0, "".join(lines[start:end])


def relinked(text: str, change: Callable[[str], str], raw: Callable[[str], str] | None = None) -> str:
    """Return ``text`` with what ``change`` makes of each target of a link, an image or a definition.

    ``raw`` does so for the tags of HTML, which stay as they are without it.
    """

    def changed(found: re.Match[str]) -> str:
        if found["code"] or (found["raw"] and raw is None):
            return found[0]
        head = found["link"] or found["define"] or found["raw"]
        before = next(found[name] for name in "abcdef" if found[name] is not None)
        if found["raw"]:
            return f'{head}"{escape(raw(unescape(before)))}"' if raw else found[0]
        after = change(before)
        return found[0] if after == before else f"{head}{_bracketed(after)}"

    return "".join(_TARGET.sub(changed, part) if is_prose else part for is_prose, part in parts(text))


def _bracketed(target: str) -> str:
    return f"<{target}>" if re.search(r"[\s()']", target) else target

"""CSS as it stands in a letter -> declarations and rules, each with its line. It knows no property."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterator

_COMMENT: Final = re.compile(r"/\*.*?(?:\*/|\Z)", re.DOTALL)
_PIECE: Final = re.compile(r"""[;{}]|"[^"]*(?:"|\Z)|'[^']*(?:'|\Z)|\((?:"[^"]*"|'[^']*'|[^()"'])*\)""")
_WORD: Final = re.compile(r"\S")


@dataclass(frozen=True, slots=True, kw_only=True)
class Declaration:
    """``name: value``, both in small letters, at ``line`` of the text, from 0."""

    name: str
    value: str
    line: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Block:
    """What stands before a brace of a style sheet: the selector, or a rule that begins with @."""

    head: str
    line: int


def declarations(text: str) -> tuple[Declaration, ...]:
    """Return the declarations of a style attribute, in their order."""
    return tuple(each for each in sheet(text) if isinstance(each, Declaration))


def as_mapping(text: str) -> dict[str, str]:
    """Return what a style attribute says of each property in the end, without !important."""
    return {each.name: each.value.replace("!important", "").strip() for each in declarations(text)}


def within(text: str, condition: re.Pattern[str]) -> str:
    """Return the rules of a style sheet that stand in a block of ``@media`` whose head meets ``condition``."""
    text = _COMMENT.sub("", text)
    found, begun, opened, depth = list[str](), 0, None, 0
    for mark in _PIECE.finditer(text):
        if mark[0] == "{":
            if depth == 0 and condition.search(text, begun, mark.start()):
                opened = mark.end()
            depth += 1
        elif mark[0] == "}":
            depth = max(depth - 1, 0)
            if depth == 0 and opened is not None:
                found.append(text[opened : mark.start()])
                opened = None
        if mark[0] in {"{", "}", ";"}:
            begun = mark.end()
    return "\n".join(found)


def sheet(text: str) -> Iterator[Declaration | Block]:
    """Yield what a style sheet holds, in its order."""
    text = _COMMENT.sub(lambda found: "\n" * found[0].count("\n"), text)
    begun = 0
    for mark in _PIECE.finditer(text):
        if mark[0] not in {";", "{", "}"}:
            continue  # what is quoted or in parentheses ends nothing
        yield from _piece(text, begun, mark.start(), opens=mark[0] == "{")
        begun = mark.end()
    yield from _piece(text, begun, len(text), opens=False)


def _piece(text: str, begun: int, ended: int, *, opens: bool) -> Iterator[Declaration | Block]:
    first = _WORD.search(text, begun, ended)
    if first is None:
        return
    words, line = text[first.start() : ended].strip(), text.count("\n", 0, first.start())
    name, colon, value = words.partition(":")
    if opens or words.startswith("@"):
        yield Block(head=" ".join(words.lower().split()), line=line)
    elif colon:
        yield Declaration(name=name.strip().lower(), value=" ".join(value.lower().split()), line=line)

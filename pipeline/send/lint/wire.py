"""A letter on its way: how large it is, how long its lines are, and whether every mail server can carry it."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from pipeline.send.lint.rules import Rule

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pipeline.send.lint.copy import Copy
    from pipeline.send.lint.rules import LetterFinding

MOST: Final = 100_000
MANY: Final = 85_000
"""Bytes of HTML: at the first Gmail is about to cut, at the second it may with the next take."""
LONGEST_LINE: Final = 998
_BARE: Final = re.compile(rb"\r(?!\n)|(?<!\r)\n")
_BEYOND: Final = re.compile(rb"[\x80-\xff\x00]")
_CARRIED: Final = frozenset({"7bit", "quoted-printable"})


def on_the_wire(copy: Copy) -> Iterator[LetterFinding]:
    """Yield what is wrong with a letter as bytes."""
    yield from _size(copy)
    yield from _lines(copy)
    yield from _bits(copy)


def _size(copy: Copy) -> Iterator[LetterFinding]:
    size = len(copy.text_of("text/html").encode())
    told = f"the HTML has {size / 1000:.0f} kB, and Gmail cuts a letter at 102 kB"
    if size >= MOST:
        yield Rule.CLIPPED.found("html", told, "Take out takes, or make an edition of its own of some.")
    elif size >= MANY:
        yield Rule.NEARLY_CLIPPED.found("html", told, "Add nothing more, or make the next edition shorter.")


def _lines(copy: Copy) -> Iterator[LetterFinding]:
    for number, line in enumerate(copy.data.split(b"\r\n"), start=1):
        if len(line) > LONGEST_LINE:
            told = f"the line has {len(line)} bytes; {LONGEST_LINE} are allowed"
            yield Rule.LONG_LINE.found(f"eml:{number}", told, "Shorten the address or the word that cannot be broken.")
    if bare := _BARE.search(copy.data):
        told = "a line ends with half a line's end, which servers read in two ways"
        yield Rule.BARE_NEWLINE.found(_line(copy, bare.start()), told, "End each line with CR and LF.")


def _bits(copy: Copy) -> Iterator[LetterFinding]:
    if beyond := _BEYOND.search(copy.data):
        told = "the letter has a byte that is no ASCII, which some servers do not carry"
        yield Rule.SEVEN_BIT.found(_line(copy, beyond.start()), told, "Encode the part as quoted-printable.")
    for part in copy.parts:
        if part.kind.startswith("text/") and part.encoding not in _CARRIED:
            told = f"the part {part.kind} is encoded as {part.encoding}"
            yield Rule.SEVEN_BIT.found("Content-Transfer-Encoding", told, "Encode it as quoted-printable.")


def _line(copy: Copy, at: int) -> str:
    number = copy.data.count(b"\n", 0, at) + 1
    return f"eml:{number}"

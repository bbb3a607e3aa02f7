"""The lines of a file, one after the other: numbered, decoded, and none of them longer than memory is meant for.

What comes in is a file of any size; what goes out are lines, each whole or with what is wrong with it.
"""

from __future__ import annotations

import codecs
from dataclasses import dataclass
from typing import TYPE_CHECKING, BinaryIO, Final

from pipeline.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

LONGEST: Final = 1_000_000
"""Bytes of a line that is read; a photograph within a card is in lines, or is passed over as one that is too long."""
_UTF16: Final = {codecs.BOM_UTF16_LE: "utf-16-le", codecs.BOM_UTF16_BE: "utf-16-be"}


@dataclass(frozen=True, slots=True)
class Line:
    """A line without its end; ``fault`` says why it cannot be read, and ``text`` is then what can be shown of it."""

    number: int
    text: str
    fault: str = ""


def lines_of(path: Path) -> Iterator[Line]:
    """Yield the lines of a file in UTF-8, UTF-16 or, where none of it is UTF-8, Windows-1252.

    Raises ``UsageError`` where it cannot be read.
    """
    try:
        with path.open("rb") as file:
            mark = file.read(2)
            if mark in _UTF16:
                yield from _of_utf16(path, _UTF16[mark])
                return
            encoding = _encoding(path)
            file.seek(3 if mark + file.read(1) == codecs.BOM_UTF8 else 0)
            yield from _decoded(file, encoding)
    except OSError as error:
        raise UsageError(f"{path} cannot be read: {error.strerror}") from error


def _encoding(path: Path) -> str:
    """Return Windows-1252 where no line that is more than ASCII is UTF-8: a single broken line makes no other file."""
    broken = False
    with path.open("rb") as file:
        for _, data, _ in _bounded(file):
            if data.isascii():
                continue
            try:
                data.decode()
            except UnicodeDecodeError:
                broken = True
            else:
                return "utf-8"
    return "cp1252" if broken else "utf-8"


def _decoded(file: BinaryIO, encoding: str) -> Iterator[Line]:
    for number, data, is_whole in _bounded(file):
        if not is_whole:
            yield Line(number, data[:200].decode(encoding, "replace"), f"is longer than {LONGEST:,} bytes")
            continue
        try:
            yield Line(number, data.decode(encoding, "strict" if encoding == "utf-8" else "replace"))
        except UnicodeDecodeError:
            yield Line(number, data.decode(encoding, "replace"), "is not UTF-8, as the rest of the file is")


def _bounded(file: BinaryIO) -> Iterator[tuple[int, bytes, bool]]:
    """Yield number and bytes of each line; of one that is too long, the beginning, and that it is not whole."""
    number = 0
    while data := file.readline(LONGEST):
        number += 1
        is_whole = data.endswith(b"\n") or len(data) < LONGEST
        rest = data
        while not is_whole and rest and not rest.endswith(b"\n"):
            rest = file.readline(LONGEST)
        yield number, data.rstrip(b"\r\n"), is_whole


def _of_utf16(path: Path, encoding: str) -> Iterator[Line]:
    with path.open(encoding=encoding, errors="replace", newline="\n") as file:
        file.read(1)  # the mark
        number = 0
        while text := file.readline(LONGEST):
            number += 1
            is_whole = text.endswith("\n") or len(text) < LONGEST
            rest = text
            while not is_whole and rest and not rest.endswith("\n"):
                rest = file.readline(LONGEST)
            fault = "" if is_whole else f"is longer than {LONGEST:,} characters"
            yield Line(number, text.rstrip("\r\n") if is_whole else text[:200], fault)

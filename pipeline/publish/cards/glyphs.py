"""Which characters a font file has glyphs for: its `cmap` table read, as OpenType lays it out; Pillow does not tell.

What comes in is a file of a package or of the author's; one that is broken has no characters at all.
"""

from __future__ import annotations

import struct
from functools import lru_cache
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path
    from typing import BinaryIO

_COLLECTION: Final = b"ttcf"
_FULL, _PLANE = 12, 4  # the two formats in use: all of Unicode, and its first 65,536
_LAST: Final = 0x10FFFF
_SURROGATES: Final = range(0xD800, 0xE000)


@lru_cache(maxsize=64)
def characters(path: Path, index: int = 0) -> frozenset[str]:
    """Return the characters that the font at ``index`` of a file can show."""
    try:
        with path.open("rb") as file:
            table = _table(file, index, b"cmap")
        return frozenset(chr(code) for code in _codes(table) if code <= _LAST and code not in _SURROGATES)
    except (OSError, struct.error, StopIteration, MemoryError):
        return frozenset()


def _table(file: BinaryIO, index: int, name: bytes) -> bytes:
    """Return one table of a font. Raises ``struct.error`` and ``StopIteration`` where the file is no font."""
    start = 0
    if file.read(4) == _COLLECTION:
        file.seek(12 + 4 * index)
        (start,) = struct.unpack(">I", file.read(4))
    file.seek(start + 4)
    (count,) = struct.unpack(">H6x", file.read(8))
    entries = (struct.unpack(">4sIII", file.read(16)) for _ in range(count))
    offset, length = next((offset, length) for tag, _, offset, length in entries if tag == name)
    file.seek(offset)
    return file.read(length)


def _codes(table: bytes) -> Iterator[int]:
    """Yield the code points of the widest part of a `cmap` that speaks Unicode."""
    (count,) = struct.unpack_from(">2xH", table)
    places = {struct.unpack_from(">I", table, 8 + 8 * number)[0] for number in range(count)}
    formats = {struct.unpack_from(">H", table, place)[0]: place for place in sorted(places)}
    if _FULL in formats:
        yield from _of_all(table, formats[_FULL])
    elif _PLANE in formats:
        yield from _of_plane(table, formats[_PLANE])


def _of_all(table: bytes, place: int) -> Iterator[int]:
    (count,) = struct.unpack_from(">I", table, place + 12)
    for first, last, glyph in struct.iter_unpack(">III", table[place + 16 : place + 16 + 12 * count]):
        yield from range(first + (glyph == 0), min(last, _LAST) + 1)


def _of_plane(table: bytes, place: int) -> Iterator[int]:
    """Yield the codes of format 4: segments that add to the code, or look their glyphs up in a list behind them."""
    (double,) = struct.unpack_from(">H", table, place + 6)
    numbers = f">{double // 2}H"
    lasts, firsts, deltas, looks = (
        struct.unpack_from(numbers, table, place + 14 + part * double + (2 if part else 0)) for part in range(4)
    )
    for number, (first, last, delta, look) in enumerate(zip(firsts, lasts, deltas, looks, strict=True)):
        listed = place + 16 + 3 * double + 2 * number + look
        for code in range(first, min(last, 0xFFFE) + 1):
            glyph = struct.unpack_from(">H", table, listed + 2 * (code - first))[0] if look else code + delta
            if glyph % 0x10000:
                yield code

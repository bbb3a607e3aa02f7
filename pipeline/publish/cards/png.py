"""Rows of packed colours to a PNG (w3.org/TR/png-3), for pictures of few colours and much paper.

Pillow tries for each row which filter serves best. Here none does, and without trying it takes a third of the time.
"""

from __future__ import annotations

import zlib
from struct import pack
from typing import Final

_SIGNATURE: Final = b"\x89PNG\r\n\x1a\n"
_PALETTE: Final = 3
_LEVEL: Final = 1


def png(rows: bytes, size: tuple[int, int], bits: int, colours: bytes) -> bytes:
    """Return a PNG of ``size`` pixels: ``rows`` of indices of so many ``bits`` into ``colours``, three bytes each."""
    width, height = size
    long = len(rows) // height
    unfiltered = b"".join(b"\0" + rows[at : at + long] for at in range(0, len(rows), long))
    packer = zlib.compressobj(_LEVEL, zlib.DEFLATED, 15, 9, zlib.Z_RLE)
    header = pack(">IIBBBBB", width, height, bits, _PALETTE, 0, 0, 0)
    data = packer.compress(unfiltered) + packer.flush()
    parts = ((b"IHDR", header), (b"PLTE", colours), (b"IDAT", data), (b"IEND", b""))
    return _SIGNATURE + b"".join(_chunk(kind, part) for kind, part in parts)


def _chunk(kind: bytes, data: bytes) -> bytes:
    return pack(">I", len(data)) + kind + data + pack(">I", zlib.crc32(kind + data))

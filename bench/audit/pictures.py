"""The width and height of a picture, read off its first bytes."""

from __future__ import annotations

import re
import struct


def size_of(raw: bytes) -> tuple[int, int] | None:
    """Return width and height of a PNG, GIF, JPEG or WebP; None for what is none of them."""
    if raw[:8] == b"\x89PNG\r\n\x1a\n":
        return struct.unpack(">II", raw[16:24])
    if raw[:4] == b"GIF8":
        return struct.unpack("<HH", raw[6:10])
    if raw[:4] == b"RIFF" and raw[8:16] == b"WEBPVP8X":
        return 1 + int.from_bytes(raw[24:27], "little"), 1 + int.from_bytes(raw[27:30], "little")
    if raw[:4] == b"RIFF" and raw[8:16] == b"WEBPVP8 ":
        width, height = struct.unpack("<HH", raw[26:30])
        return width & 0x3FFF, height & 0x3FFF
    if raw[:2] == b"\xff\xd8" and (frame := re.search(rb"\xff[\xc0-\xc2]..\x08(....)", raw, re.DOTALL)):
        height, width = struct.unpack(">HH", frame[1])
        return width, height
    return None

"""Bytes that no XML parser takes to bytes that it does, each repair named."""

from __future__ import annotations

import re
from typing import Final

_REFERENCE: Final = re.compile(rb"&#(?:0*(\d{1,8})|[xX]0*([\da-fA-F]{1,7}));")
_HIGHEST: Final = 0x10FFFF
_SURROGATES: Final = range(0xD800, 0xE000)


def repaired(body: bytes) -> tuple[bytes, tuple[str, ...]]:
    """Return ``body`` ready for a parser, and what was done to it in words."""
    repairs = []
    text = body.lstrip()
    if text != body and text.startswith(b"<?xml"):
        body = text
        repairs.append("white space before the XML declaration taken away")
    mended = _REFERENCE.sub(_possible, body)
    if mended != body:
        repairs.append("references to characters that do not exist taken away")
    return mended, tuple(repairs)


def _possible(reference: re.Match[bytes]) -> bytes:
    """Return a character reference if XML 1.0 (section 2.2) knows its character, or nothing."""
    code = int(reference[1]) if reference[1] else int(reference[2], 16)
    impossible = code == 0 or code in _SURROGATES or code > _HIGHEST
    return b"" if impossible else reference[0]

"""Plain text: one line without marks that hide, reorder or end it; names for files; digests; sentences."""

from __future__ import annotations

import hashlib
import re
import unicodedata
from functools import lru_cache
from typing import TYPE_CHECKING, Final

from pipeline.model import PlainText, Slug

if TYPE_CHECKING:
    from collections.abc import Sequence

# Marks that reorder, hide or smuggle text: bidirectional ones, spaces and letters without width, tag characters. The
# joiners U+200C and U+200D stay, as Persian and emoji need them.
_HIDDEN: Final = re.compile(
    "[\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180e\u200b\u200e\u200f\u202a-\u202e\u2060-\u206f\u3164\ufeff\uffa0"
    "\ufff9-\ufffb\U0001d173-\U0001d17a\U000e0000-\U000e0fff]"
)
_SPACES: Final = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029\u2800]+")
_NO_TEXT: Final = re.compile(
    f"[\ud800-\udfff\ufdd0-\ufdef{''.join(chr(n) for p in range(17) for n in (p << 16 | 65534, p << 16 | 65535))}]"
)
"""Halves of characters, and code points that are none and never will be (Unicode, section 23.7)."""
_NOT_IN_XML: Final = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff]")
"""What XML 1.0 (section 2.2) has no place for, and the control characters that it only tolerates."""
_ASCII_CONTROLS: Final = bytes(code for code in (*range(32), 127) if code not in b"\t\n\r")
_MOST_MARKS: Final = 30
"""So many marks may stand on one letter (Unicode Standard Annex 15, Stream-Safe Text Format)."""


def plain_text(text: str) -> PlainText:
    """Return ``text``, which is no markup, as one line without control or hidden characters."""
    kept = text if text.isascii() and text.isprintable() else _SPACES.sub(" ", text)
    if not kept.isascii():
        kept = unicodedata.normalize("NFC", _unpiled(_HIDDEN.sub("", _NO_TEXT.sub("", kept))))
    return PlainText(" ".join(kept.split()))


def without_controls(text: str) -> str:
    """Return ``text``, whose lines stay as they are, without what an XML document cannot hold."""
    if text.isascii() and text.encode().translate(None, _ASCII_CONTROLS) == text.encode():
        return text
    return _NOT_IN_XML.sub("", text)


def _unpiled(text: str) -> str:
    """Return ``text`` with no more marks on a letter than any language has: sorting a pile of them takes minutes."""
    if not any(map(unicodedata.combining, text)):
        return text
    kept, pile = [], 0
    for mark in text:
        pile = pile + 1 if unicodedata.combining(mark) else 0
        if pile <= _MOST_MARKS:
            kept.append(mark)
    return "".join(kept)


def looks_like_markup(text: str) -> bool:
    """Tell whether ``text`` holds an element or an entity, so that it was meant as HTML."""
    return bool(re.search(r"</?[a-zA-Z][^<>]*>|&(?:#\d+|#[xX][\da-fA-F]+|[a-zA-Z]\w+);", text))


def shortened(text: PlainText, limit: int) -> PlainText:
    """Return ``text`` cut at a word so that it has at most ``limit`` characters, with an ellipsis where cut."""
    if len(text) <= limit:
        return text
    head = text[: limit - 1]
    return PlainText((head.rsplit(" ", 1)[0] if " " in head else head).rstrip(" ,;:-–—") + "…")


_SLUG_BYTES: Final = 80
"""File systems allow 255 bytes for a whole name."""


@lru_cache(maxsize=4096)  # a site asks for its topics again and again
def slug(text: str) -> Slug:
    """Return ``text`` as one part of a path: ASCII where the letters have a base letter, else as they are."""
    words = re.findall(r"[^\W_]+", "".join(map(_base_letter, plain_text(text))).casefold())
    name = ""
    for word in words:
        longer = f"{name}-{word}" if name else word.encode()[:_SLUG_BYTES].decode("utf-8", "ignore")
        if len(longer.encode()) > _SLUG_BYTES:
            break
        name = longer
    return Slug(name or "untitled")


def _base_letter(letter: str) -> str:
    """Return the ASCII letter under an accent; any other letter as it is."""
    plain = unicodedata.normalize("NFKD", letter)
    return plain[0] if plain[0].isascii() and all(map(unicodedata.combining, plain[1:])) else letter


def digest(text: str) -> PlainText:
    """Return the hash by which ``text`` is known again, and which no other text has."""
    return PlainText("sha256:" + hashlib.sha256(text.encode("utf-8", "replace")).hexdigest())


_SENTENCE_END: Final = re.compile(r"(?<=[.!?…])[\"'”’»)\]]*\s+(?=[\"'“‘«(\[]?[A-ZÀ-ÖØ-Þ0-9])")
_NOT_AN_END: Final = re.compile(
    r"(?:\b(?:Mr|Mrs|Ms|Dr|Prof|St|No|Inc|Ltd|Co|Corp|vs|approx|z\.B|bzw|ca|Nr|[A-Z])|\.\w)\.$"
)


_LONGEST_ABBREVIATION: Final = 12
"""Characters that are enough to see one of these, and what it is not a part of."""


def whole(phrase: str) -> re.Pattern[str]:
    """Return the pattern of ``phrase`` where it stands as whole words, written just so."""
    return re.compile(rf"(?<!\w){re.escape(phrase)}(?!\w)")


def sentences(text: str) -> Sequence[str]:
    """Return ``text`` cut into sentences; each, and all joined by a space, stand in it word for word."""
    parts: list[str] = []
    start = 0
    for end in _SENTENCE_END.finditer(text):
        before = text[max(start, end.start() - _LONGEST_ABBREVIATION) : end.start()]
        if not _NOT_AN_END.search(before):
            parts.append(text[start : end.end()].rstrip())
            start = end.end()
    return [part for part in (*parts, text[start:].strip()) if part]


def kept_text(stored: str) -> PlainText:
    """Name what this module made and the store kept for what it is."""
    return PlainText(stored)

"""Bytes as UTF-8, whatever encoding they are in, declared or not, rightly or not; and text that was encoded twice.

The order is that of RFC 7303 (section 3): a byte order mark, the server's word, the document's own. But bytes that
are valid UTF-8 beyond ASCII are UTF-8, since no other encoding looks like it by chance.
"""

from __future__ import annotations

import codecs
import re
from typing import Final

_MARKS: Final = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
    (b"<\0\0\0", "utf-32-le"),
    (b"\0\0\0<", "utf-32-be"),
    (b"<\0", "utf-16-le"),
    (b"\0<", "utf-16-be"),
    (b"\x4c\x6f\xa7\x94", "cp037"),  # "<?xm" in EBCDIC (XML 1.0, appendix F)
)
_DECLARED: Final = re.compile(rb"""^\s*<\?xml\s[^>]*?encoding\s*=\s*["']([A-Za-z0-9._:-]+)["']""")
_CHARSET: Final = re.compile(r"""charset\s*+=\s*+["']?+\s*+([A-Za-z0-9._:-]++)""", re.IGNORECASE)
_WIDER: Final = {
    "ascii": "cp1252",
    "iso8859-1": "cp1252",
    "iso8859-9": "cp1254",
    "gb2312": "gb18030",
    "gbk": "gb18030",
    "shift_jis": "cp932",
    "euc_kr": "cp949",
    "big5": "big5hkscs",
    "tis-620": "cp874",
}
"""What is meant where these are named, as browsers read them (WHATWG Encoding, section 4.2)."""
_NO_TEXT: Final = frozenset({"base64", "bz2", "hex", "punycode", "quopri", "rot13", "uu", "zlib", "idna", "utf-7"})
_SEVEN_BIT: Final = ("iso2022", "hz")
"""What Python calls the encodings whose bytes look like ASCII and are not."""
_SPECIMEN: Final = 65536
_BEYOND_ASCII: Final = re.compile(rb"[\x80-\xff]+")
_LATIN_RUN: Final = 1.5
"""Words in Cyrillic, Greek or Chinese letters have longer runs of bytes beyond ASCII, on average."""

# What software takes for Latin-1 that is not: the marks that Windows puts where Latin-1 has control characters
# (WHATWG Encoding, windows-1252), and UTF-8 that was taken for Latin-1 and written in UTF-8 once more.
_WINDOWS: Final = {
    code: bytes([code]).decode("cp1252") for code in range(0x80, 0xA0) if code not in {0x81, 0x8D, 0x8F, 0x90, 0x9D}
}
_ESCAPED: Final = {0xDC00 + code: bytes([code]).decode("cp1252", "replace") for code in range(0x80, 0x100)}
"""What bytes are as windows-1252 that Python keeps as halves of characters where they are no UTF-8 (PEP 383)."""


def as_meant(text: str) -> str:
    """Return ``text`` with what was encoded wrongly before it came here as it was meant."""
    if text.isascii():
        return text
    try:
        return text.encode("latin-1").decode("utf-8")
    except UnicodeError:  # which most texts are, at one of their first letters
        return text.translate(_WINDOWS) if any(chr(code) in text for code in _WINDOWS) else text


def in_utf8(body: bytes, content_type: str = "") -> tuple[bytes, tuple[str, ...]]:
    """Return ``body`` in UTF-8 without a byte order mark, and in words what was wrong about its declaration."""
    for mark, codec in _MARKS:
        if body.startswith(mark):
            start = 0 if b"<" in mark or mark[0] == 0x4C else len(mark)  # noqa: PLR2004  (the mark is text itself)
            return _through(body[start:], codec)
    declared = _declared(body, content_type)
    if _is_utf8(body):
        if body.isascii() and declared and declared[0].startswith(_SEVEN_BIT):
            return _through(body, declared[0])
        wrong = declared and declared[0] != "utf-8" and not body.isascii()
        return body, ("the declared encoding is wrong; read as utf-8",) if wrong else ()
    for codec in declared:
        if codec != "utf-8" and (text := _decoded(body, codec)) is not None:
            right = codec == declared[0]
            return text, () if right else (f"the declared encoding is wrong; read as {codec}",)
    return _guessed(body)


def _declared(body: bytes, content_type: str) -> tuple[str, ...]:
    """Return the codecs that the server and the document name, as far as Python has them."""
    said = _CHARSET.search(content_type)
    wrote = _DECLARED.match(body[:1024])
    names = [said[1] if said else "", wrote[1].decode("ascii") if wrote else ""]
    return tuple(dict.fromkeys(codec for name in names if name and (codec := _codec(name))))


def _codec(name: str) -> str | None:
    try:
        codec = codecs.lookup(name).name
        is_text = codec not in _NO_TEXT and "<".encode(codec).decode(codec) == "<"
    except (LookupError, ValueError):
        return None
    return _WIDER.get(codec, codec) if is_text else None


def _is_utf8(body: bytes) -> bool:
    try:
        body.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return True


def _decoded(body: bytes, codec: str) -> bytes | None:
    try:
        return body.decode(codec).encode("utf-8")
    except (UnicodeError, LookupError):
        return None


def _through(body: bytes, codec: str) -> tuple[bytes, tuple[str, ...]]:
    whole = _decoded(body, codec)
    if whole is not None:
        return whole, ()
    return body.decode(codec, "replace").encode("utf-8", "replace"), (f"bytes that are no {codec} replaced",)


def _guessed(body: bytes) -> tuple[bytes, tuple[str, ...]]:
    """Return ``body``, which is not in the encoding that it declares, in the likeliest one."""
    odd = len(body) - len(body.decode("utf-8", "ignore").encode())
    if odd * 4 < len(body) - len(body.translate(None, bytes(range(0x80, 0x100)))):  # most of it is UTF-8
        return _mixed(body), (f"{odd} bytes that are no utf-8 read as windows-1252",)
    codec = "cp1252" if _is_latin(body) else _detected(body)
    text = _decoded(body, codec) if codec else None
    if text is None or codec is None:
        codec, text = "cp1252", body.decode("cp1252", "replace").encode("utf-8")
    return text, (f"the encoding is not declared as it is; read as {codec.replace('cp125', 'windows-125')}",)


def _is_latin(body: bytes) -> bool:
    """Tell whether letters beyond ASCII stand alone among others, as accented ones do in words of Latin letters."""
    beyond = _BEYOND_ASCII.findall(body, 0, _SPECIMEN)
    return sum(map(len, beyond)) < _LATIN_RUN * len(beyond)


def _detected(body: bytes) -> str | None:
    import charset_normalizer

    found = charset_normalizer.from_bytes(body[:_SPECIMEN]).best()
    return _codec(found.encoding) if found else None


def _mixed(body: bytes) -> bytes:
    """Return ``body`` read as UTF-8 with the bytes that are none as windows-1252."""
    return body.decode("utf-8", "surrogateescape").translate(_ESCAPED).encode()

"""The bytes of a mail -> its headers and its parts as text, within bounds. It does not know what they say.

The standard library's parser of whole mails goes as deep as the parts nest and keeps all of them; so only headers go
through it, and parts are cut out here: the first quarter megabyte, forty parts, six levels. What a mail system has to
say of a letter stands before the letter, which comes back last and may be large.
"""

from __future__ import annotations

import base64
import quopri
import re
from dataclasses import dataclass
from email.header import decode_header
from email.parser import HeaderParser
from itertools import islice
from typing import TYPE_CHECKING, Final

from pipeline.html import blocks_of, looks_like_markup

if TYPE_CHECKING:
    from collections.abc import Iterator
    from email.message import Message

MOST_BYTES: Final = 256 * 1024
MOST_PARTS: Final = 40
DEEPEST: Final = 6
_MOST_HEADER: Final = 64 * 1024
_MOST_MARKUP: Final = 64 * 1024
_TEXT_CODECS: Final = re.compile(
    r"(?:utf-?(?:8|16(?:-?[bl]e)?)|us-ascii|ascii|(?:iso-?8859|windows|cp|koi8|big5|gb|euc|iso-?2022|shift|mac)[\w-]*|sjis)",
    re.IGNORECASE,
)
"""Names of character sets that mails use. Python knows codecs besides that unpack, or that take minutes."""
_QUOTED_PAIR: Final = re.compile(r"=\?[^?\s]{1,40}\?[bBqQ]\?[^?\s]{0,400}\?=")


@dataclass(frozen=True, slots=True)
class Part:
    """One part of a mail: its content type, its own headers and its text."""

    kind: str
    headers: Headers
    text: str

    @property
    def attached(self) -> bool:
        """Whether it is the headers of a letter, attached as plain text."""
        attached = self.headers.get("Content-Disposition").lower().startswith("attachment")
        return attached and bool(re.match(r"\s{0,99}[\w-]{1,60}: ", self.text))


class Headers:
    """The headers of a mail or of a part, by name, as text in one line."""

    def __init__(self, text: str) -> None:
        self._read: Message = HeaderParser().parsestr(text[:_MOST_HEADER])

    def all(self, name: str) -> list[str]:
        """Return the values of every header ``name``, encoded words decoded."""
        return [_decoded(str(value)) for value in (self._read.get_all(name) or ())[:MOST_PARTS]]

    def get(self, name: str) -> str:
        """Return the first header ``name``, or an empty text."""
        return next(iter(self.all(name)), "")

    @property
    def kind(self) -> str:
        """The content type, in small letters."""
        return " ".join(self.get("Content-Type").partition(";")[0].lower().split()[:1]) or "text/plain"

    def parameter(self, name: str) -> str:
        """Return a parameter of the content type, or an empty text."""
        found = re.search(
            rf'(?i)(?:^|[;\s]){name}\s{{0,9}}=\s{{0,9}}(?:"([^"]*)"|([^\s;"]+))', self.get("Content-Type")
        )
        return (found[1] or found[2] or "") if found else ""


@dataclass(frozen=True, slots=True)
class Mail:
    """A mail that was taken apart: its headers, and its parts that are no containers, in their order."""

    headers: Headers
    parts: tuple[Part, ...]

    def of(self, *kinds: str) -> list[str]:
        """Return the texts of the parts of these content types."""
        return [part.text for part in self.parts if part.kind in kinds]


def opened(mail: bytes) -> Mail:
    """Return ``mail`` taken apart, as far as the bounds go."""
    text = mail[:MOST_BYTES].decode("utf-8", "surrogateescape").replace("\r\n", "\n").replace("\r", "\n")
    head, body = _cut(re.sub(r"\A(?:\s{0,99}\n)?(?:From [^\n]*\n)?", "", text, count=1))
    headers, parts = Headers(head), []
    for part in _parts(headers, body, 0):
        parts.append(part)
        if part.kind == "message/rfc822" and all(one.kind != "message/delivery-status" for one in parts):
            parts += _report_inside(part)  # a gateway sends on what it was told
        if len(parts) >= MOST_PARTS:
            break
    return Mail(headers=headers, parts=tuple(parts))


def _cut(text: str) -> tuple[str, str]:
    """Return headers and body; without an empty line between, the headers end where none stands."""
    if text.startswith("\n"):
        return "", text[1:]
    head, _, body = text.partition("\n\n")
    return head, body


def _parts(headers: Headers, body: str, depth: int) -> Iterator[Part]:
    kind, boundary = headers.kind, headers.parameter("boundary")
    if kind.startswith("multipart/") and boundary and depth < DEEPEST:
        inside = f"\n{body}".partition(f"\n--{boundary}--")[0]
        pieces = re.split(rf"\n--{re.escape(boundary)}[^\n]*\n?", inside, maxsplit=MOST_PARTS + 1)
        if len(pieces) > 1 or not body.strip():
            for piece in pieces[1:]:
                inner, rest = _cut(piece)
                yield from _parts(Headers(inner), rest, depth + 1)
            return
    yield Part(kind=kind, headers=headers, text=_text(headers, kind, body))


def _report_inside(part: Part) -> list[Part]:
    """Return the parts of a delivery report that ``part``, a mail, is."""
    inner, rest = _cut(part.text)
    headers = Headers(inner)
    return list(islice(_parts(headers, rest, 1), MOST_PARTS)) if headers.kind == "multipart/report" else []


def _text(headers: Headers, kind: str, body: str) -> str:
    """Return ``body`` as the text that it stands for."""
    raw = _unpacked(headers.get("Content-Transfer-Encoding").strip().lower(), body)
    named = headers.parameter("charset")
    text = _as_text(raw, named)
    if kind == "text/html" or (
        kind == "text/plain" and looks_like_markup(text[:400]) and "<html" in text[:400].lower()
    ):
        return "\n".join(blocks_of(text[:_MOST_MARKUP]))
    return text


def _unpacked(encoding: str, body: str) -> bytes:
    raw = body.encode("utf-8", "surrogateescape")
    if encoding == "quoted-printable":
        return quopri.decodestring(raw)
    if encoding == "base64":
        letters = re.sub(rb"[^A-Za-z0-9+/]", b"", raw)
        return base64.b64decode(letters[: len(letters) // 4 * 4] + _rest(letters))
    return raw


def _rest(letters: bytes) -> bytes:
    """Return the last group of base64 with what it lacks, or nothing where it holds no whole byte."""
    rest = letters[len(letters) // 4 * 4 :]
    return rest + b"=" * (4 - len(rest)) if len(rest) > 1 else b""


def _as_text(raw: bytes, named: str) -> str:
    """Return ``raw`` as text, by the character set it names, else by what the bytes are."""
    for name in (named, "utf-8"):
        if _TEXT_CODECS.fullmatch(name):
            try:
                return raw.decode(name).replace("\r\n", "\n")
            except (LookupError, UnicodeError):
                continue
    return raw.decode("cp1252", "replace").replace("\r\n", "\n")


def _decoded(value: str) -> str:
    """Return the value of a header as text in one line."""
    line = " ".join(value[:4000].split())
    return _QUOTED_PAIR.sub(lambda word: _word(word[0]), line) if "=?" in line else line


def _word(word: str) -> str:
    """Return an encoded word (RFC 2047) as text; one that cannot be read stays as it is."""
    try:
        raw, named = decode_header(word)[0]
    except ValueError:  # base64 that is none
        return word
    return raw if isinstance(raw, str) else _as_text(raw, named or "")

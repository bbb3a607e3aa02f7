"""The bytes of a reader's copy -> its fields, its parts, and its HTML as a tree. It judges nothing."""

from __future__ import annotations

import re
from dataclasses import dataclass
from email import message_from_bytes
from email.errors import HeaderParseError
from email.header import decode_header, make_header
from email.utils import getaddresses
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterator
    from email.message import Message

    from lxml.html import HtmlElement

_FOLD: Final = re.compile(r"\r?\n(?=[ \t])")


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """A part of a letter: ``kind`` is its type, ``encoding`` how it travels, ``text`` what it says."""

    kind: str
    encoding: str
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Copy:
    """A letter as one reader has it; ``fields`` are its header fields in their order, each in one line."""

    data: bytes
    fields: tuple[tuple[str, str], ...]
    parts: tuple[Part, ...]
    root: HtmlElement | None

    def all(self, name: str) -> tuple[str, ...]:
        """Return what the fields called ``name`` hold, as they stand."""
        return tuple(value for known, value in self.fields if known.lower() == name.lower())

    def said(self, name: str) -> str:
        """Return what the first field called ``name`` says, decoded; nothing where there is none."""
        return next(map(_decoded, self.all(name)), "")

    def mailboxes(self, name: str) -> tuple[tuple[str, str], ...]:
        """Return the names and addresses that the fields called ``name`` hold."""
        return tuple((_decoded(each), address) for each, address in getaddresses(list(self.all(name))) if address)

    def text_of(self, kind: str) -> str:
        """Return the text of the first part of a kind; nothing where there is none."""
        return next((part.text for part in self.parts if part.kind == kind), "")


def read(data: bytes) -> Copy:
    """Return the letter in ``data``, whatever is wrong with it."""
    message = message_from_bytes(data)
    parts = tuple(_parts(message))
    html = next((part.text for part in parts if part.kind == "text/html"), "")
    fields = tuple((name, _FOLD.sub("", str(value)).strip()) for name, value in message.items())
    return Copy(data=data, fields=fields, parts=parts, root=tree(html))


def _parts(message: Message) -> Iterator[Part]:
    for part in message.walk():
        if part.is_multipart():
            continue
        content = part.get_payload(decode=True)
        text = _text(content, part.get_content_charset("utf-8")) if isinstance(content, bytes) else ""
        encoding = str(part.get("Content-Transfer-Encoding", "7bit")).strip().lower()
        yield Part(kind=part.get_content_type(), encoding=encoding, text=text.replace("\r\n", "\n"))


def _text(content: bytes, charset: str) -> str:
    try:
        return content.decode(charset, "replace")
    except LookupError:  # no charset of that name
        return content.decode("utf-8", "replace")


def _decoded(value: str) -> str:
    try:
        return str(make_header(decode_header(value))).strip()
    except (HeaderParseError, LookupError, ValueError):
        return value


def tree(html: str) -> HtmlElement | None:
    """Return ``html`` as a tree whose elements know their lines; None where it says nothing."""
    from lxml.etree import ParserError
    from lxml.html import HTMLParser, document_fromstring

    parser = HTMLParser(encoding="utf-8", no_network=True, huge_tree=True)
    try:
        return document_fromstring(html.encode("utf-8", "replace"), parser=parser)
    except ParserError:  # nothing but spaces, or comments
        return None

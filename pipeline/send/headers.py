"""Header fields as lines of ASCII, where the standard library's own folding breaks them.

It encodes addresses of List- fields, loses the quotation marks of a long name, drops a space between two encoded words
of a long subject, and decodes in a subject what looks like encoded words.
"""

from __future__ import annotations

import re
from email.header import Header
from email.utils import quote
from typing import TYPE_CHECKING, Final

from pipeline.html import plain_text

if TYPE_CHECKING:
    from collections.abc import Iterable

LONGEST_SUBJECT: Final = 250
LONGEST_WORD: Final = 60
"""Characters; a line of a header should end before 78 (RFC 5322, section 2.1.1)."""
CRLF: Final = "\r\n"
_NO_ADDRESS: Final = re.compile(r"[\s\x00-\x1f\x7f<>]|^$")


def text_line(name: str, text: str) -> str:
    """Return a field that says ``text`` as it stands (RFC 2047 where it is no ASCII)."""
    return f"{name}: {_words(name, text)}{CRLF}"


def address_line(name: str, display_name: str, address: str) -> str:
    """Return a field of one mailbox: the name in quotation marks or encoded (RFC 5322, RFC 2047), then the address.

    Raises ``ValueError`` where the address would end the field.
    """
    if _NO_ADDRESS.search(address):
        raise ValueError(f"{address!r} is no mail address")
    return f"{name}: {_name(name, display_name)}<{address}>{CRLF}"


def list_line(name: str, values: Iterable[str]) -> str:
    """Return a field of a mailing list, which breaks only before the next address (RFC 2369)."""
    return f"{name}: {f',{CRLF} '.join(values)}{CRLF}"


def quotable(name: str) -> str:
    """Return what can stand between quotation marks of a List-Id (RFC 2919)."""
    return plain_text(name).encode("ascii", "ignore").decode().replace("\\", "").replace('"', "")


def _name(field: str, name: str) -> str:
    if not name:
        return ""
    return f'"{quote(name)}"{CRLF} ' if _shows_as_it_is(name) else f"{_words(field, name)}{CRLF} "


def _words(field: str, text: str) -> str:
    folds = max(map(len, text.split()), default=0) < LONGEST_WORD
    charset = "us-ascii" if _shows_as_it_is(text) and folds else "utf-8"
    return Header(text, charset, header_name=field).encode(linesep=CRLF)


def _shows_as_it_is(text: str) -> bool:
    """Tell whether ``text`` is ASCII and not to be taken for an encoded word (RFC 2047)."""
    return text.isascii() and "=?" not in text

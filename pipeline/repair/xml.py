"""UTF-8 that no XML parser takes to UTF-8 that it does, each repair named."""

from __future__ import annotations

import re
from html.entities import html5
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Callable

_CDATA: Final = re.compile(rb"(<!\[CDATA\[.*?\]\]>)", re.DOTALL)
_REFERENCE: Final = re.compile(rb"&#(?:0*(\d{1,8})|[xX]0*([\da-fA-F]{1,7}));?")
_AMPERSAND: Final = re.compile(rb"&(?!(?:amp|lt|gt|quot|apos);|#\d+;|#x[\da-fA-F]+;)([a-zA-Z][a-zA-Z0-9]{1,31};)?")
_CONTROLS: Final = bytes(code for code in range(32) if code not in b"\t\n\r")
_NO_CHARACTER: Final = re.compile(rb"\xef\xbf[\xbe\xbf]|\xed[\xa0-\xbf][\x80-\xbf]")
_DOCTYPE: Final = re.compile(rb"<!DOCTYPE", re.IGNORECASE)
_PROLOG: Final = re.compile(
    rb"""(?:\A<\?xml\s[^>]*+>|(?!))?+(?:
        [^<]++ | <\?.*?(?:\?>|\Z) | <!--.*?(?:-->|\Z)
        | <![Dd][Oo][Cc][Tt][Yy][Pp][Ee] (?:[^\[>"']++|"[^"<>]*+"|'[^'<>]*+'|["']|(?!))*+
          (?:\[ (?:[^\]"'<]++|<!--.*?(?:-->|\Z)|<\?.*?(?:\?>|\Z)|"[^"]*+"|'[^']*+'|[<"']|(?!))*+ \]?+\s*+ | (?!) )?+ >?+
        | <(?![A-Za-z_:\x80-\xff]) | (?!)
    )*+""",
    re.DOTALL | re.VERBOSE,
)
"""All before the first start tag: what may stand there (XML 1.0, section 2.8), and what may not. Each part always
matches, to the end where its own end is missing, so that it takes linear time."""
_HIGHEST: Final = 0x10FFFF
_SURROGATES: Final = range(0xD800, 0xE000)


def without_doctype(body: bytes) -> bytes:
    """Return ``body`` without a document type, and so without entities of its own: nothing to expand or fetch.

    Where one is, all before the first start tag goes with it: behind that no parser takes anything for a document
    type, however it reads what stood before. Nothing is left where the document type has no end. What is ``mended``
    has to pass here again, as control characters may have hidden one.
    """
    found = _PROLOG.match(body)
    end = found.end() if found else 0
    return body[end:] if _DOCTYPE.search(body, 0, end) else body


def mended(body: bytes, *, entities: bool = True) -> tuple[bytes, tuple[str, ...]]:
    """Return ``body``, over which a parser stumbled, ready for another try, and what was done to it in words.

    ``entities`` are to be left to a parser that knows those of HTML itself.
    """
    repairs = []
    for repair, words in _REPAIRS if entities else _REPAIRS[:-1]:
        better = repair(body)
        if better != body:
            body = better
            repairs.append(words)
    return body, tuple(repairs)


def _from_the_first_tag(body: bytes) -> bytes:
    at = body.find(b"<")
    return body[at:] if at > 0 else body


def _without_controls(body: bytes) -> bytes:
    return _NO_CHARACTER.sub(b"", body.translate(None, _CONTROLS))


def _with_possible_references(body: bytes) -> bytes:
    return _outside_cdata(body, lambda text: _REFERENCE.sub(_possible, text))


def _with_known_entities(body: bytes) -> bytes:
    return _outside_cdata(body, lambda text: _AMPERSAND.sub(_known, text))


_REPAIRS: Final = (
    (_from_the_first_tag, "what stood before the XML taken away"),
    (_without_controls, "control characters taken away"),
    (_with_possible_references, "references to characters that do not exist taken away"),
    (_with_known_entities, "entities that XML does not know, and bare ampersands, written out"),
)


def _outside_cdata(body: bytes, change: Callable[[bytes], bytes]) -> bytes:
    ended = body.rfind(b"]]>") + 3  # behind the last end, nothing is looked for: each beginning would look to the end
    if ended < 3 or b"<![CDATA[" not in body:  # noqa: PLR2004
        return change(body)
    parts = (part if part.startswith(b"<![CDATA[") else change(part) for part in _CDATA.split(body[:ended]))
    return b"".join((*parts, change(body[ended:])))


def _possible(reference: re.Match[bytes]) -> bytes:
    """Return a character reference if XML 1.0 (section 2.2) knows its character, or nothing."""
    code = int(reference[1]) if reference[1] else int(reference[2], 16)
    control = code < 32 and code not in b"\t\n\r"  # noqa: PLR2004  (a space)
    return b"" if control or code in _SURROGATES or code > _HIGHEST else b"&#%d;" % code


def _known(ampersand: re.Match[bytes]) -> bytes:
    """Return the characters of an HTML entity, or an ampersand that is one and no more."""
    name = (ampersand[1] or b"").decode("ascii")
    if name in html5:
        return "".join(f"&#{ord(mark)};" for mark in html5[name]).encode("ascii")
    return b"&amp;" + name.encode("ascii")

"""Web addresses in a text, as X and Mastodon find them (twitter-text, version 3): each counts the same there.

An address that begins with http:// or https:// needs a top-level domain that exists. X takes ``example.org`` for one,
too, where nothing before it speaks against that.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import regex
from tld import is_tld

if TYPE_CHECKING:
    from collections.abc import Iterator

    Span = tuple[int, int]

_LETTER: Final = r"[^\s!-/:-@\[-`{-~\p{Cc}\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069\ufffe\uffff\ufeff]"
"""What a label of a domain may hold besides a hyphen: all that is no ASCII punctuation, no space and no control."""
_LABEL: Final = rf"{_LETTER}(?:(?:{_LETTER}|[-_])*{_LETTER})?"
_ASCII: Final = r"[a-z0-9\u00c0-\u024f](?:[a-z0-9_\-\u00c0-\u024f]*[a-z0-9\u00c0-\u024f])?"
_BEFORE: Final = r"(?<![A-Za-z0-9@＠$#＃\ufffe\uffff\ufeff])"
_LATIN: Final = (
    r"\u00c0-\u00d6\u00d8-\u00f6\u00f8-\u024f\u0253-\u0254\u0256-\u0257\u0259\u025b\u0263\u0268"
    r"\u026f\u0272\u0289\u028b\u02bb\u0300-\u036f\u1e00-\u1eff"
)
_CYRILLIC: Final = r"\u0400-\u04ff"
_PATH_CHAR: Final = rf"[a-z0-9!*';:=+,.$/%#\[\]\-–_~@|&{_LATIN}{_CYRILLIC}]"
_INNER: Final = rf"{_PATH_CHAR}*"
_PARENTHESES: Final = rf"\((?:{_INNER}|{_INNER}\({_INNER}\){_INNER})\)"
_PATH_END: Final = rf"(?:[+\-a-z0-9=_#/{_LATIN}{_CYRILLIC}]|{_PARENTHESES})"
_X_REST: Final = regex.compile(
    rf"(?::[0-9]+)?(?:/(?:(?:{_PATH_CHAR}|{_PARENTHESES})*{_PATH_END})?)?"
    r"(?:\?[a-z0-9!?*'@();:&=+$/%#\[\]\-_.,~|]*[a-z0-9\-_&=#/])?",
    regex.IGNORECASE,
)
"""What may follow the host of an address at X: port, path and query, without the mark that ends a sentence."""
_OPEN: Final = r"[^\s<>()?]"
_SHUT: Final = r"(?:[^\s()?!*\"'「」<>;:=,.$%\[\]~&|@]|\([^\s<>()?]*\))"
_MASTODON_REST: Final = regex.compile(
    rf"(?::[0-9]+)?(?:/(?:(?:{_OPEN}|\({_OPEN}*\))*{_SHUT})?)?(?:\?[^\s<>()]*[^\s()?!*\"'「」<>;:,.$%\[\]~|@])?",
    regex.IGNORECASE,
)
"""The same at Mastodon, where a path may have the letters of any writing."""
_WHOLE: Final = regex.compile(rf"{_BEFORE}https?://((?:{_LABEL}\.)+{_LABEL})", regex.IGNORECASE)
_BARE: Final = regex.compile(rf"(?<![A-Za-z0-9@＠$#＃\-_./])((?:{_ASCII}\.)+{_ASCII})", regex.IGNORECASE)
_MOST: Final = 100_000
"""Characters of a text that is looked through; a share has a few thousand."""


def at_x(text: str) -> list[Span]:
    """Return where each address begins and ends, by the rules of X."""
    whole = list(_found(_WHOLE, _X_REST, text))
    taken = [range(start, end) for start, end in whole]
    bare = [(start, end) for start, end in _found(_BARE, _X_REST, text) if not any(start in one for one in taken)]
    return sorted(whole + bare)


def at_mastodon(text: str) -> list[Span]:
    """Return where each address begins and ends, by the rules of Mastodon, which wants http:// before it."""
    return list(_found(_WHOLE, _MASTODON_REST, text))


def _found(begin: regex.Pattern[str], rest: regex.Pattern[str], text: str) -> Iterator[Span]:
    """Yield the addresses that ``begin`` finds; ``rest`` tells how far each goes."""
    at = 0
    while found := begin.search(text, at, min(len(text), _MOST)):
        host = _host(found[1], text[found.end(1) : found.end(1) + 1])
        at = max(found.start() + 1, found.start(1) + 1)
        if host:
            end = found.start(1) + len(host)
            after = rest.match(text, end) if end == found.end(1) else None
            end = after.end() if after else end
            yield found.start(), end
            at = end


def _host(labels: str, following: str) -> str:
    """Return so much of ``labels`` as is a domain that can be: its end is a top-level domain; nothing where none is."""
    parts = labels.split(".")
    while len(parts) > 1:
        name, top = parts[-2], parts[-1].lower()
        fits = not (following.isascii() and following.isalnum()) and following != "@"
        if fits and "_" not in name and _is_top(top):
            return ".".join(parts)
        following = "."
        parts.pop()
    return ""


def _is_top(label: str) -> bool:
    return label.startswith("xn--") or (not label.isdigit() and bool(is_tld(label)))

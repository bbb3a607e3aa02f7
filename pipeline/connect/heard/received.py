"""A webmention to a decision (https://www.w3.org/TR/webmention/): is it one, and what is kept of it. Pure rules."""

from __future__ import annotations

from enum import Enum, auto
from http import HTTPStatus
from typing import TYPE_CHECKING, Final
from urllib.parse import urldefrag, urlsplit

from pipeline.html import plain_text, safe_url
from pipeline.model import NO_TEXT, Echo, EchoKind
from pipeline.page.mention import Said, links_to

if TYPE_CHECKING:
    from datetime import datetime

    from pipeline.model import SafeUrl

LONGEST: Final = 2000
"""Characters of an address."""
_HTML: Final = frozenset({"text/html", "application/xhtml+xml"})
_TEXTS: Final = ("text/", "application/json")


class Verdict(Enum):
    """``GONE`` takes away what was kept; of ``SILENT``, nobody knows whether it still links; ``MISSING`` is no page."""

    LINKS = auto()
    GONE = auto()
    MISSING = auto()
    SILENT = auto()


def addresses(source: str, target: str) -> tuple[SafeUrl, SafeUrl] | str:
    """Return both addresses of a webmention, clean; or what is wrong with them, in a sentence."""
    if max(len(source), len(target)) > LONGEST:
        return "an address is too long"
    clean = safe_url(source.strip(), tracking=True), safe_url(target.strip(), tracking=True)
    if clean[0] is None or clean[1] is None:
        return "source and target must be web addresses that begin with http:// or https://"
    if urldefrag(clean[0])[0] == urldefrag(clean[1])[0]:
        return "source and target must be different pages"
    return clean[0], clean[1]


def key_of(source: str, target: str) -> str:
    """Return the key by which the mention of ``target`` in ``source`` is known again."""
    return f"webmention {source} {urldefrag(target)[0]}"


def verdict(status: int, content_type: str, text: str, base: str, target: str) -> Verdict:
    """Return whether a page that was answered with ``status`` links to ``target``."""
    if status == HTTPStatus.GONE:
        return Verdict.GONE
    if status == HTTPStatus.NOT_FOUND:
        return Verdict.MISSING
    if status != HTTPStatus.OK:
        return Verdict.SILENT
    kind = content_type.partition(";")[0].strip().lower()
    if kind in _HTML:
        return Verdict.LINKS if links_to(text, base, target) else Verdict.GONE
    if kind.startswith(_TEXTS):
        return Verdict.LINKS if target in text else Verdict.GONE
    return Verdict.GONE


def echo_of(source: SafeUrl, target: str, said: Said | None, now: datetime) -> Echo:
    """Return what is kept of a page that links; ``said`` is what could be read of it."""
    host = plain_text(urlsplit(source).hostname or "")
    at = said.at if said and said.at and said.at <= now else now
    return Echo(
        id=0,
        kind=said.kind if said else EchoKind.WEBMENTION,
        author=said.author if said else host,
        said=said.words if said else NO_TEXT,
        source=source,
        about=urldefrag(target)[0],
        at=at,
    )

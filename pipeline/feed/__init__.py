"""The format of feeds: RSS 0.90 to 2.0, RDF, Atom 0.3 and 1.0, JSON Feed, however badly written.

What comes in is a body with its address and media type; what goes out is a ``ParsedFeed`` whose every text is clean,
or ``Unreadable`` with the cause in words. libxml2 reads what is XML or nearly so; feedparser, slow and tolerant, the
rest. It knows nothing of the web, of the store or of the time.
"""

from __future__ import annotations

import zlib
from dataclasses import replace
from typing import Final

from pipeline.feed import jsonfeed
from pipeline.model import ParsedFeed, Unreadable

MAX_BYTES: Final = 32 * 2**20
_GZIP: Final = b"\x1f\x8b"


def parse(body: bytes, url: str = "", content_type: str = "", max_bytes: int = MAX_BYTES) -> ParsedFeed | Unreadable:
    """Return the feed in ``body``, which was served from ``url`` (the base of relative links) as ``content_type``.

    A body that is a compressed file is unpacked to at most ``max_bytes``.
    """
    if body.startswith(_GZIP):
        inflated = _inflated(body, max_bytes)
        feed = parse(inflated, url, content_type) if isinstance(inflated, bytes) else inflated
        unpacked = "compressed without saying so; unpacked"
        return feed if isinstance(feed, Unreadable) else replace(feed, repairs=(unpacked, *feed.repairs))
    if not body.strip():
        return Unreadable(cause="is empty")
    if jsonfeed.looks_like(body):
        return jsonfeed.parse(body, url)
    from pipeline.feed import xmlfeed

    return xmlfeed.parse(body, url, content_type)


def _inflated(body: bytes, max_bytes: int) -> bytes | Unreadable:
    """Unpack a compressed file, which some servers send without saying so."""
    try:
        inflated = zlib.decompressobj(zlib.MAX_WBITS | 16).decompress(body, max_bytes + 1)
    except zlib.error:
        return Unreadable(cause="is a compressed file that is broken")
    if len(inflated) > max_bytes or inflated.startswith(_GZIP):
        return Unreadable(cause=f"is a compressed file of more than {max_bytes // 2**20} MB")
    return inflated

"""What an HTTP status without a feed means for the author (RFC 9110, section 15)."""

from __future__ import annotations

from http import HTTPStatus
from typing import Final

_KNOWN: Final = {
    401: "wants a password (401), which Byline does not give",
    403: "refuses us (403); the publisher may not want programs",
    404: "is not there (404); look for its new address on the publisher's site",
    410: "is gone for good (410); `byline feeds remove` takes it out",
    429: "has been asked too often (429); it will answer again later",
}
_SERVER_FAULT = 500


def status_in_words(status: int) -> str:
    """Return what an HTTP status without a feed means for the author."""
    if status in _KNOWN:
        return _KNOWN[status]
    try:
        phrase = f"{status} {HTTPStatus(status).phrase}"
    except ValueError:
        phrase = str(status)
    if status >= _SERVER_FAULT:
        return f"has a fault on its own side ({phrase}); the next pull tries again"
    return f"answers {phrase} instead of a feed"

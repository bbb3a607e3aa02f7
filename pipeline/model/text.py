"""The four kinds of text that come from outside, made by ``pipeline.html`` alone, and moments in UTC."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Final, NewType

PlainText = NewType("PlainText", str)
"""Text without markup and without control or direction-changing characters; safe in a terminal."""
SafeHtml = NewType("SafeHtml", str)
"""An HTML fragment that holds only allowed elements, attributes and URLs."""
SafeUrl = NewType("SafeUrl", str)
"""An absolute http or https URL without credentials, spaces, quotes or control characters."""
Slug = NewType("Slug", str)
"""Lower-case words joined by ``-``: one part of a path or a URL, never empty, never a dot."""


NO_TEXT: Final = PlainText("")
"""What stands where there is nothing to say."""


def utc(moment: datetime) -> datetime:
    """Return ``moment`` in UTC. Raises ``ValueError`` for a naive one."""
    if moment.tzinfo is None:
        raise ValueError(f"{moment!r} has no time zone")
    return moment.astimezone(UTC)

"""What came of asking for a feed, before it is read."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

    from pipeline.model import SafeUrl


@dataclass(frozen=True, slots=True, kw_only=True)
class Fetched:
    """The body of a feed and what to remember for the next time; validators are kept byte for byte.

    ``partial`` is a body of only what is new (RFC 3229, section 10.4.1).
    """

    url: str
    body: bytes
    body_hash: str = ""
    partial: bool = False
    headers: Mapping[str, str] = field(default_factory=dict)
    moved_to: SafeUrl | None = None

    @property
    def content_type(self) -> str:
        """What the server says that the body is."""
        return self.headers.get("Content-Type", "")

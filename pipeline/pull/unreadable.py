"""What a body is that is no feed."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Unreadable:
    """Why there is no feed in a body, as a part of a sentence: "the feed <cause>"."""

    cause: str

"""What a card says, and the same in words for who cannot see it. Knows nothing of posts, fonts and pixels."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Final

_ENDS: Final = (".", "!", "?", "…", "。", "！", "？", "؟", "।")


class Direction(StrEnum):
    """Where the lines of a card start; ``AUTO``: as the title's first letter reads."""

    AUTO = "auto"
    LTR = "ltr"
    RTL = "rtl"


@dataclass(frozen=True, slots=True, kw_only=True)
class Card:
    """The facts of one picture. A page that is no post has the site's line where a post has its kind and day."""

    site_name: str
    title: str
    line: str = ""
    """One quiet line below, such as ``Essay · 4 November 2026``."""
    topics: str = ""
    """One line above the title, in the colour of links; left out where empty."""
    language: str = "en"
    """The site's language: Chinese, Japanese and Korean write some characters each in its own form."""
    direction: Direction = Direction.AUTO


def alt_of(card: Card) -> str:
    """Return the words of the picture in the order in which an eye reads them."""
    parts = (" ".join(part.split()) for part in (card.title, card.site_name, card.line, card.topics))
    return " ".join(part if part.endswith(_ENDS) else f"{part}." for part in dict.fromkeys(parts) if part)

"""What is known of a site that was built."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from datetime import date
    from pathlib import Path


@dataclass(frozen=True, slots=True, kw_only=True)
class Site:
    """A built site: where it is, what it holds, and what was warned of.

    Of its ``pages``, ``fresh`` were built anew; ``slowed`` says why it was all of them, where that was so. ``moved``
    tells which posts have another address than before, and ``held`` what is kept back. ``days`` are the first and the
    last one for which the site is right as it is.
    """

    folder: Path
    posts: int
    pages: int
    fresh: int
    slowed: str
    moved: tuple[str, ...]
    held: tuple[str, ...]
    days: tuple[date, date]
    warnings: tuple[str, ...]

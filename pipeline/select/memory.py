"""What the author has written about already: such a story is not new, and is not offered again."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

    from pipeline.model import SafeUrl, Story


def not_yet_written(stories: Iterable[Story], written: frozenset[SafeUrl]) -> tuple[Story, ...]:
    """Return the stories of which no entry's link is among the sources of a published post."""
    return tuple(story for story in stories if written.isdisjoint(entry.link for entry in story.entries))

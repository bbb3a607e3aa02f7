"""Which posts the built site does not show as they are now."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pipeline import post as posts

if TYPE_CHECKING:
    from pathlib import Path

    from pipeline.settings.sections import Settings


def unbuilt(settings: Settings) -> tuple[Path, ...]:
    """Return the posts that have no page in the site's folder, or one that is older than they are."""
    return tuple(path for path in posts.paths(settings.content) if not _is_built(path, settings.output))


def _is_built(path: Path, site: Path) -> bool:
    page = site / posts.POSTS / path.stem / "index.html"
    return page.is_file() and page.stat().st_mtime >= path.stat().st_mtime

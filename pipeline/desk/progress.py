"""How far each draft has come, in words; what was found out is remembered until something changes that it hangs on.

A check takes a tenth of a second, and there may be a hundred drafts. It hangs on the draft, on what is stored, on the
settings, and on the author's other files, which links may lead to: of other drafts only their names count here.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pipeline import post as posts
from pipeline.errors import PostError
from pipeline.post import files
from pipeline.post.approval import approval

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from pipeline.app import App
    from pipeline.model import Finding, Post


class Progress:
    """Remembers for each draft how far it had come, and by what that would change."""

    def __init__(self) -> None:
        self._known: dict[Path, tuple[Any, dict[str, Any]]] = {}

    def of(self, app: App, paths: Sequence[Path]) -> list[dict[str, Any]]:
        """Return name, title and state of each of the drafts at ``paths``."""
        around = _around(app)
        now = {path: (files.mark_of(path), around) for path in paths}
        for path, key in now.items():
            if around is None or self._known.get(path, (None,))[0] != key:
                self._known[path] = key, _told(app, path)
        self._known = {path: self._known[path] for path in paths}
        return [told for _, told in self._known.values()]


def _around(app: App) -> Any:
    """Return what changes with all that a check hangs on besides the draft; None where the store does not tell."""
    place = app.settings.database_url
    if not isinstance(place, Path):
        return None
    store = [_state(f"{place}{end}") for end in ("", "-wal")]
    return store, app.settings.write, tuple(_content(app.settings.content))


def _content(content: Path) -> Iterator[tuple[Any, ...]]:
    for place, _, names in os.walk(content):
        is_drafts = Path(place) == content / posts.DRAFTS
        yield place, *((name, None if is_drafts else _state(f"{place}/{name}")) for name in sorted(names))


def _state(path: str) -> tuple[int, int] | None:
    try:
        found = os.stat(path)  # noqa: PTH116  (thousands of them)
    except OSError:
        return None
    return found.st_size, found.st_mtime_ns


def _told(app: App, path: Path) -> dict[str, Any]:
    found = [finding for finding in app.check(path) if finding.accepted is None]
    try:
        post = posts.read(path)
    except PostError:
        return {"name": path.stem, "title": path.stem, "state": "no post yet"}
    return {"name": path.stem, "title": post.title, "state": _said(post, found)}


def _said(post: Post, found: Sequence[Finding]) -> str:
    """Return how far ``post`` has come, in words."""
    errors = sum(finding.hinders for finding in found)
    if errors:
        return f"draft: {errors} to mend"
    thoughts = f", {len(found)} to think about" if found else ""
    approved = approval(post)
    return (f"approved by {approved.by}" if approved else "checked") + thoughts

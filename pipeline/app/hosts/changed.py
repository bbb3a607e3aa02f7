"""Which posts differ from what the repository had."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pipeline import post as posts
from pipeline.app.hosts.git import git
from pipeline.errors import UsageError

if TYPE_CHECKING:
    from pathlib import Path

    from pipeline.settings.sections import Settings


def changed(settings: Settings, since: str, *folders: str) -> tuple[Path, ...]:
    """Return the posts and drafts in ``folders`` that are new or other than in the commit that ``since`` names.

    What was changed there meanwhile does not count: posts are compared with where both parted.
    """
    if since.startswith("-"):
        raise UsageError(f"--since {since} is no name of a commit")
    base = git(settings.root, "merge-base", since, "HEAD").decode().strip()
    said = git(settings.root, "diff", "--relative", "--name-only", "-z", "--diff-filter=d", "--no-ext-diff", base, "--")
    said += git(settings.root, "ls-files", "--others", "--exclude-standard", "-z")
    names = {name for name in said.decode("utf-8", "surrogateescape").split("\0") if name}
    known = [
        path for folder in folders or (posts.POSTS, posts.DRAFTS) for path in posts.paths(settings.content, folder)
    ]
    return tuple(path for path in known if path.relative_to(settings.root).as_posix() in names)

"""Which posts differ from what the repository had."""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

from pipeline import post as posts
from pipeline.app.hosts.git import git
from pipeline.errors import PostError, UsageError

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from pipeline.model import Post
    from pipeline.settings.sections import Settings


def changed(settings: Settings, since: str, *folders: str) -> tuple[Path, ...]:
    """Return the posts and drafts in ``folders`` that are new or other than in the commit that ``since`` names.

    What was changed there meanwhile does not count: posts are compared with where both parted.
    """
    base = _parted(settings.root, since)
    said = _differing(settings.root, base, "--relative", "--diff-filter=d")
    names = {*said, *_names(git(settings.root, "ls-files", "--others", "--exclude-standard", "-z"))}
    known = [
        path for folder in folders or (posts.POSTS, posts.DRAFTS) for path in posts.paths(settings.content, folder)
    ]
    return tuple(path for path in known if path.relative_to(settings.root).as_posix() in names)


def taken_away(settings: Settings, since: str) -> tuple[Post, ...]:
    """Return the posts, drafts apart, that are gone since the commit at which ``since`` and what is here parted."""
    base = _parted(settings.root, since)
    folder = (settings.content / posts.POSTS).relative_to(settings.root)
    gone = (Path(name) for name in _differing(settings.root, base, "--relative", "--diff-filter=D"))
    return tuple(
        _legible(settings.root, base, [path for path in gone if path.parent == folder and path.suffix == ".md"])
    )


def _legible(root: Path, commit: str, paths: Iterable[Path]) -> Iterator[Post]:
    for path in paths:
        with suppress(PostError):
            yield posts.parse(
                git(root, "show", f"{commit}:./{path.as_posix()}").decode("utf-8", "replace"), root / path
            )


def others(settings: Settings, since: str, seen: Sequence[Path]) -> tuple[str, ...]:
    """Return the names, from the top of the repository, of what else was changed or taken away there since."""
    top = Path(git(settings.root, "rev-parse", "--show-toplevel").decode().rstrip("\n"))
    known = {path.relative_to(settings.root).as_posix() for path in seen}
    inside = settings.root.resolve().relative_to(top.resolve()).as_posix()
    known = known if inside == "." else {f"{inside}/{name}" for name in known}
    return tuple(name for name in _differing(top, _parted(settings.root, since)) if name not in known)


def _parted(root: Path, since: str) -> str:
    """Return the commit at which ``since`` and what is here parted."""
    if since.startswith("-"):
        raise UsageError(f"--since {since} is no name of a commit")
    return git(root, "merge-base", since, "HEAD").decode().strip()


def _differing(root: Path, base: str, *more: str) -> list[str]:
    return _names(git(root, "diff", "--name-only", "--no-renames", "-z", "--no-ext-diff", *more, base, "--"))


def _names(said: bytes) -> list[str]:
    return [name for name in said.decode("utf-8", "surrogateescape").split("\0") if name]

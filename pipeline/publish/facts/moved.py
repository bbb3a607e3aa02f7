"""Links to a post by a name that its file had before: they lead to the file that it has now."""

from __future__ import annotations

from posixpath import normpath, relpath
from typing import TYPE_CHECKING, Final
from urllib.parse import quote, unquote

from pipeline import post as posts
from pipeline.publish.facts import places
from pipeline.publish.facts.prose import relinked

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import PurePosixPath

    from pipeline.model import Post

_END: Final = ".md"
_LONGEST: Final = 3 * 255
"""Characters of the longest name of a file, as an address has it."""


def named(text: str, moved: Mapping[str, Post]) -> tuple[tuple[str, str], ...]:
    """Return the old names of posts that stand in ``text``, each with the new one; ``moved`` has the posts by them."""
    if not moved or _END not in text:
        return ()
    stems = tuple(name.removesuffix(_END) for name in moved)
    before = [unquote(part[-_LONGEST:]) for part in text.split(_END)[:-1]]
    found = {f"{stem}{_END}" for part in before if part.endswith(stems) for stem in stems if part.endswith(stem)}
    return tuple((name, moved[name].path.name) for name in sorted(found))


def followed(text: str, page: PurePosixPath, moved: Mapping[str, Post]) -> str:
    """Return ``text``, that of the file ``page`` in content/, with links to where posts are now."""
    if not named(text, moved):
        return text

    def now(target: str) -> str:
        place, sign, part = target.partition("#")
        folder, _, name = normpath((page.parent / unquote(place)).as_posix()).rpartition("/")
        if folder != posts.POSTS or name not in moved or ":" in place:
            return target
        return quote(relpath(places.post_file(moved[name]), page.parent.as_posix())) + sign + part

    return relinked(text, now)

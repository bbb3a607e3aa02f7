"""Posts whose files got other names since the site was built: their old addresses go on working.

The old name is written into the front matter (``aliases:``), so that whoever builds the site next knows it too.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from pipeline import post as posts
from pipeline import yamltext
from pipeline.errors import PostError, PublishError
from pipeline.post import files
from pipeline.post.alike import are_one
from pipeline.publish.facts.reading import READ
from pipeline.publish.ground.remembered import load
from pipeline.publish.stamp import built_posts

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from pipeline.model import Post
    from pipeline.publish.stamp import Stamp
    from pipeline.settings.sections import Settings

_FORGOTTEN: Final = "The site is not published: posts got other names, and what is written here is thrown away:"


def renamed(before: Sequence[Post], now: Sequence[Post]) -> Iterator[tuple[Post, Post]]:
    """Yield each post of ``now`` that stood under another name ``before``, with what it was then."""
    names = {post.path.name for post in now}
    known = {post.path.name for post in before}
    gone = [post for post in before if post.path.name not in names]
    for post in now:
        if post.path.name not in known:
            was = next((old for old in gone if are_one(old, post)), None)
            if was is not None:
                gone.remove(was)
                yield post, was


def follow(settings: Settings, stamp: Stamp, work: Path, *, strict: bool = False) -> tuple[str, ...]:
    """Note the old name of each post that was renamed since the last build; return what was done, in words.

    Raises ``PublishError`` if ``strict`` where that would be noted on a machine that is thrown away, and forgotten.
    """
    last = built_posts(work)
    if not last.keys() - stamp.posts.keys():
        return ()
    before = list((load(work / "posts", READ) or {}).values())
    found = renamed(before, list(_legible(settings)))
    if not (strict and settings.is_thrown_away):
        return tuple(_noted(post, was) for post, was in found)
    if untold := ["; ".join(to_be_noted(post, was)) for post, was in found if was.path.stem not in post.aliases]:
        raise PublishError(_FORGOTTEN, untold)
    return ()


def _legible(settings: Settings) -> Iterator[Post]:
    for path in posts.paths(settings.content):
        try:
            yield posts.read(path)
        except PostError:  # the build says what is wrong with it
            continue


def _noted(post: Post, was: Post) -> str:
    old, new = was.path.stem, post.path.stem
    try:
        names = [name for name in (*was.aliases, old) if name not in post.aliases]
        loaded = files.load(post.path)
        matter = yamltext.append_items(post.matter, ("aliases",), names)
        files.save(post.path, loaded.text.replace(post.matter, matter, 1), loaded.mark)
    except (ValueError, PostError, files.ChangedOutsideError):  # only the author can write it there
        return "; ".join(to_be_noted(post, was))
    return f"posts/{old}/ is now posts/{new}/, and leads there: see aliases: in {post.path.name}"


def to_be_noted(post: Post, was: Post) -> tuple[str, str]:
    """Return that ``post`` was called otherwise, and what to do about it, as two sentences."""
    old, new = was.path.stem, post.path.stem
    return (
        f"posts/{old}/ is now posts/{new}/",
        f"write `aliases: [{old}]` into {post.path.name}, or the old address ends",
    )

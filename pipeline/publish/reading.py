"""The posts of the site, read from their files; one that did not change is not read again."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import replace
from hashlib import blake2b
from typing import TYPE_CHECKING, Final

from pipeline import post as posts
from pipeline.errors import PostError, PublishError
from pipeline.publish.catalogue import newest_first
from pipeline.publish.remembered import load, save

if TYPE_CHECKING:
    from pathlib import Path

    from pipeline.model import Post
    from pipeline.settings.sections import Settings

_NOTE: Final = "posts"


def published(settings: Settings, memory: Path | None = None) -> tuple[Post, ...]:
    """Return the posts of the site, the newest first; ``memory`` is a folder that remembers them for the next time.

    Raises ``PublishError`` with every post that is broken.
    """
    known = (load(memory / _NOTE) if memory else None) or {}
    found: dict[str, Post] = {}
    broken = []
    for path in posts.paths(settings.content):
        try:
            key = _key(path)
            found[key] = replace(known[key], path=path) if key in known else posts.read(path)
        except PostError as error:
            broken.append(str(error))
    if broken:
        raise PublishError("The site is not built, because posts are broken:", broken)
    if memory and found.keys() != known.keys():
        save(memory / _NOTE, found)
    return newest_first(found.values())


def drafts(settings: Settings) -> tuple[Post, ...]:
    """Return the drafts that can be read; one in the making may be broken."""
    found = []
    for path in posts.paths(settings.content, posts.DRAFTS):
        with suppress(PostError):
            found.append(posts.read(path))
    return tuple(found)


def _key(path: Path) -> str:
    try:
        data = path.read_bytes()
    except OSError:
        data = b""  # reading it tells why
    return blake2b(f"{path.name}\0".encode() + data, digest_size=16).hexdigest()

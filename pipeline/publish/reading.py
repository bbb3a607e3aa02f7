"""The posts of the site, read from their files; one that did not change is not read again."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass
from hashlib import blake2b
from typing import TYPE_CHECKING

from pipeline import post as posts
from pipeline.errors import PostError, PublishError
from pipeline.publish.related import counted
from pipeline.publish.remembered import load, save

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from pipeline.model import Post
    from pipeline.settings.sections import Settings


@dataclass(frozen=True, slots=True, kw_only=True)
class Read:
    """A post, and how often it has each of the words that may tell what it is about."""

    post: Post
    counts: Mapping[str, int]


def published(settings: Settings, memory: Path | None = None) -> tuple[Read, ...]:
    """Return the posts of the site, the newest first; ``memory`` is a folder that remembers them for the next time.

    Raises ``PublishError`` with every post that is broken.
    """
    note = memory / "posts" if memory else None
    known = (load(note) if note else None) or {}
    found: dict[str, tuple[Post, Mapping[str, int]]] = {}
    broken = []
    for path in posts.paths(settings.content):
        try:
            key = _key(path)
            found[key] = known[key] if key in known else _read(path)
        except PostError as error:
            broken.append(str(error))
    if broken:
        raise PublishError("The site is not built, because posts are broken:", broken)
    if note and found.keys() != known.keys():
        save(note, found)
    return tuple(Read(post=post, counts=counts) for post, counts in found.values())


def drafts(settings: Settings) -> tuple[Read, ...]:
    """Return the drafts that can be read; one in the making may be broken."""
    found = []
    for path in posts.paths(settings.content, posts.DRAFTS):
        with suppress(PostError):
            post, counts = _read(path)
            found.append(Read(post=post, counts=counts))
    return tuple(found)


def _read(path: Path) -> tuple[Post, Mapping[str, int]]:
    post = posts.read(path)
    return post, dict(counted(post))


def _key(path: Path) -> str:
    try:
        data = path.read_bytes()
    except OSError:
        data = b""  # reading it tells why
    return blake2b(f"{path}\0".encode() + data, digest_size=16).hexdigest()

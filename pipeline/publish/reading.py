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
    """A post, and how often it has each of the words that may tell what it is about.

    ``key`` is a digest of the file, its name included.
    """

    key: str
    post: Post
    counts: Mapping[str, int]


Seen = dict[str, tuple[tuple[int, int], "Read"]]
"""What was read of each file, with the size and time (nanoseconds) that it had."""


def published(settings: Settings, memory: Path, seen: Seen | None = None) -> tuple[Read, ...]:
    """Return the posts of the site.

    ``memory`` is a folder that remembers them for the next run, ``seen`` what this run has read before.
    Raises ``PublishError`` with every post that is broken.
    """
    seen = {} if seen is None else seen
    shelf = _Shelf(memory / "posts", is_needed=not seen)
    broken = []
    now: Seen = {}
    for path in posts.paths(settings.content):
        try:
            state = _state(path)
            before = seen.get(str(path))
            now[str(path)] = before if before and before[0] == state else (state, shelf.read(path))
        except PostError as error:
            broken.append(str(error))
    if broken:
        raise PublishError("The site is not built, because posts are broken:", broken)
    shelf.keep()
    seen.clear()
    seen.update(now)
    return tuple(read for _, read in now.values())


class _Shelf:
    """Posts that the last run read, by what their files held."""

    def __init__(self, note: Path, *, is_needed: bool) -> None:
        self._note = note
        self._is_needed = is_needed
        self._known: dict[str, tuple[Post, Mapping[str, int]]] = (load(note) or {}) if is_needed else {}
        self._now: dict[str, tuple[Post, Mapping[str, int]]] = {}

    def read(self, path: Path) -> Read:
        key = _key(path)
        post, counts = self._known[key] if key in self._known else _read(path)
        self._now[key] = (post, counts)
        return Read(key=key, post=post, counts=counts)

    def keep(self) -> None:
        if self._is_needed and self._now.keys() != self._known.keys():
            save(self._note, self._now)


def _state(path: Path) -> tuple[int, int]:
    try:
        found = path.stat()
    except OSError:
        return 0, 0  # reading it tells why
    return found.st_size, found.st_mtime_ns


def drafts_of(settings: Settings) -> tuple[Read, ...]:
    """Return the drafts that can be read; one in the making may be broken."""
    found = []
    for path in posts.paths(settings.content, posts.DRAFTS):
        with suppress(PostError):
            post, counts = _read(path)
            found.append(Read(key=_key(path), post=post, counts=counts))
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

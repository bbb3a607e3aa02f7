"""The posts of the site, read from their files; one that did not change is not read again."""

from __future__ import annotations

import os
from dataclasses import dataclass
from hashlib import blake2b
from typing import TYPE_CHECKING, Final

from pipeline import post as posts
from pipeline.errors import PostError, PublishError
from pipeline.model import Post
from pipeline.post.files import bytes_of
from pipeline.post.format import LONGEST_NAME
from pipeline.publish.ground.forks import mapped
from pipeline.publish.ground.remembered import load, save

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from pipeline.settings.sections import Settings


@dataclass(frozen=True, slots=True, kw_only=True)
class Read:
    """A post, and a digest of its file, the name included."""

    key: str
    post: Post


READ: Final = {str: Post}
"""The form of what is remembered: posts by their keys."""
FEWEST: Final = 60
"""So many posts are worth a process that reads them."""
Seen = dict[str, tuple[tuple[int, int], "Read"]]
"""What was read of each file, with the size and time (nanoseconds) that it had."""


def published(settings: Settings, memory: Path, seen: Seen | None = None) -> tuple[Read, ...]:
    """Return the posts of the site.

    ``memory`` is a folder that remembers them for the next run, ``seen`` what this run has read before.
    Raises ``PublishError`` with every post that is broken.
    """
    seen = {} if seen is None else seen
    states = {path: _state(path) for path in posts.paths(settings.content)}
    reads = {path: seen[str(path)][1] for path, state in states.items() if seen.get(str(path), (None,))[0] == state}
    todo = [path for path in states if path not in reads]
    broken = []
    for path, found in zip(todo, _found(todo, None if seen else memory / "posts"), strict=True):
        if isinstance(found, Read):
            reads[path] = found
        else:
            broken.append(found)
    if broken:
        raise PublishError("The site is not built, because posts are broken:", broken)
    seen.clear()
    seen.update({str(path): (state, reads[path]) for path, state in states.items()})
    return tuple(reads[path] for path in states)


def _found(paths: Sequence[Path], note: Path | None) -> list[Read | str]:
    """Return what each of ``paths`` holds, or why it is broken; ``note`` remembers what the last run read."""
    known: dict[str, Post] = (load(note, READ) or {}) if note else {}
    keys = {path: _key(path) for path in paths}
    fresh = [path for path in paths if keys[path] not in known]
    read = dict(zip(fresh, mapped(_read, fresh, FEWEST), strict=True))
    found = {path: read[path] if path in read else known[keys[path]] for path in paths}
    whole = {keys[path]: each for path, each in found.items() if not isinstance(each, str)}
    if note and whole.keys() != known.keys() and len(whole) == len(paths):
        save(note, whole)
    return [each if isinstance(each, str) else Read(key=keys[path], post=each) for path, each in found.items()]


def drafts_of(settings: Settings) -> tuple[Read, ...]:
    """Return the drafts that can be read; one in the making may be broken."""
    found = _found(posts.paths(settings.content, posts.DRAFTS), None)
    return tuple(each for each in found if isinstance(each, Read))


def _state(path: Path) -> tuple[int, int]:
    try:
        found = path.stat()
    except OSError:
        return 0, 0  # reading it tells why
    return found.st_size, found.st_mtime_ns


def _read(path: Path) -> Post | str:
    """Return the post in ``path``, or what is wrong with it."""
    if reason := misnamed(path.name):
        return str(PostError(path, [(1, reason)]))
    try:
        found = posts.read(path)
    except PostError as error:
        return str(error)
    long = [at for at, alias in enumerate(found.aliases) if len(alias.encode("utf-8", "replace")) > LONGEST_NAME]
    reason = f"must be a name that a file can have, of {LONGEST_NAME} bytes at most"
    wrong = [(posts.line_of(found, "aliases", at), f"aliases.{at}: {reason}") for at in long]
    return str(PostError(path, wrong)) if wrong else found


def misnamed(name: str) -> str:
    """Return why no page can be at the address that the file ``name`` of a post gives it."""
    if name in {"index.md", "README.md"}:
        return (
            "is the page of the folder posts/, and no post; the first page lists your posts: "
            "take it away, or move its words to content/index.md, where they stand above the list"
        )
    if not_utf8(name):
        return "has a name that is not UTF-8, so it can have no address; rename it"
    if (many := len(name.encode()) - len(".md")) > LONGEST_NAME:
        return f"has a name of {many} bytes, more than the {LONGEST_NAME} that an address may have; rename it"
    return ""


def not_utf8(name: str) -> bool:
    """Tell whether the name of a file, as Python has it, stands for bytes that are no text."""
    return any("\ud800" <= letter <= "\udfff" for letter in name)


def _key(path: Path) -> str:
    try:
        data = bytes_of(path)
    except PostError:
        data = b""  # reading it tells why
    return blake2b(os.fsencode(path) + b"\0" + data, digest_size=16).hexdigest()

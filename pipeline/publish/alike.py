"""Which posts are about the same, remembered: found out anew only when one of them begins otherwise than before."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pipeline.publish.kept import digest
from pipeline.publish.related import counted, related, told_of
from pipeline.publish.remembered import load, save

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from pipeline.model import Post

    Alike = Mapping[str, tuple[str, ...]]
    """The names of the posts that are about the same as each, by its name."""


def alike(posts: Sequence[Post], memory: Path) -> Alike:
    """Return which of ``posts`` (the newest first) are about the same; ``memory`` is a folder that remembers it."""
    begun = {post.path.name: digest(told_of(post).encode("utf-8", "replace")) for post in posts}
    key = digest(repr(begun).encode("utf-8", "replace"))
    known = load(memory / "alike")
    if isinstance(known, tuple) and known[0] == key:
        found: Alike = known[1]
        return found
    words = _words(posts, begun, memory / "words")
    made = related(list(begun), [words[each] for each in begun.values()])
    save(memory / "alike", (key, made))
    return made


def _words(posts: Sequence[Post], begun: Mapping[str, str], note: Path) -> Mapping[str, Mapping[str, int]]:
    """Return how often each beginning has each of its words, by its digest."""
    known: dict[str, Mapping[str, int]] = load(note) or {}
    words = {begun[post.path.name]: known.get(begun[post.path.name]) or dict(counted(post)) for post in posts}
    if words.keys() != known.keys():
        save(note, words)
    return words

"""Which posts are about the same, remembered: found out anew only of those that begin otherwise, and what is near."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pipeline.publish.kept import digest
from pipeline.publish.related import Likeness, counted, likeness, told_of
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
    order = list(begun.items())  # places count by day, so the same posts in another order are not the same
    known = load(memory / "alike")
    if not (isinstance(known, tuple) and known[0] == order):
        words = _words(posts, begun, memory / "words")
        found = likeness([words[each] for each in begun.values()], _before(known, list(begun), memory))
        known = (order, found.likest)
        save(memory / "about", (order, found.vectors))
        save(memory / "alike", known)
    names = list(begun)
    return {name: tuple(names[place] for place in likest) for name, likest in zip(names, known[1], strict=True)}


def _before(known: Any, names: Sequence[str], memory: Path) -> Likeness | None:
    """Return what was found the last time, if it was of the same posts in the same order."""
    about = load(memory / "about")
    if not (isinstance(known, tuple) and isinstance(about, tuple)):
        return None
    return Likeness(about[1], known[1]) if about[0] == known[0] and [name for name, _ in known[0]] == names else None


def _words(posts: Sequence[Post], begun: Mapping[str, str], note: Path) -> Mapping[str, Mapping[str, int]]:
    """Return how often each beginning has each of its words, by its digest."""
    known: dict[str, Mapping[str, int]] = load(note) or {}
    words = {begun[post.path.name]: known.get(begun[post.path.name]) or dict(counted(post)) for post in posts}
    if words.keys() != known.keys():
        save(note, words)
    return words

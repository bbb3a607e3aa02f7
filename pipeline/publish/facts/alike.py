"""Which posts are about the same, remembered: found out anew only of those that begin otherwise, and what is near."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pipeline.publish.facts.related import Likeness, counted, likeness, told_of
from pipeline.publish.ground.kept import digest
from pipeline.publish.ground.remembered import load, save

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
    known = load(memory / "alike", ([(str, str)], [[int]]))
    if known is None or known[0] != order or not _is_whole(known):
        words = _words(posts, begun, memory / "words")
        found = likeness([words[each] for each in begun.values()], _before(known, list(begun), memory))
        known = (order, found.likest)
        save(memory / "about", (order, found.vectors))
        save(memory / "alike", known)
    names = list(begun)
    return {name: tuple(names[place] for place in likest) for name, likest in zip(names, known[1], strict=True)}


def _before(known: Any, names: Sequence[str], memory: Path) -> Likeness | None:
    """Return what was found the last time, if it was of the same posts in the same order."""
    about = load(memory / "about", ([(str, str)], [{str: float}]))
    if known is None or about is None or about[0] != known[0] or [name for name, _ in known[0]] != names:
        return None
    found = Likeness(about[1], known[1])
    return found if _is_whole(known) and len(found.vectors) == len(found.likest) else None


def _is_whole(known: tuple[list[tuple[str, str]], list[list[int]]]) -> bool:
    """Tell whether something is known of each post, and each that is like it is one of them."""
    many = len(known[0])
    return len(known[1]) == many and all(0 <= place < many for likest in known[1] for place in likest)


def _words(posts: Sequence[Post], begun: Mapping[str, str], note: Path) -> Mapping[str, Mapping[str, int]]:
    """Return how often each beginning has each of its words, by its digest."""
    known: dict[str, Mapping[str, int]] = load(note, {str: {str: int}}) or {}
    words = {begun[post.path.name]: known.get(begun[post.path.name]) or dict(counted(post)) for post in posts}
    if words.keys() != known.keys():
        save(note, words)
    return words

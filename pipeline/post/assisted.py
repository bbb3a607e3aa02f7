"""Words of a post that a language model proposed: whether they still stand in it, and the line that says so.

``assisted:`` in the front matter remembers what the author took. Who rewrites it, or takes it out again, has written
their own words; the line says what is so now.
"""

from __future__ import annotations

from collections import Counter
from itertools import pairwise
from typing import TYPE_CHECKING, Final

from pipeline.html import plain_text, to_markdown
from pipeline.model import NO_TEXT, Wish
from pipeline.post.body import without_prompts
from pipeline.post.shown import passages
from pipeline.words import listed

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pipeline.model import Assisted, PlainText, Post

_RUN: Final = 4
"""Words in a row that are compared."""
_WORDS, _PAIRS = 0.6, 0.35
"""So many of the words of a proposal, and so many of its pairs of words, make a passage still the model's."""
_MOST_WORDS, _MOST_PAIRS = 0.85, 0.6
"""So many of them are no chance, though nobody said that the proposal was taken."""
_PARTS: Final = {
    Wish.SUBJECT: ("the title", "the title"),
    Wish.SUMMARY: ("the summary", "the summary"),
    Wish.TIGHTER: ("the wording of a passage", "the wording of {} passages"),
    Wish.COUNTER: ("a counter-argument", "{} counter-arguments"),
    Wish.QUESTIONS: ("a question", "{} questions"),
    Wish.ALT: ("the words for an image", "the words for {} images"),
}


def region_of(post: Post, what: Wish) -> str:
    """Return the part of ``post`` in which words stand that were proposed for ``what``."""
    return {Wish.SUBJECT: post.title, Wish.SUMMARY: post.summary}.get(what, without_prompts(post.body))


def stand_in(text: str, region: str) -> bool:
    """Tell whether the words of ``text`` stand in ``region`` in their order."""
    mine, theirs = _words(text), _words(region)
    length = min(_RUN, len(mine))
    if not length:
        return False
    there = set(_runs(theirs, length))
    return all(run in there for run in _runs(mine, length))


def _words(text: str) -> list[str]:
    from pipeline.likeness import words  # its expressions take a while to compile, and few posts have such words

    return words(text)


def _runs(of: Sequence[str], length: int) -> list[tuple[str, ...]]:
    return [tuple(of[at : at + length]) for at in range(len(of) - length + 1)]


def still_there(post: Post) -> tuple[Assisted, ...]:
    """Return what the author took of a model's proposals and has not rewritten or taken out since."""
    if not post.assisted:
        return ()
    said = [passage.text for passage in passages(post.body)]
    every = {Wish.SUBJECT: [post.title], Wish.SUMMARY: [post.summary]}
    return tuple(each for each in post.assisted if any(is_of(each.text, text) for text in every.get(each.what, said)))


def is_of(text: str, passage: str) -> bool:
    """Tell whether ``passage`` is, or has in it, what was proposed as ``text``, even with some words changed."""
    return _shares(_words(text), _words(passage), _WORDS, _PAIRS)


def is_copied(text: str, passage: str, *, whole: bool) -> bool:
    """Tell whether what was proposed as ``text`` was put into ``passage``: ``whole``, or all but a few of its words."""
    mine, theirs = _words(text), _words(passage)
    if whole:
        return bool(mine) and f" {' '.join(mine)} " in f" {' '.join(theirs)} "
    return _shares(mine, theirs, _MOST_WORDS, _MOST_PAIRS)


def _shares(mine: Sequence[str], theirs: Sequence[str], of_words: float, of_pairs: float) -> bool:
    """Tell whether ``theirs`` has these shares of the words ``mine``, and of their pairs."""
    if not mine or (Counter(mine) & Counter(theirs)).total() < of_words * len(mine):
        return False
    pairs = Counter(pairwise(mine))
    return (pairs & Counter(pairwise(theirs))).total() >= of_pairs * pairs.total()


def disclosure(post: Post, sentence: str) -> PlainText:
    """Return ``sentence`` with the models and what they proposed filled in; no text where nothing of theirs is left."""
    left = still_there(post)
    if not left:
        return NO_TEXT
    models = listed(list(dict.fromkeys(each.by for each in left)))
    kinds = [each.what for each in left]
    parts = [_PARTS[kind][kinds.count(kind) > 1].format(kinds.count(kind)) for kind in Wish if kind in kinds]
    return plain_text(sentence.format(model=models, parts=listed(parts)))


def disclosed(body: str, post: Post, sentence: str) -> str:
    """Return ``body``, the text of ``post`` as it will be shown, with the line under it that tells of a model."""
    line = disclosure(post, sentence)
    return f"{body.rstrip()}\n\n*{to_markdown(line)}*\n" if line else body

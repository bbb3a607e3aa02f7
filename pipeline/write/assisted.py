"""Words of a post that a language model proposed: whether that is told, and whether sources bear them out.

What the author says of their own accord may rest on what they know. A model knows nothing: every number, date, name and
address in its words must stand in a source, or in the author's own words beside it.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from pipeline import post as posts
from pipeline.html import sentences
from pipeline.likeness import plain, words
from pipeline.model import Wish
from pipeline.post.assisted import is_of, region_of, still_there
from pipeline.write.facts import Known
from pipeline.write.inline import quoted_in
from pipeline.write.rules import Rule
from pipeline.write.told import stands_inline

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from pipeline.model import Assisted, Finding, Post, Suggestion
    from pipeline.write.told import Told

_ADDRESS: Final = re.compile(
    r"(?:https?:|mailto:|www\.)\S+|\b[\w.+-]+@[\w-]+\.\w+|\b[\w-]+(?:\.[\w-]+)*\.[a-z]{2,}(?:/\S*)?\b"
)
_FEWEST: Final = 4
"""Fewer words may be the same by chance, unless they are all that stands at their place."""


def of_a_model(post: Post, told: Told, made: Sequence[Suggestion]) -> Iterator[Finding]:
    """Yield what is wrong with words of a model in ``post``; ``made`` is all that models ever proposed."""
    yield from _unsupported(post, told, made)
    for suggestion in untold(post, made):
        words_ = suggestion.words
        reason = f"“{_start(words_.text)}” was proposed by {words_.by}, and `assisted:` does not say so"
        remedy = "`byline check --fix` writes it there, so that readers are told; or say it in your own words."
        yield Rule.ASSISTED_UNTOLD.broken(post.path, _line(post, words_), reason, remedy)


def untold(post: Post, made: Iterable[Suggestion]) -> Iterator[Suggestion]:
    """Yield each of ``made`` that stands in ``post`` word for word without being noted, one of each text."""
    noted = {_key(each) for each in post.assisted}
    regions = {what: f" {' '.join(words(region_of(post, what)))} " for what in Wish}
    for suggestion in made:
        each = suggestion.words
        mine = words(each.text)
        whole = each.what in {Wish.SUMMARY, Wish.SUBJECT}
        wanted, region = f" {' '.join(mine)} ", regions[each.what]
        there = wanted == region if whole else len(mine) >= _FEWEST and wanted in region
        if mine and there and _key(each) not in noted:
            noted.add(_key(each))
            yield suggestion


def _key(each: Assisted) -> tuple[Wish, str]:
    return each.what, " ".join(words(each.text))


def _unsupported(post: Post, told: Told, made: Iterable[Suggestion]) -> Iterator[Finding]:
    left = still_there(post)
    if not left:
        return
    places = {_key(suggestion.words): suggestion.place for suggestion in made}
    own = _own_texts(post, left)
    for each in left:
        place = places.get(_key(each), "")
        if each.what is Wish.TIGHTER and not place:  # what it was made of is the author's, and known elsewhere
            continue
        beside = [*own, place, "" if each.what is Wish.SUBJECT else post.title]
        strange = [found[0] for found in _ADDRESS.finditer(each.text) if found[0] not in " ".join(beside)]
        strange += [
            part.text for part in quoted_in(each.text) if not stands_inline(part, (*told.texts, *map(plain, own)))
        ]
        if each.what is not Wish.ALT:  # that tells of what the image shows, and no source does
            known = Known(post, told, beside)
            strange += [part for sentence in sentences(each.text) for part in known.strange_to(sentence)]
        if strange:
            listed = ", ".join(f"“{part}”" for part in dict.fromkeys(strange))
            reason = f"{each.by} proposed words with {listed} in them, which no source of this post has"
            remedy = "Look it up, and say it in your own words; or take it out."
            yield Rule.ASSISTED_UNSUPPORTED.broken(post.path, _line(post, each), reason, remedy)


def _own_texts(post: Post, left: Sequence[Assisted]) -> list[str]:
    """Return the passages of ``post`` that are not a model's."""
    told = [passage.text for passage in posts.passages(post.body)]
    return [text for text in told if not any(is_of(each.text, text) for each in left)]


def words_of_a_model(post: Post, text: str) -> int:
    """Return how many words of ``text``, a part of ``post``, a model has said in the author's place."""
    said = (each for each in still_there(post) if each.what in {Wish.COUNTER, Wish.QUESTIONS})
    return sum(len(words(each.text)) for each in said if any(is_of(each.text, part) for part in text.split("\n")))


def _line(post: Post, each: Assisted) -> int:
    place = {Wish.SUMMARY: "summary", Wish.SUBJECT: "title"}.get(each.what)
    if place:
        return posts.line_of(post, place)
    return post.body_line + posts.line_with(each.text, post.body)


def _start(text: str, most: int = 8) -> str:
    several = text.split()
    return " ".join(several[:most]) + " …" * (len(several) > most)

"""Words of a post that a language model proposed: whether that is told, and whether sources bear them out."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final

from pipeline import post as posts
from pipeline.likeness import plain, words
from pipeline.model import Wish
from pipeline.post.assisted import is_copied, is_of, still_there
from pipeline.words import opening_of
from pipeline.write.claims.facts import Known, has_nouns_in_capitals
from pipeline.write.claims.vouched import addresses_in, doubtful_in, strange_in
from pipeline.write.quoted.marks import quoted_in
from pipeline.write.quoted.told import said_in, stands_inline
from pipeline.write.rules import Rule

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from pipeline.model import Assisted, Finding, Post, Suggestion
    from pipeline.write.quoted.told import Told

_FEWEST: Final = 4
"""Fewer words may be the same by chance, unless they are all that stands at their place."""
_AT: Final = {"title": Wish.SUBJECT, "summary": Wish.SUMMARY}


def of_a_model(post: Post, told: Told, made: Sequence[Suggestion]) -> Iterator[Finding]:
    """Yield what is wrong with words of a model in ``post``; ``made`` is all that models ever proposed."""
    yield from _unsupported(post, told, made)
    for suggestion in untold(post, made):
        words_ = suggestion.words
        reason = f"“{opening_of(words_.text)}” was proposed by {words_.by}, and `assisted:` does not say so"
        remedy = "`byline check --fix` writes it there, so that readers are told; or say it in your own words."
        yield Rule.ASSISTED_UNTOLD.broken(post.path, _line(post, words_), reason, remedy)


def untold(post: Post, made: Iterable[Suggestion]) -> Iterator[Suggestion]:
    """Yield each of ``made`` that stands in ``post``, wherever it was meant to, without being noted; one of each text.

    What is noted says where it stands: a title that was made a sentence of the text is the wording of a passage.
    """
    noted = {_key(each)[1] for each in post.assisted}
    texts: list[tuple[str, str]] = [("title", post.title), ("summary", post.summary)]
    texts += [("", passage.text) for passage in posts.passages(post.body)]
    there = [(name, text, {*words(text)}) for name, text in texts]
    for suggestion in made:
        each = suggestion.words
        key = _key(each)[1]
        mine = set(key.split())
        near = ((name, text) for name, text, theirs in there if len(mine & theirs) * 4 > len(mine) * 3)
        at = next((name for name, text in near if key not in noted and _stands(each, text)), None)
        if at is not None:
            noted.add(key)
            yield replace(suggestion, words=replace(each, what=_kind(each.what, at)))


def _stands(each: Assisted, text: str) -> bool:
    if len(words(each.text)) < _FEWEST:
        return words(each.text) == words(text) != []
    # a tighter passage is made of the author's words, and is theirs unless it is word for word the model's
    return is_copied(each.text, text, whole=each.what is Wish.TIGHTER)


def _kind(what: Wish, at: str) -> Wish:
    """Return what words that were proposed for ``what`` are, where they stand: in title, summary or text."""
    if at:
        return _AT[at]
    return Wish.TIGHTER if what in _AT.values() else what


def _key(each: Assisted) -> tuple[Wish, str]:
    return each.what, " ".join(words(each.text))


def _unsupported(post: Post, told: Told, made: Iterable[Suggestion]) -> Iterator[Finding]:
    left = still_there(post)
    if not left:
        return
    places = {_key(suggestion.words): suggestion.place for suggestion in made}
    own = _own_texts(post, left)
    nouns_in_capitals = has_nouns_in_capitals(" ".join(own or told.texts))
    for each in left:
        place = places.get(_key(each), "")
        if each.what is Wish.TIGHTER and not place:  # what it was made of is the author's, and known elsewhere
            continue
        line, beside = _line(post, each), [*own, place]
        strange = addresses_in(each.text, " ".join(beside), " ".join(told.texts))
        quoted = quoted_in(each.text)
        strange += [part.text for part in quoted if not stands_inline(part, (*told.texts, *map(plain, own)))]
        doubts: list[str] = []
        if each.what is not Wish.ALT:  # that tells of what the image shows, and no source does
            known = Known(post, told, beside)
            strange += strange_in(each.text, known, nouns_in_capitals=nouns_in_capitals)
            doubts = doubtful_in(each.text, known, nouns_in_capitals=nouns_in_capitals)
        if strange:
            reason = f"{each.by} proposed words with {_quoted(strange)} in them, which no source of this post has"
            remedy = "Look it up, and say it in your own words; or take it out."
            yield Rule.ASSISTED_UNSUPPORTED.broken(post.path, line, reason, remedy)
        elif doubts:
            reason = f"{each.by} proposed {_quoted(doubts)}, and nobody but you can tell whether that is so"
            remedy = "Look it up; a model makes up who said and did what."
            yield Rule.UNSUPPORTED.broken(post.path, line, reason, remedy)


def _quoted(parts: Iterable[str]) -> str:
    return ", ".join(f"“{part}”" for part in dict.fromkeys(parts))


def _own_texts(post: Post, left: Sequence[Assisted]) -> list[str]:
    """Return all that ``post`` says, title and summary too, without the passages that are a model's."""
    return [said.text for said in said_in(post) if not any(is_of(each.text, said.text) for each in left)]


def words_of_a_model(post: Post, text: str) -> int:
    """Return how many words of ``text``, a part of ``post``, a model has said in the author's place."""
    said = (each for each in still_there(post) if each.what in {Wish.COUNTER, Wish.QUESTIONS})
    return sum(len(words(each.text)) for each in said if any(is_of(each.text, part) for part in text.split("\n")))


def _line(post: Post, each: Assisted) -> int:
    place = {Wish.SUMMARY: "summary", Wish.SUBJECT: "title"}.get(each.what)
    if place:
        return posts.line_of(post, place)
    return post.body_line + posts.line_with(each.text, post.body)

"""Assist: a language model proposes words for a post, if the author wants that; it never writes into one.

What comes in is a post as it stands, a wish and the way to ask; what goes out are suggestions, each with what a check
would hold against it. ``asking`` says what is asked, ``endpoint`` asks, ``heard`` reads the answer, ``places`` knows
where words go, ``image`` reads the pictures, ``judged`` tells what speaks against a proposal.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from pipeline import post as posts
from pipeline.errors import AssistError, UsageError
from pipeline.html import plain_text
from pipeline.model import Assisted, Severity, Wish
from pipeline.post import files
from pipeline.post.assisted import region_of, stand_in, still_there
from pipeline.store import write as kept
from pipeline.write.assist.asking import Wanted, messages
from pipeline.write.assist.heard import proposals
from pipeline.write.assist.image import shown_to_a_model
from pipeline.write.assist.judged import against, stray
from pipeline.write.assist.places import place_of, with_words
from pipeline.write.stored import sources_of

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from datetime import datetime
    from pathlib import Path

    from pipeline.model import Finding, Post, Suggestion
    from pipeline.settings.sections import Settings
    from pipeline.store import Store
    from pipeline.write.assist.asking import Message

    Ask = Callable[[Sequence[Message]], str]
    Check = Callable[[str], Sequence[Finding]]


__all__ = ["Wanted", "propose", "take", "with_taken"]


def propose(
    wanted: Wanted, store: Store, settings: Settings, ask: Ask, check: Check, now: datetime
) -> tuple[Suggestion, ...]:
    """Return what the model behind ``ask`` proposes, each with what ``check`` would hold against the post with it in.

    All of it is remembered, so that it is known again in a post. Raises ``AssistError`` where nothing can be used.
    """
    post = posts.parse(wanted.text, wanted.path)
    place = place_of(post, wanted.wish, wanted.line)
    said = ask(_messages(wanted, post, place, store, settings))
    new = [text for text in proposals(said, wanted.wish) if not stand_in(text, region_of(post, wanted.wish))]
    if not new:
        raise AssistError(
            "the model proposed nothing that can be used: no short text, or only what stands there already"
        )
    by = plain_text(settings.assist.model)
    with store.writing() as connection:
        words = [Assisted(what=wanted.wish, by=by, text=text) for text in new]
        made = [kept.keep_suggestion(connection, wanted.path.stem, each, place, now) for each in words]
    before = check(wanted.text)
    return tuple(_judged(each, wanted.text, post, before, check) for each in made)


def with_taken(suggestion: Suggestion, path: Path, text: str, check: Check) -> str:
    """Return ``text``, what the post in ``path`` holds, with ``suggestion`` in it and noted as a model's.

    Raises ``UsageError`` where it is a question or another post's, where ``check`` holds something against it, where
    its place is gone, or where it stands already.
    """
    if suggestion.words.what is Wish.QUESTIONS:
        raise UsageError(f"suggestion {suggestion.id} is a question: the answer is yours to write")
    if suggestion.post != path.stem:
        raise UsageError(f"suggestion {suggestion.id} was made for {suggestion.post}, not for {path.stem}")
    post = posts.parse(text, path)
    if suggestion.words in still_there(post):
        raise UsageError(f"suggestion {suggestion.id} stands in {path.name} already")
    judged = _judged(suggestion, text, post, check(text), check)
    if judged.faults:
        raise UsageError(f"suggestion {suggestion.id} cannot be taken: {judged.faults[0]}")
    return with_words(text, post, suggestion.words, suggestion.place)


def take(suggestion: Suggestion, path: Path, check: Check) -> None:
    """Write ``suggestion`` into the file at ``path`` and note it there; line ends and every other byte stay."""
    loaded = files.load(path)
    if loaded.is_mixed:
        raise UsageError(f"the lines of {path.name} end in two ways; save it in an editor with one, and take it again")
    files.save(path, with_taken(suggestion, path, loaded.text, check), loaded.mark)


def _messages(wanted: Wanted, post: Post, place: str, store: Store, settings: Settings) -> Sequence[Message]:
    image = shown_to_a_model(place, wanted.path, settings) if wanted.wish is Wish.ALT else None
    language = settings.site.language
    return messages(wanted, post, place, sources_of(post, store), language, image)


def _judged(made: Suggestion, text: str, post: Post, before: Sequence[Finding], check: Check) -> Suggestion:
    """Return ``made`` with what a check would find in ``text``, the file of ``post``, if it was in it."""
    found = list(against(before, check(with_words(text, post, made.words, made.place))))
    faults = [finding.reason for finding in found if finding.hinders]
    doubts = [finding.reason for finding in found if finding.severity is Severity.WARNING]
    if astray := stray(made.words.what, made.place, made.words.text):
        faults.append(astray)
    return replace(made, faults=tuple(dict.fromkeys(faults)), doubts=tuple(dict.fromkeys(doubts)))

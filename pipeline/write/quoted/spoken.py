"""What a post says in quotation marks, or after its source without any, held against what its sources told."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from pipeline.likeness import count, is_nearly_in, length_of_run, shared_run, words
from pipeline.model import Kind
from pipeline.words import opening_of
from pipeline.write.quoted.gaps import FEWEST, REMEDY, behind_denial, in_gaps
from pipeline.write.quoted.marks import quoted_in
from pipeline.write.quoted.speech import Speaker, speaker, spoken_without_marks
from pipeline.write.quoted.told import FEWEST_QUOTED, said_in, stands_inline
from pipeline.write.quoted.words import parts_from_source_at, stands_in
from pipeline.write.rules import Rule

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pipeline.model import Finding, Post
    from pipeline.write.quoted.marks import Quoted
    from pipeline.write.quoted.told import Said, Told

COPIED: Final = 12
"""So many words in a row are not the same by chance."""
_FEWEST_NEAR: Final = 4
_FEWEST_SPOKEN: Final = 2
"""One word that somebody is said to have used may be a name for a thing; two are what they said."""


def inline_quotations(post: Post, told: Told, *, complete: bool) -> Iterator[Finding]:
    """Yield what is wrong with quotations in running text; ``complete`` tells that every source is stored.

    An essay without takes may quote what is in no feed, but not its sources wrongly.
    """
    bound = bool(post.takes) or post.kind is not Kind.ESSAY
    for said in said_in(post):
        for quoted in quoted_in(said.text):
            before, behind = said.text[: quoted.start], said.text[quoted.end :]
            who = speaker(before, quoted.text, behind, told.names)
            if stands_inline(quoted, told.texts, FEWEST if who is Speaker.SOMEBODY else 1):
                yield from _cut(post, said, quoted, told)
            elif len(words(quoted.text)) >= _FEWEST_NEAR and _nearly(quoted, told):
                yield _nearly_so(post, said, quoted, told)
            elif bound and _size(quoted.text) >= (_FEWEST_SPOKEN if who is Speaker.SOMEBODY else FEWEST):
                yield _nowhere(post, said, quoted, who, complete=complete)
        if bound:
            yield from _without_marks(post, said, told)


def _cut(post: Post, said: Said, quoted: Quoted, told: Told) -> Iterator[Finding]:
    """Yield what is wrong with where ``quoted``, which stands in a source, begins and leaves words out."""
    found = list(in_gaps(quoted.text, told.texts))
    if count(quoted.text) >= FEWEST:
        found += behind_denial(quoted.text, said.text[: quoted.start], told.texts)
    for rule, reason in found:
        yield rule.broken(post.path, said.line, reason, REMEDY)


def _without_marks(post: Post, said: Said, told: Told) -> Iterator[Finding]:
    """Find what somebody is told to have said, behind a colon and without marks, that no source has."""
    for sentence in spoken_without_marks(said.text):
        if count(sentence) >= FEWEST_QUOTED and not stands_in(sentence.rstrip(".!?"), told.texts):
            reason = f"“{opening_of(sentence)}” reads as somebody's own words, and is in no source of this post"
            remedy = "Copy the words from the source and put them in quotation marks, or say it in your own words."
            yield Rule.QUOTATION_DOUBTFUL.broken(post.path, said.line, reason, remedy)


def _size(text: str) -> int:
    """Return how many words ``text`` has, whatever stands between them in place of spaces; a figure says as much."""
    return max(count(re.sub(r"[^\w'’]|[_\u3164\uffa0]", " ", text)), _FEWEST_SPOKEN * any(map(str.isdigit, text)))


def _nearly(quoted: Quoted, told: Told) -> bool:
    mine = words(quoted.text)
    return any(is_nearly_in(mine, other) for other in told.words)


def _nearly_so(post: Post, said: Said, quoted: Quoted, told: Told) -> Finding:
    at = parts_from_source_at(quoted.text, told.texts)
    reason = f"“{opening_of(quoted.text)}” is nearly, but not quite, what a source has; it leaves it at “{at}”"
    remedy = "Copy the words again from the source, or take the quotation marks away and say it in your own words."
    return Rule.QUOTATION_NOT_IN_SOURCE.broken(post.path, said.line, reason, remedy)


def _nowhere(post: Post, said: Said, quoted: Quoted, who: Speaker, *, complete: bool) -> Finding:
    what = f"“{opening_of(quoted.text)}” stands in quotation marks"
    if who is Speaker.AUTHOR or (who is Speaker.UNKNOWN and _size(quoted.text) < FEWEST_QUOTED):
        reason = f"{what}, and in no source of this post"
        remedy = "If somebody said it, copy it from its source; a title or a thought of your own goes into *italics*."
        return Rule.QUOTATION_DOUBTFUL.broken(post.path, said.line, reason, remedy)
    if not complete:
        reason = f"{what} and cannot be checked: not every source of this post is stored"
        remedy = "Pull the feed that carries its source, or have its article read (`byline check --articles`)."
        return Rule.SOURCE_NOT_STORED.broken(post.path, said.line, reason, remedy)
    open_end = "" if quoted.closed else ", which nothing closes,"
    reason = f"{what}{open_end} and in none of the sources that the post links to"
    remedy = (
        "Copy it from its source and link to that; or say it in your own words. A title, or a thought of your own, "
        "goes into *italics*."
    )
    return Rule.QUOTATION_NOT_IN_SOURCE.broken(post.path, said.line, reason, remedy)


def copied_runs(post: Post, told: Told) -> Iterator[Finding]:
    """Yield each passage that has a run of words in common with a source, outside of quotations."""
    for said in said_in(post):
        if said.heading:  # that of a take is the title of its source
            continue
        mine = _unquoted(said.text)
        length = length_of_run(mine, COPIED)
        at = shared_run(mine, told.words, length)
        if at is not None:
            start = opening_of(" ".join(mine[at : at + COPIED]))
            reason = f"“{start}” is copied: {COPIED} words in a row are those of a source"
            remedy = "Quote it, with > or in quotation marks, or say it in your own words."
            yield Rule.COPIED.broken(post.path, said.line, reason, remedy)


def _unquoted(text: str) -> list[str]:
    """Return the words of ``text`` with a mark, which is no word, in place of each quotation."""
    left, at = [], 0
    for number, quoted in enumerate(quoted_in(text)):
        if count(quoted.text) >= FEWEST:
            left += [*words(text[at : quoted.start]), f"“{number}”"]
            at = quoted.end
    return [*left, *words(text[at:])]

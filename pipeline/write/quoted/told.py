"""What a post says and what its sources told, ready to be held against each other."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from pipeline import post as posts
from pipeline.likeness import count, plain, words
from pipeline.write.quoted.marks import quoted_in
from pipeline.write.quoted.words import plain_texts, source_text, stands_in

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from pipeline.model import Entry, Post, SafeUrl, Snapshot
    from pipeline.write.quoted.marks import Quoted

    Sources = Mapping[SafeUrl, Sequence[Entry | Snapshot]]

_NAMES: Final = re.compile(r"(?<=[\w,] )[A-ZÀ-ÖØ-ÞĀ-ŽΑ-ΩА-ЯЁ][\w-]+")
FEWEST_QUOTED: Final = 5
"""Of fewer words in quotation marks nobody can tell whether they quote, or hold a word at arm's length."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """All that the stored sources of a post say, as plain texts and as words."""

    sources: tuple[Entry | Snapshot, ...]
    texts: tuple[str, ...]
    words: tuple[Sequence[str], ...]
    names: frozenset[str]
    """Their words with a capital that do not begin a sentence."""


def told_by(sources: Sources) -> Told:
    """Return what all of ``sources`` tell."""
    every = [source for stored in sources.values() for source in stored]
    return Told(
        sources=tuple(every),
        texts=plain_texts(every),
        words=tuple(words(" ".join(source_text(source))) for source in every),
        names=frozenset(name for source in every for name in _NAMES.findall(" ".join(source_text(source)))),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """A passage of the author's, and the line of the file in which it begins, as far as that can be told."""

    text: str
    line: int
    heading: bool = False


def said_in(post: Post) -> Iterator[Said]:
    """Yield all that the author says in ``post``: its title, its summary and the passages of its body."""
    yield Said(text=post.title, line=posts.line_of(post, "title"), heading=True)
    yield Said(text=post.summary, line=posts.line_of(post, "summary"))
    for passage in posts.passages(post.body):
        line = post.body_line + posts.line_with(passage.text, post.body)
        yield Said(text=passage.text, line=line, heading=passage.heading)


def stands_inline(quoted: Quoted, texts: Sequence[str], fewest: int = 1) -> bool:
    """Tell whether words in quotation marks stand in one of the plain ``texts``.

    In running text the first letter changes with the sentence around it, and a comma or a full stop may slip inside.
    Of several readings, one of less than ``fewest`` words is none: “‘Insurers’ lies …’” does not quote “Insurers”.
    """
    *shorter, longest = quoted.readings
    for reading in [*(each for each in shorter if count(each) >= fewest), longest]:
        bare = plain(reading).strip("',.;: ")
        forms = (bare[:1].lower() + bare[1:], bare[:1].upper() + bare[1:])
        if bare and any(stands_in(form, texts) for form in forms):
            return True
    return False


def quoted_words(paragraphs: str, texts: Sequence[str]) -> int:
    """Return how many words of ``paragraphs``, one a line, are quotations within the author's own sentences."""
    every = (quoted for paragraph in paragraphs.split("\n") for quoted in quoted_in(paragraph))
    counted = ((quoted, count(quoted.text)) for quoted in every)
    return sum(many for quoted, many in counted if many >= FEWEST_QUOTED and stands_inline(quoted, texts))

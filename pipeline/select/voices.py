"""A story to its voices: who reports it in words of their own. Copies of an agency's text are one voice."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from pipeline.html import text_of
from pipeline.select.terms import LEAD_MARKUP, LEAD_WORDS

if TYPE_CHECKING:
    from pipeline.model import Entry, Story

    Shingles = frozenset[tuple[str, ...]]

SHINGLE: Final = 3
"""How many words in a row are compared."""
COPIED: Final = 0.8
"""The share of the shorter text's shingles from which it is a copy."""
TELLING_TITLE: Final = 6
"""Two newsrooms do not find the same headline of so many words by themselves."""
TELLING_LEAD: Final = 12
"""Of a shorter lead it cannot be told who wrote it."""

_WORD: Final = re.compile(r"\w+")


def voices(story: Story) -> tuple[tuple[Entry, ...], ...]:
    """Return the entries of ``story``, those of one voice together; the voice that was heard first comes first.

    One voice are the entries of one feed, those of the same headline, and those whose leads are nearly the same.
    """
    texts = [(_words(entry.title), _lead(entry)) for entry in story.entries]
    shingles = [_shingles(lead) for _, lead in texts]
    voice = list(range(len(texts)))
    for later, entry in enumerate(story.entries):
        for earlier in range(later):
            if voice[earlier] != voice[later] and (
                story.entries[earlier].feed == entry.feed
                or _same_headline(texts[earlier][0], texts[later][0])
                or _copied(shingles[earlier], shingles[later])
            ):
                old, new = sorted((voice[earlier], voice[later]), reverse=True)
                voice = [new if each == old else each for each in voice]
    return tuple(
        tuple(entry for entry, each in zip(story.entries, voice, strict=True) if each == one)
        for one in dict.fromkeys(voice)
    )


def _words(text: str) -> tuple[str, ...]:
    return tuple(_WORD.findall(text.casefold()))


def _lead(entry: Entry) -> tuple[str, ...]:
    return _words(text_of((entry.summary or entry.content)[:LEAD_MARKUP]))[:LEAD_WORDS]


def _shingles(words: tuple[str, ...]) -> Shingles:
    if len(words) < TELLING_LEAD:
        return frozenset()
    return frozenset(words[at : at + SHINGLE] for at in range(len(words) - SHINGLE + 1))


def _same_headline(one: tuple[str, ...], other: tuple[str, ...]) -> bool:
    return len(one) >= TELLING_TITLE and one == other


def _copied(one: Shingles, other: Shingles) -> bool:
    shorter = min(len(one), len(other))
    return shorter > 0 and len(one & other) >= COPIED * shorter

"""Names in the news: pure rules from watched names and entries to mentions."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from pipeline.html import blocks_of, plain_text, sentences, shortened, whole
from pipeline.model import Mention

if TYPE_CHECKING:
    import re
    from collections.abc import Iterable, Iterator, Sequence

    from pipeline.model import Entry, PlainText, Story

LONGEST: Final = 240
"""Characters of a sentence that are shown."""


def mentions(names: Sequence[str], entries: Iterable[Entry], stories: Iterable[Story]) -> tuple[Mention, ...]:
    """Return each entry that one of ``names`` stands in, with the sentence; the freshest first."""
    story_of = {entry.id: story for story in stories for entry in story.entries}
    found = [
        Mention(
            name=name,
            entry=entry,
            because=sentence,
            story=story_of[entry.id].id if entry.id in story_of else None,
        )
        for entry in entries
        for name, sentence in _named(names, entry)
    ]
    return tuple(sorted(found, key=lambda mention: (mention.entry.dated, mention.entry.id), reverse=True))


def _named(names: Sequence[str], entry: Entry) -> Iterator[tuple[str, PlainText]]:
    """Yield each name that stands in ``entry`` as whole words, written as it is watched, with its sentence."""
    blocks = (entry.title, *blocks_of(entry.content), *blocks_of(entry.summary))
    for name in names:
        word = whole(name)
        block = next((block for block in blocks if word.search(block)), None)
        if block is not None:
            sentence = next((part for part in sentences(block) if word.search(part)), block)
            yield name, _around(sentence, word)


def _around(sentence: str, word: re.Pattern[str]) -> PlainText:
    """Return ``sentence``, or so much of it that the name still stands in it."""
    found = word.search(sentence)
    assert found is not None
    start = max(0, found.end() - LONGEST + 20)
    if start:
        start = sentence.find(" ", start) + 1 or start
    return shortened(plain_text(("… " if start else "") + sentence[start:]), LONGEST)

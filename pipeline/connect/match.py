"""Names in the news: pure rules from watched names and entries to mentions."""

from __future__ import annotations

import re
from itertools import islice
from typing import TYPE_CHECKING

from pipeline.html import blocks_of, plain_text, shortened
from pipeline.model import Mention

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from pipeline.model import Entry, PlainText, Story


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
    blocks = (entry.title, *blocks_of(entry.content or entry.summary))
    for name in names:
        word = re.compile(rf"(?<!\w){re.escape(name)}(?!\w)")
        places = ((block, found.start()) for block in blocks if (found := word.search(block)))
        for block, at in islice(places, 1):
            yield name, _sentence_around(block, at)


def _sentence_around(text: str, at: int) -> PlainText:
    start = max(text.rfind(mark, 0, at) for mark in (". ", "! ", "? ")) + 2
    ends = [end + 1 for mark in (". ", "! ", "? ") if (end := text.find(mark, at)) >= 0]
    start = start if start > 1 else 0  # rfind gives -1 where there is none
    return shortened(plain_text(text[start : min(ends, default=len(text))]), 240)

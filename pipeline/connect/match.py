"""Names in the news: pure rules from watched names and entries to mentions."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from pipeline.html import plain_text, shortened, text_of
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
    text = f"{entry.title}. {text_of(entry.content or entry.summary)}"
    for name in names:
        found = re.search(rf"(?<!\w){re.escape(name)}(?!\w)", text)
        if found:
            yield name, _sentence_around(text, found.start())


def _sentence_around(text: str, at: int) -> PlainText:
    start = max(text.rfind(mark, 0, at) for mark in (". ", "! ", "? ")) + 2
    start = start if start > 1 else 0  # rfind gives -1 where there is none
    ends = [end for mark in (". ", "! ", "? ") if (end := text.find(mark, at)) >= 0]
    return shortened(plain_text(text[start : min(ends, default=len(text)) + 1]), 240)

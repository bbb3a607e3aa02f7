"""What the author has decided about already: what was written, skipped or picked is never offered as new."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from pipeline.model import Choice, last_words

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from pipeline.model import Decision, SafeUrl, Story, Written


@dataclass(frozen=True, slots=True, kw_only=True)
class Remembered:
    """A story with what the author did about it: what they wrote of it already, and what they chose."""

    story: Story
    written: Written | None = None
    choice: Choice | None = None


def remembered(
    stories: Iterable[Story], written: Mapping[SafeUrl, Written], decisions: Sequence[Decision], *, again: bool = False
) -> tuple[Remembered, ...]:
    """Return the ``stories`` that are worth a look: new ones, and those written about of which there is news.

    ``decisions`` are the author's, the latest last; a skipped story stays away. ``again`` brings back all of them.
    """
    return tuple(_worth_a_look(stories, written, decisions, again=again))


def _worth_a_look(
    stories: Iterable[Story], written: Mapping[SafeUrl, Written], decisions: Sequence[Decision], *, again: bool
) -> Iterator[Remembered]:
    word = last_words(decisions)
    for story in stories:
        choice = word(entry.id for entry in story.entries)
        before = [written[entry.link] for entry in story.entries if entry.link and entry.link in written]
        wrote = max(before, key=lambda one: one.date, default=None)
        known = wrote is not None and not _has_news(story, wrote)
        if again or not (known or choice is Choice.SKIP):
            yield Remembered(story=story, written=wrote, choice=choice)


def _has_news(story: Story, wrote: Written) -> bool:
    """Tell whether something was reported after the day on which the author wrote."""
    return any(entry.dated.date() > wrote.date for entry in story.entries)

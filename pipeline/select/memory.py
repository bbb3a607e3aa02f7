"""What the author has decided about already: what was written, skipped or picked is never offered as new."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from pipeline.model import Choice, last_words, latest_written

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from pipeline.model import Decision, SafeUrl, Story, Written


@dataclass(frozen=True, slots=True, kw_only=True)
class Remembered:
    """A story with what the author did about it: what they wrote of it already, and what they chose."""

    story: Story
    written: Written | None = None
    choice: Choice | None = None


def is_passed_over(story: Story, written: Written | None, choice: Choice | None) -> bool:
    """Tell whether ``story`` was skipped, or written about with nothing reported since and nothing chosen after it.

    ``choice`` is the last word that is not spent by what was ``written``.
    """
    return choice is Choice.SKIP or (choice is None and written is not None and not written.lacks(story))


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
        wrote = latest_written(story, written)
        choice = word(story, wrote)
        if again or not is_passed_over(story, wrote, choice):
            yield Remembered(story=story, written=wrote, choice=choice)

"""The shortlist as it stands now: what the author wrote and chose since it was made counts. Pure rules."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from pipeline.errors import QuietError, UsageError
from pipeline.model import Choice, StoryId, last_words, latest_written
from pipeline.select.memory import is_passed_over

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping, Sequence

    from pipeline.model import Decision, RankedStory, SafeUrl, Written


def shortened(ranked: Sequence[RankedStory], most: int) -> tuple[RankedStory, ...]:
    """Return the first ``most`` of the stories that wait, and behind them those that the author passed over.

    What the author picked or left for later stays, whatever is fresher by now.
    """
    kept = tuple(item for place, item in enumerate(waiting(ranked)) if place < most or item.choice)
    return kept + passed_over(ranked)


def as_it_stands(
    kept: Iterable[RankedStory], written: Mapping[SafeUrl, Written], decisions: Sequence[Decision]
) -> tuple[RankedStory, ...]:
    """Return the shortlist that was ``kept``, with the latest post about each story and the last word on it."""
    word = last_words(decisions)
    found = ((item, latest_written(item.story, written) or item.written) for item in kept)
    return tuple(replace(item, written=wrote, choice=word(item.story, wrote)) for item, wrote in found)


def waiting(items: Iterable[RankedStory]) -> tuple[RankedStory, ...]:
    """Return the stories that wait for the author: none that was skipped, or written about and is no news since."""
    return tuple(item for item in items if not is_passed_over(item.story, item.written, item.choice))


def passed_over(items: Iterable[RankedStory]) -> tuple[RankedStory, ...]:
    """Return the other stories: those that do not wait."""
    return tuple(item for item in items if is_passed_over(item.story, item.written, item.choice))


def named(items: Iterable[RankedStory], story_ids: Sequence[int]) -> list[RankedStory]:
    """Return the stories of these ids, each once. Raises ``UsageError`` where there is none."""
    known = {item.story.id: item for item in items}
    missing = [str(number) for number in story_ids if number not in known]
    if missing:
        raise UsageError(
            f"no story {', '.join(missing)} is on the shortlist; `byline select` shows their ids, "
            "and `byline select --again` those of what was passed over, too"
        )
    return [known[StoryId(number)] for number in dict.fromkeys(story_ids)]


def next_to_draft(items: Sequence[RankedStory], drafted: Collection[SafeUrl], most: int) -> list[RankedStory]:
    """Return the stories that a draft is to be about: those that are picked or, without any, the first ``most``.

    A draft links to what it is about, and is about nothing that another draft comments on; ``drafted`` are the links
    of these. Raises ``QuietError`` where all is in a draft.
    """
    linked = [item for item in items if item.story.lead.link is not None]
    new = [item for item in linked if _is_in_no_draft(item, drafted)]
    if linked and not new:
        raise QuietError("every story of the shortlist is in a draft already; name ids to draft some of them anew")
    return [item for item in new if item.choice is Choice.PICK] or new[:most]


def picked_to_draft(items: Sequence[RankedStory], drafted: Collection[SafeUrl]) -> list[RankedStory]:
    """Return the stories that are picked, can be linked to and are in no draft. Raises ``UsageError`` without any."""
    linked = (item for item in items if item.choice is Choice.PICK and item.story.lead.link is not None)
    new = [item for item in linked if _is_in_no_draft(item, drafted)]
    if not new:
        raise UsageError("no story is picked that has a link and is in no draft yet; pick one first")
    return new


def _is_in_no_draft(item: RankedStory, drafted: Collection[SafeUrl]) -> bool:
    """Tell whether no report of the story is ``drafted``."""
    return all(entry.link not in drafted for entry in item.story.entries)

"""The shortlist as the author joins and parts its stories: what changes stands where it stood, all else stays.

Stories are made of stories here, by the author's word alone; no other entry is looked at. The next selection groups
all entries anew, and heeds the same word: the pairs of entries that are to be one story, or not. Pure rules.
"""

from __future__ import annotations

from itertools import combinations, product
from typing import TYPE_CHECKING

from pipeline.errors import UsageError
from pipeline.model import Choice
from pipeline.select.group import story_of
from pipeline.select.memory import is_passed_over

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    from pipeline.model import EntryId, RankedStory, Story
    from pipeline.select.group import Bonds


def joined(stories: Sequence[Story]) -> tuple[Story, Bonds]:
    """Return ``stories`` as one, and the pairs of entries that hold it together.

    Each report is bound to each of the others, so that all stay together when the first of them are too old.
    """
    bonds = [pair for one, other in combinations(stories, 2) for pair in product(_ids(one), _ids(other))]
    return story_of(entry for story in stories for entry in story.entries), bonds


def parted(story: Story, entries: Collection[int]) -> tuple[tuple[Story, Story], Bonds]:
    """Return ``story`` without ``entries``, and these as a story, and the pairs of entries that are kept apart.

    Raises ``UsageError`` for an entry that is not in the story, and where nothing would be left of it.
    """
    inside = set(_ids(story))
    if strange := [str(number) for number in entries if number not in inside]:
        raise UsageError(f"story {story.id} has no entry {', '.join(strange)}; `byline select --json` shows them")
    apart = [entry for entry in story.entries if entry.id in entries]
    rest = [entry for entry in story.entries if entry.id not in entries]
    if not (apart and rest):
        raise UsageError(f"not all of story {story.id} can be told apart; name those that do not belong to the others")
    return (story_of(rest), story_of(apart)), [(one.id, other.id) for one, other in product(apart, rest)]


def word_to_stay(parts: Sequence[RankedStory], whole: RankedStory) -> tuple[Choice, RankedStory] | None:
    """Return what is to be remembered as chosen, and of which of ``parts``, so that ``whole`` stays on the shortlist.

    One that was skipped, or written about, would take with it all that it is joined with. But what the author joins
    to a story that waits for them is to wait with it: that one is picked still, or left for later.
    """
    shown = [part for part in parts if not is_passed_over(part.story, part.written, part.choice)]
    if not shown or not is_passed_over(whole.story, whole.written, whole.choice):
        return None
    first = max(shown, key=lambda part: part.choice is Choice.PICK)
    return Choice.LATER if whole.is_spent else first.choice or Choice.LATER, first


def put(
    shortlist: Sequence[RankedStory], gone: Sequence[RankedStory], fresh: Sequence[RankedStory]
) -> tuple[RankedStory, ...]:
    """Return ``shortlist`` with the stories ``fresh`` in the place of the first of ``gone``, and none of these."""
    first = gone[0].story.id
    place = next((at for at, item in enumerate(shortlist) if item.story.id == first), len(shortlist))
    changed = {item.story.id for item in (*gone, *fresh)}
    before, after = (
        [item for item in part if item.story.id not in changed] for part in (shortlist[:place], shortlist[place:])
    )
    return (*before, *fresh, *after)


def _ids(story: Story) -> list[EntryId]:
    return [entry.id for entry in story.entries]

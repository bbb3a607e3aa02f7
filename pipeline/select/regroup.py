"""The shortlist as the author joins and parts its stories: what changes stands where it stood, all else stays.

Stories are made of stories here, by the author's word alone; no other entry is looked at. The next selection groups
all entries anew, and heeds the same word.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from pipeline.select.group import story_of

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Sequence

    from pipeline.model import EntryId, RankedStory, Story, StoryId


def joined(stories: Iterable[Story]) -> Story:
    """Return ``stories`` as one."""
    return story_of(entry for story in stories for entry in story.entries)


def parted(story: Story, apart: Collection[EntryId]) -> tuple[Story, Story]:
    """Return ``story`` without the entries ``apart``, and these as a story. Neither may be empty."""
    rest = (entry for entry in story.entries if entry.id not in apart)
    return story_of(rest), story_of(entry for entry in story.entries if entry.id in apart)


def put(
    shortlist: Sequence[RankedStory], gone: Sequence[StoryId], fresh: Sequence[RankedStory]
) -> tuple[RankedStory, ...]:
    """Return ``shortlist`` with the stories ``fresh`` in the place of the first of ``gone``, and none of these."""
    place = next((at for at, item in enumerate(shortlist) if item.story.id == gone[0]), len(shortlist))
    changed = {*gone, *(item.story.id for item in fresh)}
    before, after = (
        [item for item in part if item.story.id not in changed] for part in (shortlist[:place], shortlist[place:])
    )
    return (*before, *fresh, *after)

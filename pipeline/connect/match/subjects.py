"""Stories, entries and posts as subjects: what there is to tell people of."""

from __future__ import annotations

from datetime import UTC, datetime, time
from pathlib import PurePosixPath
from typing import TYPE_CHECKING

from pipeline import post as posts
from pipeline.html import blocks_of, safe_url
from pipeline.model import Story, StoryId, Subject

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from pipeline.model import Entry, PlainText, Post


def of_story(story: Story, *, is_listed: bool = True) -> Subject:
    """Return a story by the entry that tells the most; ``is_listed`` where the shortlist has it under its id."""
    lead = story.lead
    return Subject(
        title=lead.title,
        blocks=blocks_of(lead.content) or blocks_of(lead.summary),
        link=lead.link,
        publisher=lead.publisher,
        dated=story.latest,
        story=story.id if is_listed else None,
    )


def unshortlisted(entries: Sequence[Entry], stories: Sequence[Story]) -> Iterator[Subject]:
    """Yield each entry that is in none of ``stories``: somebody may be glad of what is no news to all."""
    told = {entry.id for story in stories for entry in story.entries}
    for entry in entries:
        if entry.id not in told:
            yield of_story(Story(id=StoryId(entry.id), entries=(entry,)), is_listed=False)


def of_post(post: Post, site: str, author: PlainText) -> Subject:
    """Return a post of the author's own, by its address on their site."""
    return Subject(
        title=post.title,
        blocks=tuple(
            filter(
                None,
                (post.summary, *blocks_of(posts.as_html(post.body, site, PurePosixPath(posts.POSTS) / post.path.name))),
            )
        ),
        link=safe_url(posts.address(site, post.path)),
        publisher=author,
        dated=datetime.combine(post.date, time(), UTC),
        is_own=True,
    )

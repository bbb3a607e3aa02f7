"""The room ``select``: the entries of the last days become a shortlist of stories, each with its reasons."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from pipeline.select.group import group, newest_of_each_feed
from pipeline.select.memory import not_yet_written
from pipeline.select.rank import rank
from pipeline.store import select as kept

if TYPE_CHECKING:
    from datetime import datetime

    from pipeline.model import RankedStory, SafeUrl
    from pipeline.settings.sections import SelectSettings
    from pipeline.store import Store


def select(
    store: Store, settings: SelectSettings, written: frozenset[SafeUrl], now: datetime
) -> tuple[RankedStory, ...]:
    """Make the shortlist and keep it. ``written`` are the sources of the posts that are published already."""
    with store.reading() as connection:
        entries = kept.entries_since(connection, now - timedelta(days=settings.days))
        first_pulls = kept.first_pulls(connection)
    stories = not_yet_written(group(newest_of_each_feed(entries)), written)
    shortlist = rank(stories, settings.topics, now, first_pulls)[: settings.shortlist]
    with store.writing() as connection:
        kept.keep_shortlist(connection, shortlist, now)
    return shortlist

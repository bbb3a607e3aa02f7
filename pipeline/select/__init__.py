"""The room ``select``: the entries of the last days become a shortlist of stories, each with its reasons."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING, Final

from pipeline.select.group import group, newest_of_each_feed
from pipeline.select.learn import lessons
from pipeline.select.meaning import word_vectors
from pipeline.select.memory import remembered
from pipeline.select.rank import Leanings, rank
from pipeline.select.regroup import put
from pipeline.store import select as kept

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime

    from sqlalchemy import Connection

    from pipeline.model import Lesson, RankedStory, SafeUrl, Story, StoryId, Written
    from pipeline.select.meaning import Meaning
    from pipeline.settings.sections import Sections
    from pipeline.store import Store

__all__ = ["learned", "regroup", "select"]

REMEMBERED: Final = timedelta(days=180)
"""So long a choice of the author's tells what they are looking for."""


def select(
    store: Store, settings: Sections, written: Mapping[SafeUrl, Written], now: datetime, *, again: bool = False
) -> tuple[RankedStory, ...]:
    """Make the shortlist and keep it. ``written`` are the published posts by their sources.

    ``again`` shows what was passed over, too, behind all that would be there without it.
    """
    with store.reading() as connection:
        entries = kept.entries_since(connection, now - timedelta(days=settings.select.days))
        first_pulls, decisions = kept.first_pulls(connection), kept.decisions(connection)
        leanings = _leanings(connection, settings, now)
        joined, parted = (kept.bonds_kept(connection, together=together) for together in (True, False))
    stories = group(newest_of_each_feed(entries), together=joined, apart=parted)
    known = {one.story.id: one for one in remembered(stories, written, decisions, again=again)}
    ranked = rank((one.story for one in known.values()), settings.select.topics, now, first_pulls, leanings)
    own = [item for item in ranked if not known[item.story.id].passed_over][: settings.select.shortlist]
    passed_over = [item for item in ranked if known[item.story.id].passed_over]
    shortlist = tuple(
        replace(item, written=known[item.story.id].written, choice=known[item.story.id].choice)
        for item in (*own, *passed_over)
    )
    with store.writing() as connection:
        kept.keep_shortlist(connection, shortlist, now)
    return shortlist


def regroup(
    store: Store,
    settings: Sections,
    written: Mapping[SafeUrl, Written],
    now: datetime,
    gone: Sequence[StoryId],
    stories: Sequence[Story],
) -> None:
    """Put ``stories``, which the author made of those that are ``gone``, in their place on the shortlist.

    What they were ranked by is looked at anew, but they stay in their place, and the shortlist is as old as it was.
    """
    with store.reading() as connection:
        first_pulls, leanings = kept.first_pulls(connection), _leanings(connection, settings, now)
    news = {one.story.id: one.written for one in remembered(stories, written, (), again=True)}
    ranked = {item.story.id: item for item in rank(stories, settings.select.topics, now, first_pulls, leanings)}
    fresh = tuple(replace(ranked[story.id], written=news.get(story.id)) for story in stories)
    with store.writing() as connection:
        made_at = kept.shortlist_made_at(connection) or now
        kept.keep_shortlist(connection, put(kept.kept_shortlist(connection), gone, fresh), made_at)


def learned(connection: Connection, now: datetime, words: Meaning | None = None) -> tuple[Lesson, ...]:
    """Return what the author's choices tell, by the vectors of words too, where there are any."""
    near = words.nearness if words else None
    return lessons(kept.decided(connection, now - REMEMBERED), kept.feed_titles(connection), near)


def _leanings(connection: Connection, settings: Sections, now: datetime) -> Leanings:
    words = word_vectors()
    trust = {feed.url: feed.trust for feed in settings.pull.feeds if feed.trust}
    return Leanings(
        trust={feed: trust[url] for url, feed in kept.feed_ids(connection, trust).items()},
        watched=(*settings.connect.people, *settings.connect.organisations),
        learned=learned(connection, now, words),
        refused=kept.refused_marks(connection),
        nearness=words.nearness if words else None,
    )

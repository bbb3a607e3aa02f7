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
from pipeline.select.regroup import joined, parted, put, word_to_stay
from pipeline.select.shortlist import shortened
from pipeline.store import echoes
from pipeline.store import select as kept

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence
    from datetime import datetime

    from sqlalchemy import Connection

    from pipeline.model import Lesson, RankedStory, SafeUrl, Story, Written
    from pipeline.settings.sections import Sections
    from pipeline.store import Store

__all__ = ["learned", "merge", "select", "split"]

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
    told = [replace(item, written=known[item.story.id].written, choice=known[item.story.id].choice) for item in ranked]
    shortlist = shortened(told, settings.select.shortlist)
    with store.writing() as connection:
        kept.keep_shortlist(connection, shortlist, now)
    return shortlist


def merge(
    store: Store, settings: Sections, written: Mapping[SafeUrl, Written], now: datetime, items: Sequence[RankedStory]
) -> Story:
    """Have stories of the shortlist told as one from now on, in the place of the first; return that story."""
    whole, bonds = joined([item.story for item in items])
    [fresh] = _ranked_anew(store, settings, written, now, [whole])
    word = word_to_stay(items, fresh)
    with store.writing() as connection:
        kept.keep_bonds(connection, bonds, now, together=True)
        if word:
            choice, item = word
            kept.keep_choice(connection, choice, [item], now)
        _put(connection, items, [fresh], now)
    return whole


def split(
    store: Store,
    settings: Sections,
    written: Mapping[SafeUrl, Written],
    now: datetime,
    item: RankedStory,
    entries: Collection[int],
) -> tuple[Story, Story]:
    """Have ``entries`` of a story of the shortlist told apart from now on; return the rest of it, and these."""
    parts, bonds = parted(item.story, entries)
    fresh = _ranked_anew(store, settings, written, now, parts)
    with store.writing() as connection:
        kept.keep_bonds(connection, bonds, now, together=False)
        _put(connection, [item], fresh, now)
    return parts


def _ranked_anew(
    store: Store, settings: Sections, written: Mapping[SafeUrl, Written], now: datetime, stories: Sequence[Story]
) -> tuple[RankedStory, ...]:
    """Return stories that the author made, in their order, with the reasons, the post and the choice of each."""
    with store.reading() as connection:
        first_pulls, leanings = kept.first_pulls(connection), _leanings(connection, settings, now)
        known = {one.story.id: one for one in remembered(stories, written, kept.decisions(connection), again=True)}
    ranked = {item.story.id: item for item in rank(stories, settings.select.topics, now, first_pulls, leanings)}
    return tuple(
        replace(ranked[story.id], written=known[story.id].written, choice=known[story.id].choice) for story in stories
    )


def _put(connection: Connection, gone: Sequence[RankedStory], fresh: Sequence[RankedStory], now: datetime) -> None:
    """Put ``fresh`` in the place of ``gone`` on the shortlist, which is as old as it was."""
    made_at = kept.shortlist_made_at(connection) or now
    kept.keep_shortlist(connection, put(kept.kept_shortlist(connection), gone, fresh), made_at)


def learned(connection: Connection, now: datetime) -> tuple[Lesson, ...]:
    """Return what the author's choices tell, by the vectors of words too, where there are any."""
    words = word_vectors()
    near = words.nearness if words else None
    return lessons(kept.decided(connection, now - REMEMBERED), kept.feed_titles(connection), near)


def _leanings(connection: Connection, settings: Sections, now: datetime) -> Leanings:
    words = word_vectors()
    trust = {feed.url: feed.trust for feed in settings.pull.feeds if feed.trust}
    return Leanings(
        trust={feed: trust[url] for url, feed in kept.feed_ids(connection, trust).items()},
        watched=(*settings.connect.people, *settings.connect.organisations),
        learned=learned(connection, now),
        refused=kept.refused_marks(connection),
        nearness=words.nearness if words else None,
        answered=echoes.answered(connection, now - REMEMBERED),
    )

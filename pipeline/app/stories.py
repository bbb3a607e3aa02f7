"""The stories of one author: selected, chosen among, joined and parted, drafted from, and what is learned of that."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from itertools import combinations
from typing import TYPE_CHECKING

from pipeline import post as posts
from pipeline.app.written import links_in, written_by_link
from pipeline.errors import UsageError
from pipeline.model import Choice, StoryId, last_words, latest_written
from pipeline.store import select as kept_stories

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterator, Sequence
    from datetime import datetime
    from pathlib import Path

    from pipeline.app.sources import Told
    from pipeline.model import Lesson, Post, RankedStory, SafeUrl, Story, Trend
    from pipeline.settings.sections import Settings
    from pipeline.store import Store


class Stories:
    """What was pulled, as stories. ``now`` is the time that all decisions are made for."""

    def __init__(self, settings: Settings, open_store: Callable[[], Store], now: datetime) -> None:
        self._settings = settings
        self._open_store = open_store
        self._now = now

    @property
    def _store(self) -> Store:
        return self._open_store()

    def select(self, *, again: bool = False) -> tuple[RankedStory, ...]:
        """Make the shortlist of stories that are worth the author's time now; ``again`` with what was passed over."""
        from pipeline.select import select

        return select(self._store, self._settings, written_by_link(self._settings.content), self._now, again=again)

    def shortlist(self) -> tuple[RankedStory, ...]:
        """Return the shortlist as it was last made, without what was skipped or written about, and is no news since."""
        return tuple(item for item in self._kept() if item.choice is not Choice.SKIP and not item.is_spent)

    def listed(self, story_ids: Sequence[int]) -> list[RankedStory]:
        """Return the stories of the shortlist by their ids. Raises ``UsageError`` where there is none."""
        known = {item.story.id: item for item in self._kept()}
        missing = [str(number) for number in story_ids if number not in known]
        if missing:
            raise UsageError(
                f"no story {', '.join(missing)} is on the shortlist; `byline select` shows their ids, "
                "and `byline select --again` those of what was passed over, too"
            )
        return [known[StoryId(number)] for number in dict.fromkeys(story_ids)]

    def _kept(self) -> Iterator[RankedStory]:
        """Yield the shortlist as it was last made, with what the author wrote and chose since."""
        written = written_by_link(self._settings.content)
        with self._store.reading() as connection:
            kept = kept_stories.kept_shortlist(connection)
            word = last_words(kept_stories.decisions(connection))
        for item in kept:
            wrote = latest_written(item.story, written) or item.written
            yield replace(item, written=wrote, choice=word(item.story, wrote))

    def choose(self, choice: Choice, story_ids: Sequence[int]) -> tuple[RankedStory, ...]:
        """Remember what the author chose about stories of the shortlist, and return these."""
        items = self.listed(story_ids)
        with self._store.writing() as connection:
            kept_stories.keep_choice(connection, choice, items, self._now)
        return tuple(items)

    def take_back(self, story_id: int) -> RankedStory:
        """Forget the author's latest choice about a story, and return it as it stands then."""
        [item] = self.listed([story_id])
        with self._store.writing() as connection:
            kept_stories.take_back_choice(connection, item)
        return self.listed([story_id])[0]

    def merge(self, story_ids: Sequence[int]) -> RankedStory:
        """Have the stories told as one from now on, in the place of the first; return that story."""
        from pipeline.select.regroup import joined

        stories = [item.story for item in self.listed(story_ids)]
        every = combinations(stories, 2)  # each report with each, so that all of both stay together
        self._bind([(one.id, other.id) for a, b in every for one in a.entries for other in b.entries], together=True)
        [merged] = self._regrouped(stories, [joined(stories)])
        return merged

    def split(self, story_id: int, entry_ids: Sequence[int]) -> tuple[RankedStory, ...]:
        """Have these entries of a story told apart from the rest of it from now on; return the rest, and these."""
        from pipeline.select.regroup import parted

        [item] = self.listed([story_id])
        inside = {entry.id for entry in item.story.entries}
        apart = inside.intersection(entry_ids)
        if strange := [str(number) for number in entry_ids if number not in inside]:
            raise UsageError(f"story {story_id} has no entry {', '.join(strange)}; `byline select --json` shows them")
        if not 0 < len(apart) < len(inside):
            raise UsageError(
                f"not all of story {story_id} can be told apart; name those that do not belong to the others"
            )
        self._bind([(one, other) for one in apart for other in inside - apart], together=False)
        return self._regrouped([item.story], parted(item.story, apart))

    def lessons(self) -> tuple[tuple[Lesson, ...], frozenset[str]]:
        """Return what the author's choices tell, and the marks of what they refused of it."""
        from pipeline.select import learned
        from pipeline.select.meaning import word_vectors

        with self._store.reading() as connection:
            return learned(connection, self._now, word_vectors()), kept_stories.refused_marks(connection)

    def refuse(self, mark: str, *, refused: bool = True) -> None:
        """Heed a lesson no more, or after all."""
        with self._store.writing() as connection:
            kept_stories.keep_refusal(connection, mark, self._now, refused=refused)

    def trends(self) -> tuple[Trend, ...]:
        """Return what rises and falls in what was pulled, week by week."""
        from pipeline.select.trends import WEEKS, trends

        with self._store.reading() as connection:
            entries = kept_stories.entries_since(connection, self._now - timedelta(weeks=WEEKS))
        return trends(entries, self._now)

    def write(self, story_ids: Sequence[int]) -> Path:
        """Write a draft about the stories given by id, or about the first of the shortlist that are in no draft."""
        from pipeline.write import write

        shortlist = self.shortlist() or self.select()
        stories = self.listed(story_ids) or self._next(shortlist)
        own = self._settings.overrides / "draft"
        path = write(stories, self._store, self._settings.content, self._settings.write, self._now, own)
        if story_ids:
            self.choose(Choice.PICK, story_ids)
        return path

    def write_picked(self) -> Path:
        """Write a draft about the stories of the shortlist that are picked and in no draft yet."""
        drafted = self.drafted()
        picked = [item for item in self.shortlist() if item.choice is Choice.PICK and _is_apart(item, drafted)]
        ids = [item.story.id for item in picked if item.story.lead.link is not None]
        if not ids:
            raise UsageError("no story is picked that has a link and is in no draft yet; pick one first")
        return self.write(ids)

    def drafted(self) -> frozenset[SafeUrl]:
        """Return the links that drafts comment on."""
        return links_in(self._settings.content, posts.DRAFTS)

    def told(self, post: Post) -> tuple[Told, ...]:
        """Return what is stored of the sources of a post."""
        from pipeline.app.sources import sources_of

        return sources_of(post, self._store)

    def _bind(self, pairs: Sequence[tuple[int, int]], *, together: bool) -> None:
        with self._store.writing() as connection:
            kept_stories.keep_bonds(connection, pairs, self._now, together=together)

    def _regrouped(self, old: Sequence[Story], new: Sequence[Story]) -> tuple[RankedStory, ...]:
        """Put the stories ``new`` in the place of the ``old`` ones that they are made of, and return them."""
        from pipeline.select import regroup

        written = written_by_link(self._settings.content)
        regroup(self._store, self._settings, written, self._now, [story.id for story in old], new)
        return tuple(self.listed([story.id for story in new]))

    def _next(self, shortlist: Sequence[RankedStory]) -> Sequence[RankedStory]:
        """Return the stories that no draft is about yet: those that were picked or, without any, the first."""
        linked = [item for item in shortlist if item.story.lead.link is not None]
        drafted = self.drafted()
        new = [item for item in linked if _is_apart(item, drafted)]
        picked = [item for item in new if item.choice is Choice.PICK]
        if picked:
            return picked
        if linked and not new:
            raise UsageError("every story of the shortlist is in a draft already; name ids to draft some of them anew")
        return new[: self._settings.write.takes]


def _is_apart(item: RankedStory, links: Collection[SafeUrl]) -> bool:
    """Tell whether none of ``links`` is that of a report of the story."""
    return all(entry.link not in links for entry in item.story.entries)

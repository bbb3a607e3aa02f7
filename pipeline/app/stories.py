"""The stories of one author: selected, chosen among, joined and parted, drafted from, and what is learned of that."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from pipeline import post as posts
from pipeline.app.written import links_in, written_by_link
from pipeline.model import Choice
from pipeline.store import select as kept_stories

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from datetime import datetime
    from pathlib import Path

    from pipeline.app.sources import Quotable
    from pipeline.model import Lesson, Post, RankedStory, SafeUrl, Trend
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
        from pipeline.select.shortlist import waiting

        return waiting(self._kept())

    def passed_over(self) -> tuple[RankedStory, ...]:
        """Return the rest of the shortlist as it was last made: all there is, if it was made ``again``."""
        from pipeline.select.shortlist import passed_over

        return passed_over(self._kept())

    def listed(self, story_ids: Sequence[int]) -> list[RankedStory]:
        """Return the stories of the shortlist by their ids. Raises ``UsageError`` where there is none."""
        from pipeline.select.shortlist import named

        return named(self._kept(), story_ids)

    def _kept(self) -> tuple[RankedStory, ...]:
        """Return the shortlist as it was last made, with what the author wrote and chose since."""
        from pipeline.select.shortlist import as_it_stands

        written = written_by_link(self._settings.content)
        with self._store.reading() as connection:
            kept, decisions = kept_stories.kept_shortlist(connection), kept_stories.decisions(connection)
        return as_it_stands(kept, written, decisions)

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
        from pipeline.select import merge

        written = written_by_link(self._settings.content)
        merged = merge(self._store, self._settings, written, self._now, self.listed(story_ids))
        return self.listed([merged.id])[0]

    def split(self, story_id: int, entry_ids: Sequence[int]) -> tuple[RankedStory, ...]:
        """Have these entries of a story told apart from the rest of it from now on; return the rest, and these."""
        from pipeline.select import split

        [item] = self.listed([story_id])
        written = written_by_link(self._settings.content)
        parts = split(self._store, self._settings, written, self._now, item, entry_ids)
        return tuple(self.listed([part.id for part in parts]))

    def lessons(self) -> tuple[tuple[Lesson, ...], frozenset[str]]:
        """Return what the author's choices tell, and the marks of what they refused of it."""
        from pipeline.select import learned

        with self._store.reading() as connection:
            return learned(connection, self._now), kept_stories.refused_marks(connection)

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
        from pipeline.select.shortlist import next_to_draft
        from pipeline.write import write

        shortlist = self.shortlist() or self.select()
        most = self._settings.write.takes
        stories = self.listed(story_ids) if story_ids else next_to_draft(shortlist, self.drafted(), most)
        own = self._settings.overrides / "draft"
        path = write(stories, self._store, self._settings.content, self._settings.write, self._now, own)
        if story_ids:
            self.choose(Choice.PICK, story_ids)
        return path

    def write_picked(self) -> Path:
        """Write a draft about the stories of the shortlist that are picked and in no draft yet."""
        from pipeline.select.shortlist import picked_to_draft

        return self.write([item.story.id for item in picked_to_draft(self.shortlist(), self.drafted())])

    def drafted(self) -> frozenset[SafeUrl]:
        """Return the links that drafts comment on."""
        return links_in(self._settings.content, posts.DRAFTS)

    def told(self, post: Post) -> tuple[Quotable, ...]:
        """Return what is stored of the sources of a post."""
        from pipeline.app.sources import sources_of

        return sources_of(post, self._store)

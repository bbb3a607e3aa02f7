"""The author's files to the finished pages, step by step, with a memory for who does it again and again."""

from __future__ import annotations

import gc
from dataclasses import dataclass, field
from datetime import date
from functools import partial
from typing import TYPE_CHECKING, Final

from pipeline.errors import PublishError
from pipeline.model import Shown
from pipeline.publish.engine import Built, build, planned
from pipeline.publish.facts import places
from pipeline.publish.facts.alike import alike
from pipeline.publish.facts.catalogue import Catalogue, catalogue
from pipeline.publish.facts.person import person_of, with_echoes, with_service
from pipeline.publish.facts.reading import Seen, drafts_of, published
from pipeline.publish.facts.told import told_of
from pipeline.publish.facts.withheld import Held, parted
from pipeline.publish.finish import Finished, finish
from pipeline.publish.finish.cards import begin
from pipeline.publish.site import Site
from pipeline.publish.stage import stage
from pipeline.publish.stage.whole import Whole

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from pipeline.model import Post, Trend
    from pipeline.publish.facts.alike import Alike
    from pipeline.publish.finish.beside import Beside
    from pipeline.publish.stage.files import Staged
    from pipeline.settings.sections import Settings


_NOTHING: Final = Shown()
_OBJECTS: Final = 200_000
"""So many objects more, and Python looks for those that nobody needs; usually it does for each 700."""


@dataclass(slots=True, kw_only=True)
class Memo:
    """For which ``day`` the site is made; and, where it is a preview, which has none, what is kept in mind of it.

    ``shown`` is what it shows besides what the author's file of facts tells.
    A preview builds again and again: it remembers posts by their files, and what is like what.
    """

    day: date | None = None
    shown: Shown = _NOTHING
    reads: Seen = field(default_factory=dict)
    alike: Alike = field(default_factory=dict)

    def likest(self, posts: Sequence[Post], memory: Path) -> Alike:
        """Return which of ``posts`` are about the same; while one is written, as it was before."""
        if self.alike.keys() != {post.path.name for post in posts}:
            self.alike = alike(posts, memory)
        return self.alike


@dataclass(frozen=True, slots=True, kw_only=True)
class Made:
    """What the engine made, what it was made of, and what was ``held`` back."""

    settings: Settings
    held: Held
    found: Catalogue
    staged: Staged
    built: Built

    def finished(self, beside: Beside) -> Finished:
        """Return all files of the site but its search, which is begun ``beside``."""
        return finish(self.built.pieces, self.staged, self.found, self.settings, beside)

    def site(self, whole: Finished, moved: tuple[str, ...]) -> Site:
        """Return what is known of the site that consists of ``whole``; ``moved`` tells which posts were renamed."""
        return Site(
            folder=self.settings.output,
            posts=len(self.found.posts),
            pages=sum(name.endswith(".html") for name in whole.pieces),
            fresh=self.built.fresh,
            slowed=self.built.slowed,
            moved=moved,
            held=(*self.held.told, *self.staged.held),
            days=(self.held.first, self.held.last),
            warnings=(*self.staged.notices, *self.built.warnings, *whole.warnings),
        )


def make(
    settings: Settings,
    beside: Beside,
    *,
    engine: str = "",
    trends: Sequence[Trend] | None = None,
    memo: Memo | None = None,
    fast: bool = True,
) -> Made:
    """Return the pages of the site, for a preview with all that is kept back too; not ``fast``, all anew.

    Without a ``memo``, it is made for a day by which every post is out. Pictures are begun ``beside``. Raises
    ``PublishError``.
    """
    work = beside.work
    gc.set_threshold(_OBJECTS)  # next to nothing of a build becomes garbage before its end
    memo = memo or Memo(day=date.max)
    if memo.day is None:
        every, held = (*published(settings, work, memo.reads), *drafts_of(settings)), Held()
    else:
        every, held = parted(published(settings, work), memo.day)
    found = catalogue(every, partial(alike if memo.day else memo.likest, memory=work))
    if beside.draws:
        begin(beside.pictures, found, settings)
    person = with_echoes(with_service(person_of(settings.content), memo.shown.service), memo.shown.echoes)
    whole = Whole(found=found, person=person, settings=settings)
    staged = stage(work / "stage", whole, trends, drafts=memo.day is None)
    told = told_of(found, whole.person, settings)
    plan = planned(staged, work, engine or settings.publish.engine, told, settings)
    built = build(plan, settings, fast=fast)
    _see_that_there(found, built)
    return Made(settings=settings, held=held, found=found, staged=staged, built=built)


def _see_that_there(found: Catalogue, built: Built) -> None:
    """See to it that each post is where the letter and the feeds will link to."""
    for post in found.posts:
        page = places.post_page(post)
        if page not in built.pieces:
            raise PublishError(
                f"The site has no page {page.removesuffix('index.html')}, which letters and feeds link to: "
                "mkdocs.yml must not say use_directory_urls: false, nor exclude posts."
            )

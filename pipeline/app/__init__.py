"""Builds the real parts once and hands them to the rooms.

What comes in is the settings of a site and the time; what goes out are the rooms' results. The command line,
and later the desk and the worker, call this and nothing below it. Each room is imported when it is first needed.
"""

from __future__ import annotations

from contextlib import suppress
from datetime import datetime, timedelta
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, TypedDict

from pipeline import post as posts
from pipeline.errors import PostError, UsageError
from pipeline.model import Shown

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
    from datetime import date

    from pipeline.app.assist import Assist
    from pipeline.app.backup import BackedUp
    from pipeline.app.echoes import Echoes
    from pipeline.app.feeds import Feeds
    from pipeline.app.letters import Letters
    from pipeline.app.matches import Matches
    from pipeline.app.mentioned import Mentioned
    from pipeline.app.noted import Noted
    from pipeline.app.readers import Readers
    from pipeline.app.returns import Returns
    from pipeline.app.service import Service
    from pipeline.app.shares import Shares
    from pipeline.app.standing import Status
    from pipeline.app.stories import Stories
    from pipeline.app.week import Week
    from pipeline.connect.network import Network
    from pipeline.model import (
        Approval,
        Finding,
        Mention,
        Post,
        SafeUrl,
        Snapshot,
        Trend,
        Unreadable,
    )
    from pipeline.publish.site import Site
    from pipeline.settings.sections import Settings
    from pipeline.store import Store
    from pipeline.web import Others


class FactsOfSite(TypedDict):
    """What a site shows beside the author's files, and the day that it is built for."""

    today: date
    trends: tuple[Trend, ...] | None
    shown: Shown


class App:
    """One author's pipeline. ``now`` is the time that all decisions are made for.

    ``others`` are who else asks the hosts of feeds.
    """

    def __init__(self, settings: Settings, now: datetime, others: Others | None = None) -> None:
        self.settings = settings
        self.now = now
        self.others = others

    @cached_property
    def store(self) -> Store:
        """The store, opened and brought up to date when first asked for."""
        from pipeline.store import Store

        return Store(self.settings.database_url)

    def at(self, now: datetime) -> App:
        """Return the same pipeline at another time; it shares what is open, and is not to be closed."""
        later = App(self.settings, now, self.others)
        later.__dict__["store"] = self.store
        return later

    def close(self) -> None:
        """Let go of what was opened."""
        if "store" in self.__dict__:
            self.store.close()

    @cached_property
    def feeds(self) -> Feeds:
        """All that concerns the feeds of byline.yml."""
        from pipeline.app.feeds import Feeds

        return Feeds(self.settings, lambda: self.store, self.now, self.others)

    @cached_property
    def stories(self) -> Stories:
        """All that concerns stories, from the shortlist to a draft."""
        from pipeline.app.stories import Stories

        return Stories(self.settings, lambda: self.store, self.now)

    @cached_property
    def assist(self) -> Assist:
        """All that a language model may propose."""
        from pipeline.app.assist import Assist

        return Assist(self.settings, lambda: self.store, self.now, self.check_text)

    # -- write, publish, connect

    def find(self, name: str, *folders: str) -> Path:
        """Return the file of a post or draft by what the author calls it; the first of ``folders`` counts.

        A post is found by a name that it had before, too.
        """
        content = self.settings.content
        try:
            return posts.find(content, name, folders or (posts.POSTS, posts.DRAFTS))
        except UsageError:
            had = [post.path for post in _legible(posts.paths(content)) if name in post.aliases]
            if len(had) != 1:
                raise
            return had[0]

    def drafts(self) -> list[Path]:
        """Return the files of all drafts."""
        return posts.paths(self.settings.content, posts.DRAFTS)

    def check(self, path: Path, dead: Mapping[SafeUrl, str] | None = None) -> tuple[Finding, ...]:
        """Return what keeps the post in ``path`` from being published; ``dead`` are links that were tried in vain."""
        from pipeline.write import check

        return check(path, self.store, self.settings.content, self.settings.write, dead=dead)

    def fix(self, path: Path) -> tuple[str, ...]:
        """Put right what can be in the post in ``path`` without a word of the author's. Return what that was."""
        from pipeline.write import fix

        return fix(path, self.store)

    def dead_links(self, paths: Sequence[Path]) -> Mapping[SafeUrl, str]:
        """Go to each link to another site of the posts in ``paths``. Return which lead nowhere, and why."""
        from pipeline.write.links import external_links

        return self.feeds.dead_among({url for post in _legible(paths) for url in external_links(post)})

    def read_articles(self, paths: Sequence[Path], tell: Callable[[SafeUrl, Snapshot | Unreadable], None]) -> None:
        """Keep the text of the page that each take of the posts in ``paths`` is about, where its site allows that."""
        self.feeds.read(dict.fromkeys(take.url for post in _legible(paths) for take in post.takes), tell)

    def approve(self, path: Path, by: str | None = None) -> tuple[Path, Approval]:
        """Note in the post at ``path`` that its words are approved by ``by``, or by the author of the site.

        Raises ``UsageError`` where a check finds an error in it.
        """
        from pipeline.write import approve

        name = by or self.settings.site.author
        return path, approve(path, name, lambda text: self.check_text(path, text), self.now)

    def check_text(self, path: Path, text: str) -> tuple[Finding, ...]:
        """Return what would keep the post in ``path`` from being published if it held ``text``."""
        from pipeline.write import check

        return check(path, self.store, self.settings.content, self.settings.write, text=text)

    def can_be_accepted(self, found: Finding) -> bool:
        """Tell whether the author may leave what was found as it is."""
        from pipeline.write.accept import can_be_accepted

        return can_be_accepted(found.rule)

    def accepting(self, path: Path, text: str, rule: str, reason: str) -> str:
        """Return ``text``, what the post in ``path`` holds, with the findings of a rule accepted for a reason."""
        from pipeline.write.accept import with_acceptance

        return with_acceptance(text, posts.parse(text, path), rule, reason)

    def publish_draft(self, path: Path) -> tuple[Path | None, tuple[Finding, ...]]:
        """Move a draft that passes the check to content/posts/; where posts must be approved, only one that is."""
        from pipeline.write import publish_draft

        return publish_draft(path, self.store, self.settings.content, self.settings.write)

    def glance(self, path: Path, text: str) -> str:
        """Return how the page of the post in ``path`` will look, if it held ``text``; nobody has cleaned this HTML."""
        from pipeline.publish.glance import glance

        return glance(posts.parse(text, path), self.settings)

    def looks(self) -> tuple[Path, ...]:
        """Return the style sheets of the site."""
        from pipeline.publish.engine import looks

        return looks(self.settings.overrides)

    def publish(self, *, engine: str = "", strict: bool = False) -> Site:
        """Build the site, with another ``engine`` than that of the settings if named; ``strict`` minds warnings.

        Raises ``UsageError`` where posts must be approved and one is not; if ``strict``, also where one that the site
        does not show yet has no words of the author's.
        """
        from pipeline.app.departing import see_that_said
        from pipeline.publish import publish

        if strict:
            see_that_said(*(post for post in _legible(self._unbuilt()) if not self.held(post.path)))
        return publish(self.settings, engine=engine, strict=strict, **self.facts_of_site())

    def facts_of_site(self) -> FactsOfSite:
        """Return what a build is told besides the author's files. Raises ``UsageError`` as ``publish`` does."""
        from pipeline.publish.facts.withheld import today

        if self.settings.write.approval:
            self.see_that_approved(*(path for path in posts.paths(self.settings.content) if not self.held(path)))
        return {"today": today(self.now), "trends": self._trends_of_site(), "shown": self.shown_of_site()}

    def shown_of_site(self) -> Shown:
        """Return what the site shows of the store: what others say, and what the author gave.

        A store that is not there yet is not made for that: a build that is refused leaves no trace.
        """
        if isinstance(place := self.settings.database_url, Path) and not place.exists():
            return Shown()
        return Shown(echoes=self.heard.shown(), service=tuple(self.network.public_service()))

    def held(self, path: Path) -> str:
        """Return why the post in ``path`` is kept back from the site of today; nothing where it is not."""
        from pipeline.publish.facts.withheld import today, why_held

        return why_held(posts.read(path), today(self.now))

    def kept_back(self, read: Iterable[Post]) -> set[Path]:
        """Return the files of those posts that are kept back from the site of today."""
        from pipeline.publish.facts.withheld import today, why_held

        return {post.path for post in read if why_held(post, today(self.now))}

    def unbuilt(self) -> tuple[Path, ...]:
        """Return the posts that wait for a build here: the site does not show them as they are, or holds them back."""
        return () if self.settings.publish.built_elsewhere else self._unbuilt()

    def _unbuilt(self) -> tuple[Path, ...]:
        from pipeline.publish.stamp import unbuilt

        return unbuilt(self.settings)

    def preview(self, port: int, tell: Callable[[str], None]) -> None:
        """Serve the site here until interrupted, building it anew at each change."""
        from pipeline.publish import show

        show(self.settings, port, tell, self._trends_of_site, self.shown_of_site)

    def _trends_of_site(self) -> tuple[Trend, ...] | None:
        return self.stories.trends() if self.settings.publish.trends else None

    def connect(self, days: int) -> tuple[Mention, ...]:
        """Return whom of byline.yml's people and organisations the news of the last ``days`` names."""
        from pipeline.connect import connect

        return connect(self.store, self.settings.connect, timedelta(days=days), self.now)

    @cached_property
    def shares(self) -> Shares:
        """All that concerns telling of a post elsewhere."""
        from pipeline.app.shares import Shares

        return Shares(self)

    @cached_property
    def heard(self) -> Echoes:
        """All that concerns what others say of the author's work."""
        from pipeline.app.echoes import Echoes

        return Echoes(self.settings, lambda: self.store, self.now)

    @cached_property
    def mentioned(self) -> Mentioned:
        """Webmentions to pages of the site."""
        from pipeline.app.mentioned import Mentioned

        return Mentioned(self.settings, self.store)

    @cached_property
    def network(self) -> Network:
        """All that concerns the people and organisations that the author knows."""
        from pipeline.connect.network import Network

        return Network(lambda: self.store, self.settings.connect, self.settings.state / "refused", self.now)

    @cached_property
    def matches(self) -> Matches:
        """All that concerns what this week gives to whom: matches, notes, introductions."""
        from pipeline.app.matches import Matches

        return Matches(self.settings, lambda: self.store, self.now)

    @cached_property
    def noted(self) -> Noted:
        """The notes that wait for the author to send them."""
        from pipeline.app.noted import Noted

        return Noted(self.settings, lambda: self.store, self.now)

    # -- send

    def see_that_approved(self, *paths: Path) -> None:
        """See that the posts in ``paths`` are approved as they stand, where the settings ask for that."""
        if open_ones := self.unapproved(paths):
            names = "".join(f"\n  {path.stem}" for path in open_ones)
            raise UsageError(f"not approved as it stands; read it, and then `byline approve` it:{names}")

    def unapproved(self, paths: Iterable[Path]) -> list[Path]:
        """Return which of ``paths`` wait for somebody to approve them; none where the settings do not ask for that."""
        from pipeline.post.approval import approval

        return [path for path in paths if self.settings.write.approval and approval(posts.read(path)) is None]

    @cached_property
    def letters(self) -> Letters:
        """All that concerns the letter, from its look to its sending."""
        from pipeline.app.letters import Letters

        return Letters(self)

    @cached_property
    def readers(self) -> Readers:
        """All that concerns the readers of the letter."""
        from pipeline.app.readers import Readers

        return Readers(self.settings, lambda: self.store, self.now)

    @cached_property
    def returns(self) -> Returns:
        """All that concerns what comes back of letters."""
        from pipeline.app.returns import Returns

        return Returns(self.settings, lambda: self.store, self.now)

    def service(self) -> Service:
        """Return what the public service for readers may do."""
        from pipeline.app.service import Service

        return Service(self.settings, self.store, self.readers.tokens)

    @cached_property
    def week(self) -> Week:
        """The author's week: what waits in all rooms, and the time for it."""
        from pipeline.app.week import Week

        return Week(self)

    # -- all rooms

    def backup(self, path: Path, recipients: Sequence[str] = ()) -> BackedUp:
        """Write all that cannot be done again into the new file ``path``, encrypted for recipients or a passphrase."""
        from pipeline.app.backup import backup
        from pipeline.app.backup.sealed import Lock

        known = self.settings.secrets.backup_passphrase
        lock = Lock(passphrase=known.get_secret_value() if known else None, recipients=tuple(recipients))
        return backup(self.settings, path, lock, self.now)

    def copy_store(self, url: str, *, moves_to: str = "") -> Mapping[str, int]:
        """Copy the store into the empty one at ``url``, and where it ``moves_to`` there, write no more here."""
        from pipeline.app.moving import copy_store

        return copy_store(self.store, url, moves_to, self.now)

    def stay(self) -> bool:
        """Have this store written to again. Return whether it was moved."""
        from pipeline.store import moves

        with self.store.writing(though_moved=True) as connection:
            return moves.stay(connection)

    def status(self) -> Status:
        """Return what is due, what failed and what waits."""
        from pipeline.app.standing import status_of

        return status_of(self)


def _legible(paths: Iterable[Path]) -> Iterator[Post]:
    """Yield the posts in ``paths``, without those that are none: the check says what is wrong with them."""
    for path in paths:
        with suppress(PostError):
            yield posts.read(path)

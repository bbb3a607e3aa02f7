"""The feeds of one author: pulled, listed, added, moved in and out, and looked into."""

from __future__ import annotations

import random
from dataclasses import replace
from typing import TYPE_CHECKING, Any, TypeVar

from pipeline import __version__
from pipeline import settings as setting
from pipeline.errors import BylineError, PullError, QuietError, UsageError
from pipeline.html import authority, plain_text, safe_url
from pipeline.settings import edits
from pipeline.settings.sections import FeedSettings, PullSettings
from pipeline.store import pull as kept

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Coroutine, Iterable, Mapping, Sequence
    from datetime import datetime
    from pathlib import Path

    from pipeline.model import (
        Change,
        Feed,
        FeedOutcome,
        ParsedFeed,
        PlainText,
        RankedStory,
        SafeUrl,
        Snapshot,
        Unreadable,
    )
    from pipeline.pull.subscriptions.advice import Advice
    from pipeline.pull.subscriptions.discover import Discovery
    from pipeline.pull.subscriptions.health import FeedHealth
    from pipeline.settings.sections import Settings
    from pipeline.store import Store
    from pipeline.web import Answer, Others, Unreachable, Web

_Done = TypeVar("_Done")


class Feeds:
    """The feeds of byline.yml. ``now`` is the time that all decisions are made for; the store is opened if needed.

    ``others`` are who else asks the hosts of feeds.
    """

    def __init__(
        self, settings: Settings, open_store: Callable[[], Store], now: datetime, others: Others | None = None
    ) -> None:
        self._settings = settings
        self._open_store = open_store
        self._now = now
        self._others = others

    @property
    def _store(self) -> Store:
        return self._open_store()

    def pull(
        self, tell: Callable[[FeedOutcome], None], urls: Sequence[str] = (), *, only_due: bool = False, history: int = 0
    ) -> tuple[FeedOutcome, ...]:
        """Fetch the feeds at ``urls``, or all of byline.yml, and keep what is new.

        ``tell`` hears of each as it is done. ``only_due`` leaves out those that are not worth asking yet; ``history``
        earlier pages of each are read too.
        """
        from pipeline.pull import Terms, pull

        terms = Terms(now=self._now, only_due=only_due, history=history, dice=random.random)
        return _on_the_web(
            self._settings, lambda web: pull(self._wanted(urls), web, self._store, terms, tell), self._others
        )

    def are_due(self) -> bool:
        """Tell whether any feed of byline.yml is worth asking now."""
        from pipeline.html import host_of
        from pipeline.pull.settle import spared

        if not self._settings.pull.feeds:
            return False
        with self._store.reading() as connection:
            hosts = kept.waits(connection, self._now)
        waits = ((feed, hosts.get(host_of(feed.address))) for feed in self._wanted(()))
        return any(spared(feed, wait, self._now, only_due=True) is None for feed, wait in waits)

    def articles(
        self, shortlist: Sequence[RankedStory], tell: Callable[[SafeUrl, Snapshot | Unreadable], None]
    ) -> None:
        """Keep the text of the article that each story of ``shortlist`` is shown by, where its site allows that."""
        allowed = [feed.url for feed in self._settings.pull.feeds if feed.allow_private]
        with self._store.writing() as connection:
            own = {feed.id: authority(feed.url) for feed in kept.known_feeds(connection, allowed).values()}
        leads = [item.story.lead for item in shortlist]
        # Only a feed that may be private may lead to a private page, and only to one of its own host.
        links = {lead.link: own.get(lead.feed) == authority(lead.link) for lead in leads if lead.link}
        self._take_snapshots(links, tell)

    def read(self, urls: Iterable[SafeUrl], tell: Callable[[SafeUrl, Snapshot | Unreadable], None]) -> None:
        """Keep the text of the page at each of ``urls``, which the author links to, where its site allows that."""
        own = self._own_hosts()
        self._take_snapshots({url: authority(url) in own for url in urls}, tell)

    def _take_snapshots(
        self, links: Mapping[SafeUrl, bool], tell: Callable[[SafeUrl, Snapshot | Unreadable], None]
    ) -> None:
        from pipeline.pull.articles import take_snapshots

        _on_the_web(self._settings, lambda web: take_snapshots(links, web, self._store, self._now, tell), self._others)

    def _own_hosts(self) -> set[tuple[str, int] | None]:
        """Return the hosts of feeds that may be at a private address: the author's own links may lead there as well."""
        return {authority(feed.url) for feed in self._settings.pull.feeds if feed.allow_private}

    def dead_among(self, urls: Collection[SafeUrl]) -> Mapping[SafeUrl, str]:
        """Return which of ``urls``, links of the author's, lead nowhere, and why; hosts that rest are not asked."""
        from pipeline.pull.guest import LeftAlone, as_guest
        from pipeline.write.links import dead_among

        own = self._own_hosts()

        async def visits(web: Web) -> Mapping[SafeUrl, str]:
            with as_guest(web, self._store, self._now) as guest:

                async def visit(url: SafeUrl) -> Answer | Unreachable | None:
                    answer = await guest.get(url, allow_private=authority(url) in own)
                    return None if isinstance(answer, LeftAlone) else answer

                return await dead_among(urls, visit)

        return _on_the_web(self._settings, visits, self._others) if urls else {}

    def healths(self) -> tuple[FeedHealth, ...]:
        """Return the feeds of byline.yml with their health."""
        from pipeline.pull.subscriptions.health import healths

        with self._store.reading() as connection:
            return healths(self._settings.pull.feeds, kept.feed_reports(connection, self._now), self._now)

    def advice(self) -> tuple[Advice, ...]:
        """Return what would make the list of feeds better."""
        from pipeline.pull.subscriptions.advice import advice

        return advice(self.healths(), self._now)

    def discover(self, url: str, *, allow_private: bool = False) -> Discovery:
        """Return the feeds found at ``url``, which may be that of a feed or of any page of a site, the likeliest first.

        Raises ``PullError`` where there is none.
        """
        from pipeline.pull.subscriptions import look_for_feeds
        from pipeline.web import Unreachable

        found = _on_the_web(
            self._settings,
            lambda web: look_for_feeds(url, web, self._store, self._now, allow_private=allow_private),
            self._others,
        )
        if isinstance(found, Unreachable):
            cause = found.cause
        elif found.candidates:
            return found
        else:
            cause = found.trouble or "leads to no feed"
        raise PullError(f"{url} {cause}; nothing was added (--no-check adds it all the same)")

    def add(self, url: str, title: str = "", topics: Sequence[str] = (), *, allow_private: bool = False) -> None:
        """Write the feed at ``url`` into byline.yml, and have it asked again if it was paused.

        Raises ``UsageError`` where it stands there already.
        """
        new = FeedSettings(url=url, title=title, topics=tuple(topics), allow_private=allow_private)
        edits.add_feeds(self._settings, [new])
        with self._store.writing() as connection:
            feed = kept.known_feeds(connection, [url])[url]
            if feed.paused:
                kept.keep_feed(connection, replace(feed, paused=None, failures=0, error=None, due=None))

    def remove(self, url: str) -> None:
        """Take a feed out of byline.yml; what was pulled from it stays in the store."""
        edits.remove_feed(self._settings, url)

    def undo(self, url: str) -> Change:
        """Take back what Byline last changed by itself about the feed at ``url``, and return it.

        Raises ``UsageError`` where nothing was changed.
        """
        from pipeline.pull.moves import taken_back

        [named] = self._wanted([url])
        with self._store.writing() as connection:
            feed = kept.held_feed(connection, named.id)  # as it is now: a pull may have ended since
            change = kept.undo_last_change(connection, feed.id, self._now)
            if change is None:
                raise UsageError(f"Byline has changed nothing about {url} by itself")
            kept.keep_feed(connection, taken_back(feed, change))
        return change

    def import_opml(
        self, file: Path, *, allow_private: bool = False
    ) -> tuple[Sequence[SafeUrl], int, Sequence[PlainText]]:
        """Write the feeds of an OPML file into byline.yml.

        Return those that were new, how many were known, and what was refused.
        """
        from pipeline.opml import MAX_BYTES, read_opml

        with file.open("rb") as stream:
            read = read_opml(stream.read(MAX_BYTES + 1))  # one byte more than is taken is refused by its size
        listed = [feed.url for feed in self._settings.pull.feeds]
        known = {*listed, *(safe_url(url, tracking=True) for url in listed)}
        new = [outline for outline in read.outlines if outline.url not in known]
        edits.add_feeds(
            self._settings,
            [FeedSettings(url=one.url, title=one.title, topics=one.topics, allow_private=allow_private) for one in new],
        )
        self._remember_sites({outline.url: outline.site for outline in new if outline.site})
        return tuple(outline.url for outline in new), len(read.outlines) - len(new), read.refused

    def _remember_sites(self, sites: Mapping[str, SafeUrl]) -> None:
        with self._store.writing() as connection:
            for url, feed in kept.known_feeds(connection, list(sites)).items():
                kept.keep_feed(connection, replace(feed, site=feed.site or sites[url]))

    def export_opml(self) -> bytes:
        """Return the feeds of byline.yml as OPML, each in the folders of its topics."""
        from pipeline.opml import Outline, write_opml

        outlines = [
            Outline(
                url=health.location or url,
                title=plain_text(health.title),
                topics=tuple(map(plain_text, health.topics)),
                site=health.site,
            )
            for health in self.healths()
            if (url := safe_url(health.url, tracking=True))
        ]
        return write_opml(f"Feeds of {self._settings.site.site_name}", outlines, made=self._now)

    def _wanted(self, urls: Sequence[str]) -> list[Feed]:
        """Return the feeds at ``urls``, or all of byline.yml, with what the store remembers of each."""
        named = {feed.url: feed for feed in self._settings.pull.feeds}
        if not named and not urls:
            raise QuietError(f"{setting.FILE} names no feed yet: add one with `byline feeds add URL`")
        if strange := [url for url in urls if url not in named]:
            raise UsageError(f"{strange[0]} is not in {setting.FILE}; `byline feeds list` shows what is")
        with self._store.writing() as connection:
            known = kept.known_feeds(connection, list(named))
        return [
            replace(
                known[url],
                title=plain_text(named[url].title) or known[url].own_title,
                allow_private=named[url].allow_private,
            )
            for url in dict.fromkeys(urls or named)
        ]


def read_feeds(
    places: Sequence[str], settings: Settings | None, now: datetime, *, allow_private: bool
) -> Sequence[tuple[str, ParsedFeed | Unreadable]]:
    """Return what Byline sees in the feeds at addresses or in files, without keeping it; needs no site."""
    from pipeline.pull.subscriptions.peek import peek

    seen: list[tuple[str, ParsedFeed | Unreadable]] = []

    def tell(place: str, feed: ParsedFeed | Unreadable) -> None:
        seen.append((place, feed))

    _on_the_web(settings, lambda web: peek(places, web, now, tell, allow_private=allow_private))
    return seen


def _on_the_web(
    settings: Settings | None, work: Callable[[Web], Coroutine[Any, Any, _Done]], others: Others | None = None
) -> _Done:
    """Return what ``work`` does with a way out to the web.

    Of the errors of its tasks, the first that Byline knows by name is raised, as it would be without tasks.
    """
    import asyncio

    async def run() -> _Done:
        async with _web_for(settings, others) as web:
            return await work(web)

    try:
        return asyncio.run(run())
    except BaseExceptionGroup as group:
        named: BaseException | None = group.subgroup(BylineError)
        while isinstance(named, BaseExceptionGroup):
            named = named.exceptions[0]
        raise named or group from None


def _web_for(settings: Settings | None, others: Others | None = None) -> Web:
    """Return the way out to the web that these settings allow, which names Byline and the site."""
    from pipeline.web import Web

    pull = settings.pull if settings else PullSettings()
    home = f" (+{settings.site.site_url})" if settings else ""
    return Web(
        user_agent=f"Byline/{__version__}{home}",
        timeout_seconds=pull.timeout_seconds,
        max_bytes=pull.max_megabytes * 2**20,
        concurrency=pull.concurrency,
        pause_seconds=pull.pause_seconds,
        others=others,
    )

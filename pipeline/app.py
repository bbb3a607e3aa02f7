"""Builds the real parts once and hands them to the rooms.

What comes in is the settings of a site and the time; what goes out are the rooms' results. The command line,
and later the desk and the worker, call this and nothing below it. Each room is imported when it is first needed.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from functools import cached_property
from typing import TYPE_CHECKING

from pipeline import __version__, yamltext
from pipeline import post as posts
from pipeline import settings as setting
from pipeline.errors import PostError, UsageError
from pipeline.html import plain_text
from pipeline.model import Kind
from pipeline.settings.sections import PullSettings
from pipeline.store import Store
from pipeline.store import pull as kept_feeds
from pipeline.store import select as kept_stories
from pipeline.store import send as kept_readers

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from pathlib import Path

    from pipeline.model import (
        Delivery,
        DeliveryState,
        Feed,
        FeedOutcome,
        Finding,
        Letter,
        Mention,
        ParsedFeed,
        Post,
        RankedStory,
        Reader,
        SafeUrl,
    )
    from pipeline.publish import Site
    from pipeline.pull.unreadable import Unreadable
    from pipeline.send import Audience, Sent
    from pipeline.send.readers import Imported
    from pipeline.send.ways import Way
    from pipeline.settings.sections import Settings
    from pipeline.web import Web


@dataclass(frozen=True, slots=True, kw_only=True)
class FeedHealth:
    """A feed of byline.yml and how it has fared."""

    url: str
    title: str
    entries: int = 0
    checked_at: datetime | None = None
    read_at: datetime | None = None
    newest: datetime | None = None
    failures: int = 0
    error: str | None = None
    repairs: tuple[str, ...] = ()
    moved_to: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Status:
    """What is due, what failed, and what waits."""

    feeds: tuple[FeedHealth, ...]
    shortlisted: int
    drafts: Mapping[Path, int]
    posts: int
    unsent: tuple[str, ...]
    readers: int
    waiting: tuple[Delivery, ...]


class App:
    """One author's pipeline. ``now`` is the time that all decisions are made for."""

    def __init__(self, settings: Settings, now: datetime) -> None:
        self.settings = settings
        self.now = now

    @cached_property
    def store(self) -> Store:
        """The store, opened and brought up to date when first asked for."""
        return Store(self.settings.database_url)

    def close(self) -> None:
        """Let go of what was opened."""
        if "store" in self.__dict__:
            self.store.close()

    # -- pull

    def pull(self, tell: Callable[[FeedOutcome], None]) -> tuple[FeedOutcome, ...]:
        """Fetch every feed of byline.yml and keep what is new; ``tell`` hears of each as it is done."""
        import asyncio

        from pipeline.pull import pull

        async def run() -> tuple[FeedOutcome, ...]:
            async with _web(self.settings) as web:
                return await pull(self._feeds(), web, self.store, self.now, tell)

        return asyncio.run(run())

    def feeds(self) -> tuple[FeedHealth, ...]:
        """Return the feeds of byline.yml with their health."""
        with self.store.reading() as connection:
            rows = {row.url: row for row in kept_feeds.feed_rows(connection)}
        healths = []
        for feed in self.settings.pull.feeds:
            row = rows.get(feed.url)
            health = FeedHealth(url=feed.url, title=feed.title or (row.title if row else ""))
            if row is not None:
                known = ("checked_at", "read_at", "newest", "failures", "error", "moved_to")
                health = replace(health, **{name: getattr(row, name) for name in known})
                health = replace(health, entries=row.entries or 0, repairs=tuple(row.repairs))
            healths.append(health)
        return tuple(healths)

    def add_feeds(self, new: Sequence[tuple[str, str]], *, allow_private: bool = False) -> None:
        """Write feeds, each a URL and a title, into byline.yml. Raises ``UsageError`` where one stands there."""
        known = {feed.url for feed in self.settings.pull.feeds}

        again = [url for url, _ in new if url in known]
        if again:
            raise UsageError(f"{again[0]} is in {setting.FILE} already")
        private = {"allow_private": True} if allow_private else {}
        items = [{"url": url} | ({"title": str(title)} if title else {}) | private for url, title in dict(new).items()]

        def change(text: str) -> str:
            return yamltext.append_items(text, ("pull", "feeds"), items)

        self._edit(change)

    def remove_feed(self, url: str) -> None:
        """Take a feed out of byline.yml; what was pulled from it stays in the store."""
        urls = [feed.url for feed in self.settings.pull.feeds]
        if url not in urls:
            raise UsageError(f"{url} is not in {setting.FILE}; `byline feeds list` shows what is")
        self._edit(lambda text: yamltext.remove_item(text, ("pull", "feeds"), urls.index(url)))

    # -- select, write, publish, connect

    def select(self) -> tuple[RankedStory, ...]:
        """Make the shortlist of stories that are worth the author's time now."""
        from pipeline.select import select

        return select(self.store, self.settings.select, self._written(), self.now)

    def shortlist(self) -> tuple[RankedStory, ...]:
        """Return the shortlist as it was last made, without what was published since."""
        from pipeline.select.memory import not_yet_written

        written = self._written()
        with self.store.reading() as connection:
            kept = kept_stories.kept_shortlist(connection)
        new = {story.id for story in not_yet_written((item.story for item in kept), written)}
        return tuple(item for item in kept if item.story.id in new)

    def write(self, story_ids: Sequence[int]) -> Path:
        """Write a draft about the stories given by id, or about the first of the shortlist."""
        from pipeline.write import write

        shortlist = self.shortlist() or self.select()
        known = {item.story.id: item for item in shortlist}
        missing = [str(number) for number in story_ids if number not in known]
        if missing:
            raise UsageError(f"no story {', '.join(missing)} is on the shortlist; `byline select` shows their ids")
        chosen = [item for item in shortlist if item.story.id in story_ids]
        chosen = sorted(chosen, key=lambda item: story_ids.index(item.story.id))
        linked = [item for item in shortlist if item.story.lead.link is not None]
        stories = chosen or linked[: self.settings.write.takes]
        return write(stories, self.settings.content, self.settings.write, self.now)

    def check(self, path: Path) -> tuple[Finding, ...]:
        """Return what keeps the post in ``path`` from being published."""
        from pipeline.write import check

        return check(path, self.store, self.settings.content, self.settings.write)

    def publish_draft(self, path: Path) -> tuple[Path | None, tuple[Finding, ...]]:
        """Move a draft that passes the check to content/posts/."""
        from pipeline.write import publish_draft

        return publish_draft(path, self.store, self.settings.content, self.settings.write)

    def publish(self, output: Path | None = None, *, strict: bool = False) -> Site:
        """Build the site; ``strict`` takes a warning for a failure."""
        from pipeline.publish import publish

        return publish(self.settings, output, strict=strict)

    def preview(self, port: int, tell: Callable[[str], None]) -> None:
        """Serve the site here until interrupted, building it anew at each change."""
        from pipeline.publish import preview

        preview(self.settings, port, tell)

    def connect(self, days: int) -> tuple[Mention, ...]:
        """Return whom of byline.yml's people and organisations the news of the last ``days`` names."""
        from pipeline.connect import connect

        return connect(self.store, self.settings.connect, timedelta(days=days), self.now)

    # -- send

    def letter(self, post: Post) -> Letter:
        """Return ``post`` as a letter."""
        from pipeline.send import make_letter

        return make_letter(post, self.settings)

    def sample_message(self, letter: Letter) -> bytes:
        """Return ``letter`` as the message that a reader would get."""
        from pipeline.send import sample_message

        return sample_message(letter, self.settings, self.now)

    def audience(self, letter: Letter) -> Audience:
        """Return who would get ``letter`` now, and who would not and why."""
        from pipeline.send import audience

        return audience(letter, self.store)

    def send(self, letter: Letter, folder: Path | None, tell: Callable[[Delivery], None]) -> Sent:
        """Send ``letter`` to all who have not got it: by SMTP, or as files into ``folder``."""
        from pipeline.send import send
        from pipeline.send.ways import Folder, Smtp

        way: Way = Folder(folder) if folder is not None else Smtp(self.settings)
        return send(letter, self.settings, self.store, way, tell)

    def resolve_uncertain(self, letter: Letter, state: DeliveryState) -> int:
        """Give the deliveries of ``letter`` that were cut off the state that the author decides on."""
        with self.store.writing() as connection:
            return kept_readers.resolve_uncertain(connection, letter.edition, state, datetime.now(UTC))

    def add_reader(self, email: str, name: str, consent: str, *, again: bool = False) -> Reader:
        """Add one reader, with ``again`` also one who left."""
        from pipeline.send import readers

        return readers.add(self.store, email, name, consent, self.now, again=again)

    def remove_reader(self, email: str) -> Reader:
        """Take one reader off the list."""
        from pipeline.send import readers

        return readers.remove(self.store, email, self.now)

    def import_readers(self, table: str, consent: str) -> Imported:
        """Add the readers of a CSV table."""
        from pipeline.send import readers

        return readers.import_csv(self.store, table, consent, self.now)

    def export_readers(self) -> str:
        """Return all readers as a CSV table."""
        from pipeline.send import readers

        return readers.export_csv(self.store)

    def readers(self) -> tuple[Reader, ...]:
        """Return all readers, those who left too."""
        with self.store.reading() as connection:
            return kept_readers.readers_in(connection)

    # -- all rooms

    def status(self) -> Status:
        """Return what is due, what failed and what waits."""
        content = self.settings.content
        with self.store.reading() as connection:
            waiting = kept_readers.unfinished(connection)
            begun = kept_readers.editions(connection)
            active = kept_readers.active_readers(connection)
        editions = [path for path in posts.paths(content) if self._is_edition(path)]
        return Status(
            feeds=self.feeds(),
            shortlisted=len(self.shortlist()),
            drafts={path: len(self.check(path)) for path in posts.paths(content, posts.DRAFTS)},
            posts=len(posts.paths(content)),
            unsent=tuple(path.stem for path in editions if posts.name_of(path) not in begun),
            readers=active,
            waiting=waiting,
        )

    def _is_edition(self, path: Path) -> bool:
        try:
            return posts.read(path).kind is Kind.EDITION
        except PostError:
            return False  # `byline check` and `byline publish` say what is wrong with it

    def _written(self) -> frozenset[SafeUrl]:
        """Return the links that published posts comment on."""
        found: set[SafeUrl] = set()
        for path in posts.paths(self.settings.content):
            try:
                post = posts.read(path)
            except PostError:
                continue  # `byline check` and `byline publish` say what is wrong with it
            found |= {take.url for take in post.takes} | {source.url for source in post.sources}
        return frozenset(found)

    def _feeds(self) -> list[Feed]:
        """Return byline.yml's feeds with what the store remembers of each."""
        wanted = {feed.url: feed for feed in self.settings.pull.feeds}
        if not wanted:
            raise UsageError(f"{setting.FILE} names no feed yet: add one with `byline feeds add URL`")
        with self.store.writing() as connection:
            known = kept_feeds.known_feeds(connection, list(wanted))
        return [
            replace(
                known[url],
                title=plain_text(feed.title) or known[url].own_title,
                allow_private=feed.allow_private,
            )
            for url, feed in wanted.items()
        ]

    def _edit(self, change: Callable[[str], str]) -> None:
        """Change byline.yml in one place, and see that it is still right before it is kept."""
        path = self.settings.root / setting.FILE
        try:
            new = change(path.read_bytes().decode("utf-8"))
        except ValueError as error:
            raise UsageError(
                f"{setting.FILE} cannot be changed by program ({error}); edit pull.feeds by hand"
            ) from None
        setting.check(new)
        fresh = path.with_suffix(".new")
        fresh.write_bytes(new.encode())
        fresh.replace(path)


def read_feed(place: str, settings: Settings | None, *, allow_private: bool) -> ParsedFeed | Unreadable:
    """Return what Byline sees in the feed at an address or in a file, without keeping it; needs no site."""
    import asyncio
    from pathlib import Path

    from pipeline.pull import peek, peek_file

    if not place.startswith(("http://", "https://")):
        return peek_file(Path(place))

    async def run() -> ParsedFeed | Unreadable:
        async with _web(settings) as web:
            return await peek(place, web, allow_private=allow_private)

    return asyncio.run(run())


def _web(settings: Settings | None) -> Web:
    from pipeline.web import Web

    pull = settings.pull if settings else PullSettings()
    home = f" (+{settings.site.site_url})" if settings else ""
    return Web(
        user_agent=f"Byline/{__version__}{home}",
        timeout_seconds=pull.timeout_seconds,
        max_bytes=pull.max_megabytes * 2**20,
        concurrency=pull.concurrency,
    )

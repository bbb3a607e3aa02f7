"""Telling of a post elsewhere: its texts, how long they are, and posting them by the author's own accounts."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime
from datetime import time as time_of_day
from functools import cached_property
from typing import TYPE_CHECKING, Final

from pipeline import __version__
from pipeline import post as posts
from pipeline.app.written import read_posts
from pipeline.connect.channels import channels_of
from pipeline.connect.channels.channel import Ground, Outgoing, Picture, Replied
from pipeline.connect.shares import Drawn, drafts, drawn, share
from pipeline.connect.shares.posting import key_of, mark_of, post_once
from pipeline.errors import BylineError, UsageError
from pipeline.html import safe_url
from pipeline.post.syndicated import forget_syndication, note_syndication
from pipeline.store import shares as kept

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from pipeline.app import App
    from pipeline.connect.channels.channel import Asked, Channel
    from pipeline.model import Post, SafeUrl
    from pipeline.store.shares import Share
    from pipeline.web import Answer, Unreachable

_SECONDS: Final = 30
_MOST_BYTES: Final = 2**20


class Shares:
    """The texts about the author's posts. ``app`` is the pipeline that they are part of."""

    def __init__(self, app: App) -> None:
        self._app, self._settings = app, app.settings

    @cached_property
    def _ground(self) -> Ground:
        return Ground(settings=self._settings, ask=_ask)

    def channels(self, names: tuple[str, ...] = ()) -> tuple[Channel, ...]:
        """Return the channels of these names, or of the settings. Raises ``UsageError`` where there is no such one."""
        return channels_of(self._ground, names or self._settings.connect.shares.channels)

    def find(self, name: str) -> Path:
        """Return the file of a post that is out. Raises ``UsageError`` where it is kept back, or none."""
        path = self._app.find(name, posts.POSTS)
        if why := self._app.held(path):
            raise UsageError(f"{path.stem} is not out yet, so there is nothing to tell of: {why}")
        return path

    def draft(self, path: Path, channels: tuple[Channel, ...], *, anew: bool = False) -> tuple[Path, tuple[Drawn, ...]]:
        """Write the texts about a post that are not there yet; return their file, and all of them, measured."""
        drafted = share(posts.read(path), self._facts(posts.read(path)), channels, self._settings, anew=anew)
        return drafted.path, drawn(drafted, channels, self._posted(path), self._app.now)

    def look(self, path: Path, channels: tuple[Channel, ...]) -> tuple[Path, tuple[Drawn, ...]]:
        """Return the file with the texts about a post, and these as they stand, measured."""
        drafted = drafts.read(drafts.path_of(self._settings.root, path.stem))
        if not drafted.texts:
            raise UsageError(f"there are no texts about {path.stem} yet: `byline share {path.stem}` writes them")
        return drafted.path, drawn(drafted, channels, self._posted(path), self._app.now)

    def out(self) -> tuple[tuple[Post, Mapping[str, Share]], ...]:
        """Return the posts that are out, the newest first, each with where it was posted, by channel."""
        read, _ = read_posts(self._settings.content, posts.POSTS)
        held = self._app.kept_back(read)
        found = [post for post in read if post.path not in held]
        found.sort(key=lambda post: (post.date, post.path.stem), reverse=True)
        with self._app.store.reading() as connection:
            everywhere = kept.all_shares(connection)
        return tuple((post, everywhere.get(post.path.stem, {})) for post in found)

    def keep(self, path: Path, channel: Channel, text: str, mark: str) -> str:
        """Put what the author wrote for a channel into the file of the texts, which had ``mark``; return its mark."""
        return drafts.put(drafts.path_of(self._settings.root, path.stem), channel.name, text, mark)

    def measured(self, path: Path, channel: Channel, text: str) -> Drawn:
        """Return ``text`` as it would be at a channel: how long it is, and what keeps it from being posted."""
        drafted = drafts.Drafted(path=path, texts={channel.name: text})
        return drawn(drafted, (channel,), self._posted(path), self._app.now)[0]

    def card(self, path: Path) -> tuple[Path, str]:
        """Return where the card of a post is, if the site was built, and what it shows in words."""
        facts = self._facts(posts.read(path))
        return self._settings.root / facts.image, facts.alt

    def post(self, path: Path, channel: Channel, text: str) -> SafeUrl:
        """Post ``text`` about a post, once, and note its address in the post. Raises ``BylineError``."""
        post = posts.read(path)
        facts = self._facts(post)
        outgoing = Outgoing(
            name=path.stem,
            text=text,
            link=facts.link,
            title=post.title,
            summary=post.summary,
            language=self._settings.site.language,
            key=key_of(path.stem, channel.name, text),
            at=self._app.now,
            day=datetime.combine(post.date, time_of_day(), UTC),
            picture=self._picture(facts),
        )
        url = post_once(self._app.store, channel, outgoing, self._app.now)
        self.note(path, url)
        return url

    def note(self, path: Path, url: SafeUrl) -> None:
        """Note in the post that it is at ``url``, too. Raises ``BylineError`` where only the author can."""
        try:
            note_syndication(path, url)
        except ValueError as error:
            raise BylineError(f"write {url} under syndication: in {path.name} yourself, as {error}") from error

    def note_all(self, path: Path) -> tuple[SafeUrl, ...]:
        """Note in the post where it was posted, as far as it is not noted; return these addresses."""
        told = posts.read(path).syndication
        missing = tuple(each.url for each in self._posted(path).values() if each.url and each.url not in told)
        for url in missing:
            self.note(path, url)
        return missing

    def is_at(self, path: Path, channel: Channel, address: str) -> SafeUrl:
        """Note that the author posted there by hand, or found what was uncertain, at ``address``."""
        url = safe_url(address, tracking=True)
        if url is None:
            raise UsageError(f"{address} is no web address; give that of the post at {channel.name}")
        with self._app.store.writing() as connection:
            kept.claim(connection, path.stem, channel.name, mark_of(""), self._app.now)
            kept.settle(connection, path.stem, channel.name, url)
        self.note(path, url)
        return url

    def not_at(self, path: Path, channel: Channel, address: str) -> None:
        """Take back that a post is at ``address``, which was noted by mistake. Raises ``BylineError``."""
        url = safe_url(address, tracking=True)
        try:
            if url:
                forget_syndication(path, url)
        except ValueError as error:
            raise BylineError(f"take {url} out of {path.name} yourself, as {error}") from error
        self.forget(path, channel)

    def forget(self, path: Path, channel: Channel) -> None:
        """Forget that a post was posted, or may have been: the author looked, and it is not there."""
        with self._app.store.writing() as connection:
            kept.release(connection, path.stem, channel.name)

    def _posted(self, path: Path) -> Mapping[str, Share]:
        with self._app.store.reading() as connection:
            return kept.shares_of(connection, path.stem)

    def _facts(self, post: Post) -> drafts.Facts:
        from pipeline.publish.facts import places
        from pipeline.publish.facts.pictured import told_of_post

        image = f"{self._settings.site.site_dir}/{places.card_file(post)}"
        link = posts.address(self._settings.site.site_url, post.path)
        return drafts.Facts(link=link, image=image, alt=told_of_post(post, self._settings)["alt"])

    def _picture(self, facts: drafts.Facts) -> Picture | None:
        """Return the card as the site was last built with it; none where it was not."""
        file = self._settings.root / facts.image
        return Picture(data=file.read_bytes(), alt=facts.alt) if file.is_file() else None


def _ask(asked: Asked) -> Replied:
    """Ask an API that the settings name."""
    from pipeline.web import Answer, Web

    async def ask() -> Answer | Unreachable:
        agent = f"Byline/{__version__}"
        async with Web(user_agent=agent, timeout_seconds=_SECONDS, max_bytes=_MOST_BYTES) as web:
            if asked.body is None and "Authorization" not in asked.headers:
                return await web.get(asked.url, headers=asked.headers, allow_private=True)
            # No redirect is followed: a token goes to the server that the author named, and nowhere else.
            return await web.post(asked.url, asked.body or b"", headers=asked.headers, method=asked.method)

    answer = asyncio.run(ask())
    if isinstance(answer, Answer):
        return Replied(status=answer.status, headers=answer.headers, body=answer.body)
    return Replied(cause=answer.cause, is_unsent=answer.is_unsent)

"""A post to the item that all feeds and all formats share."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from pipeline import post as posts
from pipeline.model import Kind
from pipeline.publish.facts import places
from pipeline.publish.feeds.content import contents_of
from pipeline.publish.feeds.identity import ids_of, moments_of
from pipeline.publish.feeds.texts import as_html, said

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime
    from pathlib import Path

    from pipeline.model import PlainText, Post, SafeUrl
    from pipeline.publish.ground.kept import Piece
    from pipeline.settings.sections import Settings

PNG: Final = "image/png"


@dataclass(frozen=True, slots=True, kw_only=True)
class Picture:
    """The card of a post: where it is, its media type, and its length in bytes."""

    url: str
    type: str
    length: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """A post as feeds tell of it.

    ``id`` is the address that it had first, ``url`` the one that it has. ``external`` is what a link post is about.
    Moments are in UTC; ``updated`` is that of publishing where nothing was.
    """

    id: SafeUrl
    url: SafeUrl
    title: PlainText
    summary: PlainText
    html: str
    published: datetime
    updated: datetime
    topics: tuple[PlainText, ...]
    author: PlainText
    external: SafeUrl | None
    picture: Picture | None

    @property
    def is_renamed(self) -> bool:
        """Whether its id is an address that it had once."""
        return self.id != self.url

    @property
    def is_updated(self) -> bool:
        """Whether it changed after it was published."""
        return self.updated > self.published


def items_of(
    listed: Sequence[Post], every: Sequence[Post], site: Mapping[str, Piece], settings: Settings, memory: Path | None
) -> Mapping[str, Item]:
    """Return the item of each ``listed`` post by the name of its file.

    ``every`` post of the site decides what a post is known by; ``site`` are its files, the cards among them.
    """
    ids = ids_of(every, settings.site.site_url)
    moments, contents = moments_of(every, ids), contents_of(listed, settings, memory)
    return {
        post.path.name: _item(
            post, ids[post.path.name], moments[post.path.name], contents[post.path.name], (site, settings)
        )
        for post in listed
    }


def _item(
    post: Post, id_: SafeUrl, moments: tuple[datetime, datetime], html: str, of: tuple[Mapping[str, Piece], Settings]
) -> Item:
    site, settings = of
    title, summary = said(post.title) or said(post.path.stem), said(post.summary)
    return Item(
        id=id_,
        url=posts.address(settings.site.site_url, post.path),
        title=title,
        summary=summary,
        html=html or f"<p>{as_html(summary or title)}</p>",
        published=moments[0],
        updated=moments[1],
        topics=tuple(dict.fromkeys(filter(None, map(said, post.topics)))),
        author=said(settings.site.author),
        external=post.takes[0].url if post.kind is Kind.LINK and post.takes else None,
        picture=_picture(post, site, settings),
    )


def _picture(post: Post, site: Mapping[str, Piece], settings: Settings) -> Picture | None:
    """Return the card of ``post``, if the site has one."""
    piece = site.get(places.card_file(post))
    if piece is None:
        return None
    url = places.whole_url(settings.site, places.card_address(post))
    return Picture(url=url, type=PNG, length=piece.size)

"""The site's own feeds: for everything, for the letter's editions and for each topic, in RSS 2.0, Atom and JSON Feed.

Each holds its newest posts whole. What a post says in all of them is decided once (``item``, ``content``,
``identity``), and what a feed says of itself in ``channel``; ``rss``, ``atom`` and ``jsonfeed`` write it down. The same
content gives the same bytes.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from pipeline.publish.facts import places
from pipeline.publish.feeds.atom import atom
from pipeline.publish.feeds.channel import channel_of
from pipeline.publish.feeds.item import items_of
from pipeline.publish.feeds.jsonfeed import json_feed
from pipeline.publish.feeds.rss import rss
from pipeline.publish.ground.kept import of_text

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from pipeline.publish.facts.catalogue import Catalogue
    from pipeline.publish.ground.kept import Piece
    from pipeline.settings.sections import Settings

_DOCUMENTS: Final = (rss, atom, json_feed)
"""In the order of ``places.FORMATS``."""


def feeds(
    found: Catalogue, site: Mapping[str, Piece], settings: Settings, memory: Path | None = None
) -> dict[str, Piece]:
    """Return all feeds of the site by the names of their files; ``site`` are the files that it has already.

    ``memory`` is a folder that remembers what posts look like in them for the next time.
    """
    every, many = tuple(places.feed_places(found, settings.site)), settings.publish.feed_posts
    newest = {place.folder: place.posts[:many] for place in every}
    listed = {post.path.name: post for posts in newest.values() for post in posts}
    items = items_of(tuple(listed.values()), found.posts, site, settings, memory)
    made: dict[str, Piece] = {}
    for place in every:
        here = [items[post.path.name] for post in newest[place.folder]]
        channel = channel_of(place, here, found, site, settings)
        for (_, _, name), document in zip(places.FORMATS, _DOCUMENTS, strict=True):
            made[f"{place.folder}{name}"] = of_text(document(channel, here))
    return made

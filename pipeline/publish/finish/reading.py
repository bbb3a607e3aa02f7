"""The list of feeds that the author reads, as OPML to take along to another reader."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pipeline.html import plain_text, safe_url
from pipeline.opml import Outline, write_opml
from pipeline.publish.facts import places
from pipeline.publish.ground.kept import of_bytes

if TYPE_CHECKING:
    from pipeline.publish.ground.kept import Piece
    from pipeline.settings.sections import Settings


def reading(settings: Settings) -> dict[str, Piece]:
    """Return the file of the feeds that others may see, which says the same wherever and whenever it is made.

    Where there is no such feed, there is no file.
    """
    if not settings.publish.sources:
        return {}
    shown = [
        Outline(url=url, title=plain_text(feed.title), topics=tuple(map(plain_text, feed.topics)))
        for feed in settings.pull.feeds
        if feed.is_public and (url := safe_url(feed.url, tracking=True))
    ]
    if not shown:
        return {}
    return {places.OPML: of_bytes(write_opml(f"Feeds of {settings.site.site_name}", shown, made=None))}

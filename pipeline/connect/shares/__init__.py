"""Telling of a post elsewhere: texts are drafted in words of the post, measured, edited by the author, and posted."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from pipeline.connect.shares import drafts
from pipeline.connect.shares.moulds import tagged, text_for
from pipeline.connect.shares.posting import hindrance

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime
    from pathlib import Path

    from pipeline.connect.channels.channel import Channel, Measure
    from pipeline.connect.shares.drafts import Drafted, Facts
    from pipeline.model import Post, SafeUrl
    from pipeline.settings.sections import Settings
    from pipeline.store.shares import Share

__all__ = ["Drawn", "drawn", "share"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Drawn:
    """A text for a channel: how long it is there, how much of it is seen first, and what keeps it from being posted.

    ``url`` is where it is, once it was posted.
    """

    channel: str
    text: str
    measures: tuple[Measure, ...]
    seen: int
    hindrance: str
    url: SafeUrl | None = None

    @property
    def fits(self) -> bool:
        """Whether it is short enough."""
        return not any(each.over for each in self.measures)


def share(post: Post, facts: Facts, channels: Sequence[Channel], settings: Settings, *, anew: bool = False) -> Drafted:
    """Write the texts about ``post`` that its file has not yet; ``anew``, those of ``channels`` in any case."""
    folder = _templates(settings)
    name, site, utm = post.path.stem, settings.site.site_url, settings.connect.shares.utm
    path = drafts.path_of(settings.root, name)
    known = drafts.read(path).texts
    fresh = {}
    for channel in channels:
        if anew or channel.name not in known:
            link = tagged(facts.link, site, channel.name, name) if utm else facts.link
            fresh[channel.name] = text_for(channel.name, post, link, folder)
    return drafts.write(path, facts, fresh, anew=anew)


def drawn(
    drafted: Drafted, channels: Sequence[Channel], posted: Mapping[str, Share], now: datetime
) -> tuple[Drawn, ...]:
    """Return what there is for each of ``channels``, measured; those that have no text are left out."""
    return tuple(
        Drawn(
            channel=channel.name,
            text=text,
            measures=channel.measures(text),
            seen=channel.seen,
            hindrance=hindrance(channel, text, posted.get(channel.name), now),
            url=posted[channel.name].url if channel.name in posted else None,
        )
        for channel in channels
        if (text := drafted.texts.get(channel.name)) is not None
    )


def _templates(settings: Settings) -> Path | None:
    folder = settings.overrides / "shares"
    return folder if folder.is_dir() else None

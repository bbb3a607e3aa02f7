"""The channels: those that come with Byline, and those that others add as entry points ``byline.channels``."""

from __future__ import annotations

from importlib import import_module
from importlib.metadata import entry_points
from typing import TYPE_CHECKING, Any, Final

from pipeline.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Callable

    from pipeline.connect.channels.channel import Channel, Ground

GROUP: Final = "byline.channels"
OWN: Final = {
    "linkedin": "linkedin:LinkedIn",
    "mastodon": "mastodon:Mastodon",
    "bluesky": "bluesky:Bluesky",
    "threads": "copied:Threads",
    "x": "copied:XTwitter",
}


def channels_of(ground: Ground, names: tuple[str, ...]) -> tuple[Channel, ...]:
    """Return the channels of these names, in their order. Raises ``UsageError`` where there is no such one."""
    return tuple(_channel(name, ground) for name in names)


def _channel(name: str, ground: Ground) -> Channel:
    if name in OWN:
        module, _, known = OWN[name].partition(":")
        return _made(name, getattr(import_module(f"{__name__}.{module}"), known), ground)
    added = {point.name: point for point in entry_points(group=GROUP)}
    if name not in added:
        raise UsageError(f"there is no channel {name}; there are {', '.join(dict.fromkeys((*OWN, *added)))}")
    try:
        return _made(name, added[name].load(), ground)
    except Exception as error:  # somebody else's code may stumble in any way
        raise UsageError(f"the channel {name} ({added[name].value}) does not work: {error}") from error


def _made(name: str, make: Callable[[Any], Channel], ground: Ground) -> Channel:
    channel = make(ground)
    if channel.name != name:
        raise UsageError(f"the channel {name} calls itself {channel.name}")
    return channel

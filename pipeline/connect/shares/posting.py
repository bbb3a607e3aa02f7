"""A text goes out, once: claimed before it leaves, settled with its address, and noted in the post.

If the process ends in between, the claim stays. Where the channel knows a post again, it is asked once more, and twice
is once; elsewhere the author looks, and says what they found.
"""

from __future__ import annotations

import hashlib
from dataclasses import replace
from typing import TYPE_CHECKING

from pipeline.connect.channels.channel import NotPostedError
from pipeline.errors import ConnectError, UsageError
from pipeline.html import safe_url
from pipeline.model import CLOCKS
from pipeline.store import shares as kept

if TYPE_CHECKING:
    from datetime import datetime

    from pipeline.connect.channels.channel import Channel, Outgoing
    from pipeline.model import SafeUrl
    from pipeline.store import Store
    from pipeline.store.shares import Share


def mark_of(text: str) -> str:
    """Return the mark by which a text is known again."""
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()


def hindrance(channel: Channel, text: str, before: Share | None, now: datetime) -> str:
    """Return why ``text`` cannot go out by ``channel``, as a sentence; nothing where it can."""
    if before is not None and before.url:
        return f"it is at {before.url} already"
    if why := channel.hindrance():
        return why
    if not text:
        return f"there is no text for {channel.name}"
    if long := [each for each in channel.measures(text) if each.over]:
        return f"it is too long for {channel.name}, by {' and by '.join(f'{m.over} {m.unit}' for m in long)}"
    if before is not None and not may_repeat(channel, text, before, now):
        return (
            f"on {before.claimed_at:%Y-%m-%d at %H:%M} UTC it was cut off while it was posted to {channel.name}: look "
            "whether it is there, and say so with --posted ADDRESS, or with --forget if it is not"
        )
    return ""


def may_repeat(channel: Channel, text: str, before: Share, now: datetime) -> bool:
    """Tell whether a post that was cut off can be posted again, as twice is once there: the same text, and in time.

    How long ago one was claimed that is of a time to come, by a clock that was wrong, is known to nobody.
    """
    same = before.mark == mark_of(text)
    return channel.repeats is not None and same and -CLOCKS <= now - before.claimed_at < channel.repeats


def post_once(store: Store, channel: Channel, outgoing: Outgoing, now: datetime) -> SafeUrl:
    """Post ``outgoing``, claimed before and settled after; return its address.

    Raises ``UsageError`` where it may not go out, ``NotPostedError`` where it did not, and ``UncertainError``.
    """
    name, text = outgoing.name, outgoing.text
    with store.reading() as connection:
        before = kept.shares_of(connection, name).get(channel.name)
    if why := hindrance(channel, text, before, now):
        raise UsageError(f"{name} is not posted: {why}")
    if before is None:
        with store.writing() as connection:
            if not kept.claim(connection, name, channel.name, mark_of(text), now):
                raise UsageError(f"{name} is being posted to {channel.name} by somebody else at this moment")
    outgoing = replace(outgoing, at=before.claimed_at if before else now)
    try:
        url = safe_url(channel.post(outgoing), tracking=True)
    except NotPostedError:
        if before is None:  # of one that was cut off before, it is not known what the first try did
            with store.writing() as connection:
                kept.release(connection, name, channel.name)
        raise
    if url is None:
        raise ConnectError(f"{channel.name} gave no address of the post; look whether it is there")
    with store.writing() as connection:
        kept.settle(connection, name, channel.name, url)
    return url


def key_of(name: str, channel: str, text: str) -> str:
    """Return the key by which a channel knows that this is the same post again."""
    return hashlib.sha256(f"{name}\0{channel}\0{text}".encode("utf-8", "surrogatepass")).hexdigest()

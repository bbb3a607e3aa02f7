"""What is kept back from the site: what says ``draft: true``, and a post of a day that has not come yet.

A preview shows all of it. Letters have nothing to do with it: they go out when the author sends them.
"""

from __future__ import annotations

from datetime import date, timedelta
from typing import TYPE_CHECKING, Any, Final, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime

    from pipeline.model import Post
    from pipeline.publish.facts.reading import Read

_SO: Final = frozenset({"true", "yes", "on"})


class Held(NamedTuple):
    """What is kept back, in sentences, and the first and the last day for which the choice is the same."""

    told: tuple[str, ...] = ()
    first: date = date.min
    last: date = date.max


def today(now: datetime) -> date:
    """Return the day that has come: here or in UTC, by which drafts are dated, whichever is ahead."""
    return max(now.date(), now.astimezone().date())


def is_draft(matter: Mapping[str, Any]) -> bool:
    """Tell whether front matter says that its page is not ready."""
    return str(matter.get("draft", "")).strip().casefold() in _SO


def why_held(post: Post, day: date) -> str:
    """Return why ``post`` is not on the site of ``day``; nothing where it is."""
    if is_draft(post.extra):
        return "says draft: true, so it is not on the site; take that line away to publish it"
    if post.date > day:
        return f"is dated {post.date.isoformat()}, so it is not on the site before the `byline publish` of that day"
    return ""


def parted(every: Sequence[Read], day: date) -> tuple[tuple[Read, ...], Held]:
    """Return the posts for the site of ``day``, and what is known of the others."""
    reasons = [why_held(each.post, day) for each in every]
    shown = tuple(each for each, reason in zip(every, reasons, strict=True) if not reason)
    told = (
        f"content/posts/{each.post.path.name} {reason}" for each, reason in zip(every, reasons, strict=True) if reason
    )
    dates = {each.post.date for each in every if not is_draft(each.post.extra)}
    first = max((date for date in dates if date <= day), default=date.min)
    later = min((date for date in dates if date > day), default=None)
    return shown, Held(tuple(told), first, later - timedelta(days=1) if later else date.max)

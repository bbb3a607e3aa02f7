"""Whether a feed has moved: a permanent redirect is believed when it was told several times, over days.

A redirect once may be a slip of somebody's configuration; following it for good would lose the feed. So nothing is
adopted before three equal answers on three days, each of which led to a feed, and never from https to http.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING, Final

from pipeline.html import safe_url
from pipeline.model import Change, ChangeKind, Move, Naming

if TYPE_CHECKING:
    from datetime import datetime

    from pipeline.model import Feed, SafeUrl

TIMES: Final = 3
SPAN: Final = timedelta(days=2)


def taken_back(feed: Feed, change: Change) -> Feed:
    """Return ``feed`` as it was before ``change``; a move that was taken back is not believed again."""
    match change.kind:
        case ChangeKind.MOVED:
            location = None if change.before == feed.url else safe_url(change.before, tracking=True)
            return replace(feed, location=location, stays=safe_url(change.after, tracking=True), move=None)
        case ChangeKind.PAUSED:
            return replace(feed, paused=None, failures=0, error=None, due=None)
        case ChangeKind.NAMING:
            return replace(feed, naming=Naming(change.before), keeps_naming=True)


def after_answer(feed: Feed, to: SafeUrl | None, now: datetime) -> tuple[Feed, tuple[Change, ...]]:
    """Return ``feed`` after an answer that was a feed, given from ``to`` where it moved for good, and what changed."""
    believed = feed.location or feed.url
    if to is None and feed.address != believed:  # it is where it was before, and no longer where it moved to
        back = Change(kind=ChangeKind.MOVED, before=believed, after=feed.url)
        return replace(feed, move=None, location=None), (back,)
    if to is None or to in {believed, feed.stays} or (believed.startswith("https:") and to.startswith("http:")):
        return replace(feed, move=None), ()
    known = feed.move if feed.move is not None and feed.move.to == to else Move(to=to, since=now, last=now, times=1)
    if now.date() > known.last.date():
        known = replace(known, last=now, times=known.times + 1)
    if known.times < TIMES or now - known.since < SPAN:
        return replace(feed, move=known), ()
    change = Change(kind=ChangeKind.MOVED, before=believed, after=to)
    return replace(feed, move=None, location=None if to == feed.url else to), (change,)

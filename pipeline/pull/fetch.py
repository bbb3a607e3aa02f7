"""One feed over HTTP, or out of a file."""

from __future__ import annotations

from http import HTTPStatus
from typing import TYPE_CHECKING

from pipeline.html import authority
from pipeline.model import FeedOutcome, Unreadable
from pipeline.pull import settle
from pipeline.pull.conditional import ACCEPT, conditions
from pipeline.pull.fetched import Fetched, fetched
from pipeline.pull.guest import LeftAlone
from pipeline.web import Answer, Unreachable

if TYPE_CHECKING:
    from datetime import datetime
    from pathlib import Path

    from pipeline.model import Feed
    from pipeline.pull.guest import Guest
    from pipeline.web import Web


async def fetch(feed: Feed, web: Guest, now: datetime, *, whole: bool = False) -> Fetched | FeedOutcome:
    """Ask for ``feed``. Return its body, or how it fared where it is unchanged or cannot be had.

    ``whole`` wants the body even if it is unchanged.
    """
    asked_if = {} if whole else conditions(feed, now)
    # What a publisher's redirect led to is not what the author allowed.
    own = feed.allow_private and authority(feed.address) == authority(feed.url)
    answer = await web.get(feed.address, headers=ACCEPT | asked_if, allow_private=own)
    if asked_if and isinstance(answer, Answer) and _is_about_another(answer, feed):
        asked_if = {}
        answer = await web.get(feed.address, headers=ACCEPT, allow_private=own)
    if isinstance(answer, LeftAlone):
        return settle.waiting(feed, answer.cause)
    if isinstance(answer, Unreachable):
        return settle.failed(feed, answer.cause)
    return settle.answered(feed, answer, now, asked_if=bool(asked_if), whole=whole)


async def fetch_once(url: str, web: Web, *, allow_private: bool) -> Fetched | Unreadable:
    """Return the body at ``url``, of which nothing is known."""
    answer = await web.get(url, headers=ACCEPT, allow_private=allow_private)
    return Unreadable(cause=answer.cause) if isinstance(answer, Unreachable) else fetched(answer)


def fetch_file(path: Path) -> Fetched | Unreadable:
    """Return the feed in a file, which has no address: its relative links lead nowhere."""
    try:
        return Fetched(url="", body=path.read_bytes())
    except OSError as error:
        return Unreadable(cause=f"cannot be read ({error.strerror})")


def _is_about_another(answer: Answer, feed: Feed) -> bool:
    """Tell whether "nothing has changed" comes from elsewhere than the validators, and so means nothing."""
    return answer.status == HTTPStatus.NOT_MODIFIED and feed.answered_at not in {None, answer.url}

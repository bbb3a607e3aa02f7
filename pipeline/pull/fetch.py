"""One feed over HTTP."""

from __future__ import annotations

from http import HTTPStatus
from typing import TYPE_CHECKING

from pipeline.html import authority
from pipeline.pull import settle
from pipeline.pull.conditional import ACCEPT, conditions
from pipeline.pull.guest import LeftAlone
from pipeline.web import Answer, Unreachable

if TYPE_CHECKING:
    from datetime import datetime

    from pipeline.model import Feed, FeedOutcome
    from pipeline.pull.fetched import Fetched
    from pipeline.pull.guest import Guest


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


def _is_about_another(answer: Answer, feed: Feed) -> bool:
    """Tell whether "nothing has changed" comes from elsewhere than the validators, and so means nothing."""
    return answer.status == HTTPStatus.NOT_MODIFIED and feed.answered_at not in {None, answer.url}

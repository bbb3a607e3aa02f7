"""One feed over HTTP, asked for only if it changed (RFC 9110, section 13; RFC 3229).

What comes in is a feed with its validators; what goes out is its body, or an outcome where there is none to read.
"""

from __future__ import annotations

import hashlib
from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING, Final

from pipeline.model import Unreadable
from pipeline.pull import settle
from pipeline.pull.fetched import Fetched
from pipeline.web import Unreachable

if TYPE_CHECKING:
    from datetime import datetime
    from pathlib import Path

    from pipeline.model import Feed, FeedOutcome
    from pipeline.web import Answer, Web

_OK: Final = 200
_IM_USED: Final = 226
_NOT_MODIFIED: Final = 304
TRUSTED_FOR: Final = timedelta(days=8)
"""So long a server is believed that nothing has changed; some say so for ever."""
ACCEPT: Final = "application/atom+xml, application/rss+xml, application/feed+json, application/rdf+xml, */*;q=0.8"


async def fetch(feed: Feed, web: Web, now: datetime, *, whole: bool = False) -> Fetched | FeedOutcome:
    """Ask for ``feed``. Return its body, or how it fared where it is unchanged or cannot be had.

    ``whole`` wants the body even if it is unchanged.
    """
    headers = {"Accept": ACCEPT} if whole else _headers(feed, now)
    answer = await web.get(feed.address, headers=headers, allow_private=feed.allow_private)
    if isinstance(answer, Unreachable):
        return settle.failed(feed, answer.cause)
    return _decided(replace(feed, body_hash=None) if whole else feed, answer, now)


def fetch_file(path: Path) -> Fetched | Unreadable:
    """Return the feed in a file, which has no address: its relative links lead nowhere."""
    try:
        return Fetched(url="", body=path.read_bytes())
    except OSError as error:
        return Unreadable(cause=f"cannot be read ({error.strerror})")


def _headers(feed: Feed, now: datetime) -> dict[str, str]:
    """Return what to send: both validators, while the server is believed, and the wish for only what is new."""
    trusted = feed.whole_at is not None and now - feed.whole_at < TRUSTED_FOR
    asked = {"If-None-Match": feed.etag, "If-Modified-Since": feed.last_modified} if trusted else {}
    given = {name: value for name, value in asked.items() if value}
    return {"Accept": ACCEPT} | given | ({"A-IM": "feed"} if "If-None-Match" in given else {})


def _decided(feed: Feed, answer: Answer, now: datetime) -> Fetched | FeedOutcome:
    if answer.status == _NOT_MODIFIED:
        if feed.whole_at is None:
            return settle.failed(feed, "says that nothing has changed, though it was never read")
        return settle.unchanged(feed, answer.headers, answer.moved_to, now)
    if answer.status not in {_OK, _IM_USED}:
        return settle.refused(feed, answer.status, answer.headers, now)
    digest = hashlib.blake2b(answer.body, digest_size=32).hexdigest()
    fetched = Fetched(
        url=answer.url,
        body=answer.body,
        body_hash=digest,
        partial=answer.status == _IM_USED,
        headers=answer.headers,
        moved_to=answer.moved_to,
    )
    return settle.same(feed, fetched, now) if digest == feed.body_hash else fetched

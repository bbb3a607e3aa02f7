"""One feed over HTTP, asked for only if it changed (RFC 9110, section 13).

What comes in is a feed with its validators; what goes out is its body, or an outcome where there is none to read.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from pipeline.html import plain_text
from pipeline.model import FeedOutcome, FeedState, Unreadable
from pipeline.pull.health import failed, status_in_words
from pipeline.web import Unreachable

if TYPE_CHECKING:
    from pathlib import Path

    from pipeline.model import Feed, PlainText, SafeUrl
    from pipeline.web import Answer, Web

_OK = 200
_IM_USED = 226
_NOT_MODIFIED = 304


@dataclass(frozen=True, slots=True, kw_only=True)
class Fetched:
    """The body of a feed and what to remember for the next time; validators are kept byte for byte."""

    url: str
    body: bytes
    body_hash: str = ""
    content_type: str = ""
    etag: str | None = None
    last_modified: str | None = None
    moved_to: SafeUrl | None = None


async def fetch(feed: Feed, web: Web) -> Fetched | FeedOutcome:
    """Ask for ``feed``. Return its body, or how it fared where it is unchanged or cannot be had."""
    asked = {"If-None-Match": feed.etag, "If-Modified-Since": feed.last_modified}
    headers = {name: value for name, value in asked.items() if value}
    answer = await web.get(feed.url, headers=headers, allow_private=feed.allow_private)
    if isinstance(answer, Unreachable):
        return failed(feed, answer.cause)
    return _decide(feed, answer)


def fetch_file(path: Path) -> Fetched | Unreadable:
    """Return the feed in a file, which has no address: its relative links lead nowhere."""
    try:
        return Fetched(url="", body=path.read_bytes())
    except OSError as error:
        return Unreadable(cause=f"cannot be read ({error.strerror})")


def _decide(feed: Feed, answer: Answer) -> Fetched | FeedOutcome:
    if answer.status == _NOT_MODIFIED:
        return FeedOutcome(feed=feed, state=FeedState.UNCHANGED, moved_to=answer.moved_to)
    if answer.status not in {_OK, _IM_USED}:
        return failed(feed, status_in_words(answer.status))
    fetched = _fetched(answer)
    if fetched.body_hash == feed.body_hash:
        return FeedOutcome(
            feed=remembering(feed, fetched, feed.title), state=FeedState.UNCHANGED, moved_to=answer.moved_to
        )
    return fetched


def _fetched(answer: Answer) -> Fetched:
    return Fetched(
        url=answer.url,
        body=answer.body,
        body_hash=hashlib.sha256(answer.body).hexdigest(),
        content_type=answer.headers.get("Content-Type", ""),
        etag=_validator(answer, "ETag"),
        last_modified=_validator(answer, "Last-Modified"),
        moved_to=answer.moved_to,
    )


def _validator(answer: Answer, name: str) -> str | None:
    """Return a validator as it came; one that could not be sent back as it came is of no use."""
    value = answer.headers.get(name)
    return value if value is not None and value.isascii() and value.isprintable() else None


def remembering(feed: Feed, fetched: Fetched, own_title: PlainText) -> Feed:
    """Return ``feed`` with what this fetch taught. The author's title for it comes before its own."""
    own_title = own_title or feed.own_title
    return replace(
        feed,
        title=feed.title or own_title or plain_text(urlsplit(feed.url).hostname or feed.url),
        own_title=own_title,
        etag=fetched.etag,
        last_modified=fetched.last_modified,
        body_hash=fetched.body_hash,
    )

"""What came of asking for a feed, before it is read."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import TYPE_CHECKING

from pipeline.model import Unreadable
from pipeline.pull.statuses import status_in_words

if TYPE_CHECKING:
    from collections.abc import Mapping

    from pipeline.model import SafeUrl
    from pipeline.web import Answer


@dataclass(frozen=True, slots=True, kw_only=True)
class Fetched:
    """The body of a feed and what to remember for the next time; validators are kept byte for byte.

    ``partial`` is a body of only what is new (RFC 3229, section 10.4.1).
    """

    url: str
    body: bytes
    body_hash: str = ""
    partial: bool = False
    headers: Mapping[str, str] = field(default_factory=dict)
    moved_to: SafeUrl | None = None

    @property
    def content_type(self) -> str:
        """What the server says that the body is."""
        return self.headers.get("Content-Type", "")


def fetched(answer: Answer) -> Fetched | Unreadable:
    """Return what was fetched with ``answer``, or why there is nothing in it."""
    if answer.status not in {HTTPStatus.OK, HTTPStatus.IM_USED}:
        return Unreadable(cause=str(status_in_words(answer.status)))
    return Fetched(
        url=answer.url,
        body=answer.body,
        body_hash=hashlib.blake2b(answer.body, digest_size=32).hexdigest(),
        partial=answer.status == HTTPStatus.IM_USED,
        headers=answer.headers,
        moved_to=answer.moved_to,
    )

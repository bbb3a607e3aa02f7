"""A request for a feed only if it changed (RFC 9110, section 13; RFC 3229)."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from datetime import datetime

    from pipeline.model import Feed

TRUSTED_FOR: Final = timedelta(days=8)
"""So long a server is believed that nothing has changed; some say so for ever."""
ACCEPT: Final = {
    "Accept": "application/atom+xml, application/rss+xml, application/feed+json, application/rdf+xml, */*;q=0.8"
}


def conditions(feed: Feed, now: datetime) -> dict[str, str]:
    """Return the headers that ask for only what is new: both validators byte for byte, while the server is believed."""
    if feed.whole_at is None or now - feed.whole_at >= TRUSTED_FOR:
        return {}
    validators = {"If-None-Match": feed.etag, "If-Modified-Since": feed.last_modified}
    given = {name: value for name, value in validators.items() if value}
    return given | ({"A-IM": "feed"} if "If-None-Match" in given else {})

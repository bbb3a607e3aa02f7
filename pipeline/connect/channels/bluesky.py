"""Bluesky: a record under a key that is made of the post, so that the same post twice is once.

https://docs.bsky.app/docs/api/com-atproto-repo-put-record, and https://atproto.com/specs/tid for the key.
"""

from __future__ import annotations

import hashlib
import json
from datetime import UTC, timedelta
from typing import TYPE_CHECKING, Any, Final

from pipeline.connect.channels.channel import Asked, Measure, NotPostedError, data_of, outcome, told
from pipeline.connect.channels.rich import rich
from pipeline.connect.shares.counted import graphemes, utf8

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from pipeline.connect.channels.channel import Ground, Outgoing, Picture, Replied

MOST: Final = 300
MOST_BYTES: Final = 3000
MOST_OF_PICTURE: Final = 1_000_000
_LETTERS: Final = "234567abcdefghijklmnopqrstuvwxyz"
_COLLECTION: Final = "app.bsky.feed.post"


class Bluesky:
    """The author's account at their server."""

    name = "bluesky"
    seen = 0
    repeats: timedelta | None = timedelta(days=36_500)

    def __init__(self, ground: Ground) -> None:
        self._ask = ground.ask
        self._settings = ground.settings.connect.shares.bluesky
        self._password = ground.settings.secrets.bluesky_password

    def measures(self, text: str) -> tuple[Measure, ...]:
        """Return how long what is shown of ``text`` is there, in characters and in bytes."""
        shown, _ = rich(text)
        return (
            Measure(used=graphemes(shown), most=MOST),
            Measure(used=utf8(shown), most=MOST_BYTES, unit="bytes"),
        )

    def hindrance(self) -> str:
        """Return what is missing to post."""
        if not self._settings.handle:
            return "connect.shares.bluesky.handle in byline.yml does not say what you are called at Bluesky"
        return "" if self._password else "the app password of Bluesky is missing: set BYLINE_BLUESKY_PASSWORD"

    def post(self, outgoing: Outgoing) -> str:
        """Post, with a card that leads to the post; return the address."""
        did, bearer = self._session()
        shown, facets = rich(outgoing.text)
        external: dict[str, Any] = {"uri": outgoing.link, "title": outgoing.title, "description": outgoing.summary}
        if outgoing.picture and len(outgoing.picture.data) <= MOST_OF_PICTURE:
            external["thumb"] = self._picture(outgoing.picture, bearer)
        record = {
            "$type": _COLLECTION,
            "text": shown,
            "facets": facets,
            "langs": [outgoing.language],
            "createdAt": outgoing.at.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z"),
            "embed": {"$type": "app.bsky.embed.external", "external": external},
        }
        name = tid(outgoing.name, outgoing.day)
        body = {"repo": did, "collection": _COLLECTION, "rkey": name, "record": record}
        outcome("Bluesky", self._api("com.atproto.repo.putRecord", body, bearer), "message", "error")
        return f"https://bsky.app/profile/{self._settings.handle}/post/{name}"

    def _session(self) -> tuple[str, Mapping[str, str]]:
        """Log in; return the author's lasting name, and what lets in from now on."""
        assert self._password is not None
        body = {"identifier": self._settings.handle, "password": self._password.get_secret_value()}
        reply = self._api("com.atproto.server.createSession", body, {})
        said = data_of(reply)
        did, token = said.get("did"), said.get("accessJwt")
        if not reply.is_yes or not isinstance(did, str) or not isinstance(token, str):
            raise NotPostedError(f"Bluesky {told(reply, 'message')} to the log-in; nothing was posted")
        return did, {"Authorization": f"Bearer {token}"}

    def _picture(self, picture: Picture, bearer: Mapping[str, str]) -> Any:
        headers = {**bearer, "Content-Type": picture.media_type}
        url = f"{self._settings.server}/xrpc/com.atproto.repo.uploadBlob"
        reply = self._ask(Asked(url=url, headers=headers, body=picture.data))
        blob = data_of(reply).get("blob")
        if not reply.is_yes or not isinstance(blob, dict):
            raise NotPostedError(f"Bluesky {told(reply, 'message')} to the picture; nothing was posted")
        return blob

    def _api(self, method: str, body: Mapping[str, Any], bearer: Mapping[str, str]) -> Replied:
        headers = {**bearer, "Content-Type": "application/json"}
        url = f"{self._settings.server}/xrpc/{method}"
        return self._ask(Asked(url=url, headers=headers, body=json.dumps(body).encode()))


def tid(name: str, day: datetime) -> str:
    """Return the key of a post's record: 64 bits of its ``day`` and the hash of its ``name``, as a TID is written."""
    seed = int.from_bytes(hashlib.sha256(name.encode("utf-8", "surrogateescape")).digest()[:8], "big")
    micros = int(day.timestamp()) * 1_000_000 + seed % 86_400_000_000
    bits = (micros & (2**53 - 1)) << 10 | (seed >> 48) & 1023
    return "".join(_LETTERS[bits >> shift & 31] for shift in range(60, -1, -5))

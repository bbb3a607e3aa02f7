"""Mastodon: how long a text may be is the server's word, and a key makes that the same post twice is once.

https://docs.joinmastodon.org/methods/statuses/ (a key is remembered for an hour), /methods/media/, /methods/instance/.
"""

from __future__ import annotations

import json
import time
from datetime import timedelta
from functools import cached_property
from typing import TYPE_CHECKING, Any, Final
from uuid import uuid4

from pipeline.connect.channels.channel import Asked, Measure, NotPostedError, data_of, outcome, told
from pipeline.connect.shares.counted import URL, in_mastodon
from pipeline.html import safe_url

if TYPE_CHECKING:
    from collections.abc import Mapping

    from pipeline.connect.channels.channel import Ground, Outgoing, Picture, Replied

USUAL: Final = 500
_LONGEST: Final = 100_000
_LOOKS: Final = 20
_GAP: Final = 0.5
"""How often, and after how many seconds, it is asked whether a picture is ready."""
_READY: Final = 200


class Mastodon:
    """The author's account at their server."""

    name = "mastodon"
    seen = 0
    repeats: timedelta | None = timedelta(minutes=55)

    def __init__(self, ground: Ground) -> None:
        self._ask = ground.ask
        self._settings = ground.settings.connect.shares.mastodon
        self._token = ground.settings.secrets.mastodon_token

    def measures(self, text: str) -> tuple[Measure, ...]:
        """Return how long ``text`` is there, by the rules that the server told."""
        most, url = self._limits
        return (Measure(used=in_mastodon(text, url), most=most),)

    def hindrance(self) -> str:
        """Return what is missing to post."""
        if self._settings.server is None:
            return "connect.shares.mastodon.server in byline.yml does not say where your Mastodon account is"
        return "" if self._token else "the token of your Mastodon account is missing: set BYLINE_MASTODON_TOKEN"

    def post(self, outgoing: Outgoing) -> str:
        """Post, with the card and its words; return the address."""
        status: dict[str, Any] = {"status": outgoing.text, "visibility": self._settings.visibility}
        status |= {"language": outgoing.language.partition("-")[0]}
        if outgoing.picture:
            status["media_ids"] = [self._picture(outgoing.picture)]
        headers = {"Content-Type": "application/json", "Idempotency-Key": outgoing.key}
        reply = outcome("Mastodon", self._api("/api/v1/statuses", headers, json.dumps(status).encode()), "error")
        url = safe_url(str(data_of(reply).get("url") or ""), tracking=True)
        if url is None:
            raise NotPostedError("Mastodon took the post and did not say where it is; look at your account")
        return url

    def _api(self, path: str, headers: Mapping[str, str] | None = None, body: bytes | None = None) -> Replied:
        assert self._token is not None
        bearer = {"Authorization": f"Bearer {self._token.get_secret_value()}"}
        method = "GET" if body is None else "POST"
        url = f"{self._settings.server}{path}"
        return self._ask(Asked(url=url, headers={**bearer, **(headers or {})}, body=body, method=method))

    @cached_property
    def _limits(self) -> tuple[int, int]:
        """How long a text may be at the server, and what an address counts there; the usual where it does not say."""
        if self._settings.server is None:
            return USUAL, URL
        reply = self._ask(Asked(url=f"{self._settings.server}/api/v2/instance", method="GET"))
        said: Any = data_of(reply) if reply.is_yes else {}
        for name in ("configuration", "statuses"):
            said = said.get(name) if isinstance(said, dict) else None
        said = said if isinstance(said, dict) else {}
        return _number(said.get("max_characters"), USUAL), _number(said.get("characters_reserved_per_url"), URL)

    def _picture(self, picture: Picture) -> str:
        """Upload the card; return its id once it can be shown."""
        edge = uuid4().hex
        kind = f"multipart/form-data; boundary={edge}"
        reply = self._api("/api/v2/media", {"Content-Type": kind}, _form(edge, picture))
        name = str(data_of(reply).get("id") or "")
        if not reply.is_yes or not name.isalnum():
            raise NotPostedError(f"Mastodon {told(reply, 'error')} to the picture; nothing was posted")
        for _ in range(_LOOKS):
            if reply.status == _READY:
                return name
            if not reply.is_yes:
                raise NotPostedError(f"Mastodon {told(reply, 'error')} to the picture; nothing was posted")
            time.sleep(_GAP)
            reply = self._api(f"/api/v1/media/{name}")
        raise NotPostedError("Mastodon is not done with the picture yet; nothing was posted, try again")


def _form(edge: str, picture: Picture) -> bytes:
    """Return a form with a picture and its words (RFC 7578)."""
    suffix = picture.media_type.rpartition("/")[2]
    words = f'--{edge}\r\nContent-Disposition: form-data; name="description"\r\n\r\n{picture.alt}\r\n'
    head = f'--{edge}\r\nContent-Disposition: form-data; name="file"; filename="card.{suffix}"\r\n'
    head += f"Content-Type: {picture.media_type}\r\n\r\n"
    return words.encode() + head.encode() + picture.data + f"\r\n--{edge}--\r\n".encode()


def _number(said: Any, usual: int) -> int:
    is_number = isinstance(said, int) and not isinstance(said, bool)
    return said if is_number and 0 < said <= _LONGEST else usual

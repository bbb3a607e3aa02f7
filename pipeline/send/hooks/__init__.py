"""The room ``hooks``: what mail providers say of letters, by requests to the public service. Who is unknown is refused.

In come a provider's name, headers and a body; out comes what is to be answered. A word that is genuine becomes the
same events as a mail, with the same consequences.
"""

from __future__ import annotations

import hashlib
import json
from typing import TYPE_CHECKING, Any

from pipeline.errors import StoreError
from pipeline.model import Heard
from pipeline.send.consequences import take
from pipeline.send.hooks import providers, seals
from pipeline.send.hooks.judging import text
from pipeline.send.hooks.notices import Notices, Unavailable, fetched
from pipeline.store import returns as kept

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from pydantic import SecretStr

    from pipeline.model import Arrived
    from pipeline.send.hooks.notices import Fetch
    from pipeline.settings.sections import Settings
    from pipeline.store import Store


class Hooks:
    """The providers that ``settings`` name; ``fetch`` gets what is at an address of Amazon."""

    def __init__(self, settings: Settings, store: Store, fetch: Fetch = fetched) -> None:
        secrets, topic = settings.secrets, settings.send.hooks.ses_topic
        self._store = store
        self._postmark, self._mailgun = _text(secrets.postmark_webhook_secret), _text(secrets.mailgun_webhook_secret)
        self._resend = _text(secrets.resend_webhook_secret)
        self._notices = Notices(topic, fetch) if topic else None

    def hear(self, provider: str, headers: Mapping[str, str], body: bytes, now: datetime) -> Heard:
        """Take the word of a provider, if it is one's own; say what became of it."""
        hearing = {
            "postmark": (self._postmark, self._from_postmark),
            "mailgun": (self._mailgun, self._from_mailgun),
            "resend": (self._resend, self._from_resend),
            "ses": (self._notices, self._from_ses),
        }
        configured, heard = hearing.get(provider, (None, None))
        if not configured or heard is None:
            return Heard.UNKNOWN
        try:
            return heard(headers, body, now)
        except (StoreError, Unavailable):
            return Heard.LATER

    def _from_postmark(self, headers: Mapping[str, str], body: bytes, now: datetime) -> Heard:
        if not seals.is_postmarks(headers, self._postmark):
            return Heard.REFUSED
        words = _read(body)
        return Heard.UNREADABLE if words is None else self._acted(providers.of_postmark(words), now)

    def _from_resend(self, headers: Mapping[str, str], body: bytes, now: datetime) -> Heard:
        if not seals.is_resends(headers, body, self._resend, now):
            return Heard.REFUSED
        words = _read(body)
        if words is None:
            return Heard.UNREADABLE
        return self._acted(providers.of_resend(words, headers["svix-id"]), now)

    def _from_mailgun(self, _headers: Mapping[str, str], body: bytes, now: datetime) -> Heard:
        """Take the word of Mailgun, whose signature says nothing of the event: so each is good for one body."""
        words = _read(body)
        seal = None if words is None else words.get("signature")
        timestamp, token, signature = (text(seal, name) for name in ("timestamp", "token", "signature"))
        if not seals.is_mailguns(timestamp, token, signature, self._mailgun, now):
            return Heard.REFUSED
        event = (words or {}).get("event-data")
        arrived = providers.of_mailgun(event) if isinstance(event, dict) else None
        with self._store.writing() as connection:
            digest, mark = (hashlib.sha256(each).hexdigest() for each in (body, token.encode()))
            is_first = kept.is_first(connection, mark, digest, now, now - 2 * seals.MAILGUN_WITHIN)
            if is_first and arrived:
                take(connection, arrived, now)
        return Heard.REFUSED if is_first is None else Heard.TAKEN

    def _from_ses(self, _headers: Mapping[str, str], body: bytes, now: datetime) -> Heard:
        words, notices = _read(body), self._notices
        if words is None or notices is None or not notices.are_genuine(words, now):
            return Heard.REFUSED
        if words["Type"] == "SubscriptionConfirmation":
            return Heard.TAKEN if notices.confirm(words) else Heard.LATER
        inner = _read(words["Message"].encode("utf-8", "replace"))
        return Heard.TAKEN if inner is None else self._acted(providers.of_ses(inner), now)

    def _acted(self, arrived: Arrived | None, now: datetime) -> Heard:
        if arrived is not None:
            with self._store.writing() as connection:
                take(connection, arrived, now)
        return Heard.TAKEN


def _read(body: bytes) -> dict[str, Any] | None:
    """Return the JSON object in ``body``; None where it is none, or nests without end."""
    try:
        found = json.loads(body)
    except (ValueError, RecursionError):
        return None
    return found if isinstance(found, dict) else None


def _text(secret: SecretStr | None) -> str:
    return secret.get_secret_value() if secret else ""

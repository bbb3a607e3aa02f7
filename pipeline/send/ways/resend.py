"""Resend (https://resend.com/docs/api-reference/emails/send-email). It takes no message as it is, and knows our keys.

It gives a message a Message-ID of its own. A key is remembered for 24 hours; the same key with other words is refused.
"""

from __future__ import annotations

import json
import re
from datetime import timedelta
from typing import TYPE_CHECKING, Any, Final

from pipeline.send.ways.api import Place, Request
from pipeline.send.ways.parts import parts_of
from pipeline.send.ways.provider import BAD, Provider
from pipeline.send.ways.way import Promise

if TYPE_CHECKING:
    from collections.abc import Mapping

    from pydantic import SecretStr

    from pipeline.send.ways.api import Reply
    from pipeline.send.wire import Message
    from pipeline.settings.providers import ResendSettings

HOME: Final = Place.of("https://api.resend.com")
_UNPROCESSABLE: Final = 422
_CONFLICT: Final = 409
_CONFLICTS: Final = frozenset({"concurrent_idempotent_requests", "invalid_idempotent_request"})
_QUOTAS: Final = frozenset({"daily_quota_exceeded", "monthly_quota_exceeded"})
_OF_READER: Final = re.compile(r"[`'\"]to[`'\"] (?:field|address)", re.IGNORECASE)
_KEY: Final = "look at BYLINE_RESEND_KEY"
_REMEDIES: Final = {
    "missing_api_key": _KEY,
    "invalid_api_key": _KEY,
    "restricted_api_key": _KEY,
    "invalid_from_address": "look at send.sender",
    "daily_quota_exceeded": "wait until tomorrow, or look at the plan",
    "monthly_quota_exceeded": "look at the plan of the account",
    "security_error": "ask Resend what it has against the letter",
}


class Resend(Provider):
    """Resend, which is asked with a key for each message."""

    title = "Resend"
    promise = Promise(
        keeps_message_id=False, keeps_signature=False, remembers=timedelta(hours=24), most_bytes=40_000_000
    )

    def __init__(self, settings: ResendSettings, key: SecretStr, place: Place = HOME, **more: Any) -> None:
        super().__init__(place, key, settings.connections, **more)

    def request(self, message: Message) -> Request:
        """Return what is asked to send ``message``: the same each time, or its key would be good for nothing."""
        parts = parts_of(message)
        asked = {
            "from": parts.sender,
            "to": [parts.to],
            "subject": parts.subject,
            "text": parts.text,
            **({"html": parts.html} if parts.html else {}),
            "headers": parts.headers,
        }
        headers = {
            "Authorization": f"Bearer {self.secret}",
            "Content-Type": "application/json",
            "Idempotency-Key": message.message_id.strip("<>"),
        }
        return Request(path="/emails", headers=headers, body=json.dumps(asked).encode())

    def taken(self, told: Mapping[str, Any]) -> str:
        """Return Resend's name for the message."""
        return str(told.get("id") or "")

    def refuses(self, reply: Reply, told: Mapping[str, Any]) -> bool:
        """Tell whether the address is none to Resend."""
        is_of_form = reply.status in {BAD, _UNPROCESSABLE} and told.get("name") == "validation_error"
        return is_of_form and bool(_OF_READER.search(self.complaint(reply, told)))

    def is_unsure(self, reply: Reply, told: Mapping[str, Any]) -> bool:
        """Tell whether the key is in use, for this message or for other words: then the first may have left."""
        return reply.status == _CONFLICT and told.get("name") in _CONFLICTS

    def is_used_up(self, told: Mapping[str, Any]) -> bool:
        """Tell whether the plan of the account allows no more for today, or for this month."""
        return told.get("name") in _QUOTAS

    def remedy(self, reply: Reply, told: Mapping[str, Any]) -> str:
        """Return what to look at."""
        known = _REMEDIES.get(str(told.get("name")))
        if known is None and "not verified" in self.complaint(reply, told):
            known = "verify the domain of send.sender at Resend"
        if known is None and ("API key" in self.complaint(reply, told) or reply.status in {401, 403}):
            known = f"{_KEY}, and whether the domain of send.sender is verified there"
        return known or "look at the log at Resend"

"""Postmark (https://postmarkapp.com/developer/api/email-api). It takes no message as it is, and signs by itself."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any, Final

from pipeline.send.ways.api import Place, Request
from pipeline.send.ways.parts import parts_of
from pipeline.send.ways.provider import Provider
from pipeline.send.ways.way import Promise

if TYPE_CHECKING:
    from collections.abc import Mapping

    from pydantic import SecretStr

    from pipeline.send.ways.api import Reply
    from pipeline.send.wire import Message
    from pipeline.settings.providers import PostmarkSettings

HOME: Final = Place.of("https://api.postmarkapp.com")
_UNPROCESSABLE: Final = 422
_INACTIVE, _INVALID, _MAINTENANCE = 406, 300, 100
_OF_READER: Final = re.compile(r"(?:Invalid|Error parsing) '?To'?\b", re.IGNORECASE)
_REMEDIES: Final = {
    10: "look at BYLINE_POSTMARK_TOKEN: it must be the token of a server, not that of the account",
    400: "verify the address or the domain of send.sender at Postmark",
    401: "confirm the sender signature of send.sender at Postmark",
    405: "the account may send no more for now: look at its plan and credits",
    412: "the account waits for approval by Postmark",
    413: "the account may not send: ask Postmark why",
    1235: "there is no such message stream: look at send.postmark.stream",
}
"""By Postmark's own numbers of errors (https://postmarkapp.com/developer/api/overview, error codes), as of 2026-11."""


class Postmark(Provider):
    """Postmark; letters and notes go by a message stream each."""

    title = "Postmark"
    promise = Promise(keeps_signature=False, most_bytes=5_000_000)

    def __init__(self, settings: PostmarkSettings, token: SecretStr, place: Place = HOME, **more: Any) -> None:
        super().__init__(place, token, settings.connections, **more)
        self._settings = settings

    def request(self, message: Message) -> Request:
        """Return what is asked to send ``message``: in its parts, with its own Message-ID, and counting nothing."""
        parts = parts_of(message)
        own = {**parts.headers, "Message-ID": message.message_id, "X-PM-KeepID": "true"}
        asked = {
            "From": parts.sender,
            "To": parts.to,
            "Subject": parts.subject,
            "TextBody": parts.text,
            **({"HtmlBody": parts.html} if parts.html else {}),
            "Headers": [{"Name": name, "Value": value} for name, value in own.items()],
            "MessageStream": self._settings.stream if parts.is_letter else self._settings.notes_stream,
            "TrackOpens": False,
            "TrackLinks": "None",
        }
        headers = {"Content-Type": "application/json", "X-Postmark-Server-Token": self.secret}
        return Request(path="/email", headers=headers, body=json.dumps(asked).encode())

    def taken(self, told: Mapping[str, Any]) -> str:
        """Return Postmark's name for the message: it comes with the error number 0, or without one."""
        return str(told.get("MessageID") or "") if not told.get("ErrorCode") else ""

    def refuses(self, reply: Reply, told: Mapping[str, Any]) -> bool:
        """Tell whether the reader is inactive there, or the address is none to Postmark."""
        code, words = told.get("ErrorCode"), self.complaint(reply, told)
        return reply.status == _UNPROCESSABLE and (
            code == _INACTIVE or (code == _INVALID and bool(_OF_READER.match(words)))
        )

    def puts_off(self, reply: Reply, told: Mapping[str, Any]) -> bool:
        """Tell whether Postmark is being mended."""
        return reply.status == _UNPROCESSABLE and told.get("ErrorCode") == _MAINTENANCE

    def remedy(self, reply: Reply, told: Mapping[str, Any]) -> str:
        """Return what to look at."""
        code = told.get("ErrorCode")
        known = _REMEDIES.get(code) if isinstance(code, int) else None
        return known or (_REMEDIES[10] if reply.status in {401, 403} else "look at the server and its log at Postmark")

    def complaint(self, reply: Reply, told: Mapping[str, Any]) -> str:
        """Return what Postmark says went wrong."""
        del reply
        return str(told.get("Message") or "")

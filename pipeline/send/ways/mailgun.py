"""Mailgun, by messages.mime (https://documentation.mailgun.com): it takes the message as it is, and signs by itself."""

from __future__ import annotations

import base64
import re
import secrets
from typing import TYPE_CHECKING, Any, Final

from pipeline.send.ways.api import Place, Request
from pipeline.send.ways.provider import BAD, Provider
from pipeline.send.ways.way import Promise

if TYPE_CHECKING:
    from collections.abc import Mapping

    from pydantic import SecretStr

    from pipeline.send.ways.api import Reply
    from pipeline.send.wire import Message
    from pipeline.settings.providers import MailgunSettings

HOMES: Final = {"us": Place.of("https://api.mailgun.net"), "eu": Place.of("https://api.eu.mailgun.net")}
_OF_READER: Final = re.compile(r"'?to'? parameter is not a valid address", re.IGNORECASE)
_REMEDIES: Final = {
    401: "look at BYLINE_MAILGUN_KEY, and whether the domain is in the region of send.mailgun.region",
    402: "the account may not send: look at its plan at Mailgun",
    403: "the account or the domain may not send: look at Mailgun what is missing",
    404: "Mailgun does not know the domain: look at send.mailgun.domain and send.mailgun.region",
}


class Mailgun(Provider):
    """Mailgun, in the region of the domain."""

    title = "Mailgun"
    promise = Promise(keeps_signature=False, most_bytes=25_000_000)

    def __init__(
        self, settings: MailgunSettings, domain: str, key: SecretStr, place: Place | None = None, **more: Any
    ) -> None:
        super().__init__(place or HOMES[settings.region], key, settings.connections, **more)
        self._domain = settings.domain or domain

    def request(self, message: Message) -> Request:
        """Return what is asked to send ``message``, without counting who opens or follows it."""
        key = base64.b64encode(f"api:{self.secret}".encode()).decode()
        boundary = secrets.token_hex(24)
        headers = {"Authorization": f"Basic {key}", "Content-Type": f"multipart/form-data; boundary={boundary}"}
        body = _form({"to": message.recipient, "o:tracking": "no"}, message.data, boundary)
        return Request(path=f"/v3/{self._domain}/messages.mime", headers=headers, body=body)

    def taken(self, told: Mapping[str, Any]) -> str:
        """Return Mailgun's name for the message."""
        return str(told.get("id") or "")

    def refuses(self, reply: Reply, told: Mapping[str, Any]) -> bool:
        """Tell whether the address is none to Mailgun."""
        return reply.status == BAD and bool(_OF_READER.search(self.complaint(reply, told)))

    def remedy(self, reply: Reply, told: Mapping[str, Any]) -> str:
        """Return what to look at."""
        del told
        return _REMEDIES.get(reply.status, "look at the domain and its log at Mailgun")


def _form(fields: Mapping[str, str], message: bytes, boundary: str) -> bytes:
    """Return ``fields`` and the message as a form with a file (RFC 7578)."""
    parts = [
        f'--{boundary}\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{" ".join(value.split())}\r\n'
        for name, value in fields.items()
    ]
    parts.append(
        f'--{boundary}\r\nContent-Disposition: form-data; name="message"; filename="message.mime"\r\n'
        "Content-Type: message/rfc822\r\n\r\n"
    )
    return "".join(parts).encode() + message + f"\r\n--{boundary}--\r\n".encode()

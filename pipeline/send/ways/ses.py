"""Amazon SES, by SendEmail of its API v2 with raw content (https://docs.aws.amazon.com/ses/latest/APIReference-V2/).

It takes the message as it is, but writes Message-ID and Date anew, so a signature of ours would not hold; it signs by
itself.
"""

from __future__ import annotations

import base64
import json
import re
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Final

from pipeline.send.ways.api import Place, Request
from pipeline.send.ways.provider import BAD, Provider
from pipeline.send.ways.sigv4 import Key, signed
from pipeline.send.ways.way import Promise

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from pydantic import SecretStr

    from pipeline.send.ways.api import Reply
    from pipeline.send.wire import Message
    from pipeline.settings.providers import SesSettings

PATH: Final = "/v2/email/outbound-emails"
_OF_READER: Final = re.compile(
    r"illegal address|missing final '@domain'|local (?:part|address) contains|"
    r"domain (?:contains|starts|ends)",
    re.IGNORECASE,
)
_KEYS: Final = "look at BYLINE_SES_KEY_ID and BYLINE_SES_SECRET, and at the clock of this machine"
_REMEDIES: Final = {
    "MessageRejected": "verify the address or the domain of send.sender in this region; in the sandbox, SES sends to "
    "verified readers only: ask AWS for production access",
    "MailFromDomainNotVerifiedException": "look at the MAIL FROM domain of your identity: its MX record is missing",
    "AccountSuspendedException": "AWS has suspended sending by this account: ask AWS why",
    "SendingPausedException": "sending is paused for the account or the configuration set: look at SES why",
    "LimitExceededException": "the account has reached a limit: look at the quotas of SES",
    "TooManyRequestsException": "the quota of the account for a day is used up: look at the quotas of SES",
    "NotFoundException": "SES does not know what is named: look at send.ses.configuration_set and send.ses.region",
    "AccessDeniedException": "the key may not send: it needs ses:SendEmail for your identity",
}  # fmt: skip


class Ses(Provider):
    """Amazon SES in one region."""

    title = "Amazon SES"
    promise = Promise(keeps_message_id=False, keeps_signature=False, most_bytes=10_000_000)

    def __init__(
        self,
        settings: SesSettings,
        name: SecretStr,
        secret: SecretStr,
        session: SecretStr | None = None,
        place: Place | None = None,
        clock: Callable[[], datetime] = lambda: datetime.now(UTC),
        **more: Any,
    ) -> None:
        home = Place.of(f"https://email.{settings.region}.amazonaws.com")
        super().__init__(place or home, secret, settings.connections, **more)
        self._settings, self._clock = settings, clock
        self._key = Key(
            name=name.get_secret_value(),
            secret=self.secret,
            session=session.get_secret_value() if session else "",
            region=settings.region,
            service="ses",
        )

    def request(self, message: Message) -> Request:
        """Return what is asked to send ``message``, signed for this moment."""
        asked = {
            "FromEmailAddress": message.sender,
            "Destination": {"ToAddresses": [message.recipient]},
            "Content": {"Raw": {"Data": base64.b64encode(message.data).decode()}},
        }
        if self._settings.configuration_set:
            asked["ConfigurationSetName"] = self._settings.configuration_set
        body = json.dumps(asked).encode()
        headers = {"Host": self.place.authority, "Content-Type": "application/json"}
        return signed(self._key, Request(path=PATH, headers=headers, body=body), self._clock())

    def taken(self, told: Mapping[str, Any]) -> str:
        """Return the name that SES has for the message."""
        return str(told.get("MessageId") or "")

    def refuses(self, reply: Reply, told: Mapping[str, Any]) -> bool:
        """Tell whether the address is none to SES."""
        is_of_form = reply.status == BAD and _kind(reply, told) == "BadRequestException"
        return is_of_form and bool(_OF_READER.search(self.complaint(reply, told)))

    def is_used_up(self, told: Mapping[str, Any]) -> bool:
        """Tell whether the quota for a day is used up, and not just too much was asked for in a second."""
        return "daily" in str(told.get("message") or told.get("Message") or "").lower()

    def remedy(self, reply: Reply, told: Mapping[str, Any]) -> str:
        """Return what to look at."""
        known = _REMEDIES.get(_kind(reply, told))
        return known or (_KEYS if reply.status in {401, 403} else "look at SES in this region")

    def complaint(self, reply: Reply, told: Mapping[str, Any]) -> str:
        """Return the kind of error, and what SES says of it."""
        return f"{_kind(reply, told)} {told.get('message') or told.get('Message') or ''}"


def _kind(reply: Reply, told: Mapping[str, Any]) -> str:
    """Return the kind of error: it stands in a header, with an address behind it, or in the body."""
    named = reply.headers.get("x-amzn-errortype") or str(told.get("__type") or "")
    return named.partition(":")[0].rpartition("#")[2]

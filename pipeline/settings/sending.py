"""The settings of the room ``send``. The docstring under each is its documentation, wherever it is shown."""

from __future__ import annotations

import re
from email.utils import parseaddr
from typing import Annotated, Literal
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import AfterValidator, Field

from pipeline.settings.providers import (
    ButtondownSettings,
    ListmonkSettings,
    MailgunSettings,
    PostmarkSettings,
    ResendSettings,
    SesSettings,
)
from pipeline.settings.values import Connections, MailAddress, Positive, Section, WebAddress

_HOURS = re.compile(r"([01]\d|2[0-3]):([0-5]\d)-([01]\d|2[0-3]):([0-5]\d)")


def _hours(value: str) -> str:
    if value and (not (found := _HOURS.fullmatch(value)) or found.group(1, 2) == found.group(3, 4)):
        raise ValueError("must be from when to when, as 07:00-21:00")
    return value


def _zone(value: str) -> str:
    try:
        ZoneInfo(value)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise ValueError("must be a time zone by its name, as Europe/Madrid") from None
    return value


class SmtpSettings(Section):
    """The way out for mail. The password comes from BYLINE_SMTP_PASSWORD."""

    host: str = "localhost"
    """The outgoing mail server."""
    port: Annotated[int, Field(ge=1, le=65535)] = 587
    """Its port: 587 goes with starttls, 465 with tls, 25 with none."""
    security: Literal["starttls", "tls", "none"] = "starttls"
    """How the connection is protected; none is for a server on this very machine."""
    username: str = ""
    """The name to log in with; empty for no login."""
    connections: Connections = 4
    """How many connections are open at once; where a send is cut off, so many deliveries at most are uncertain."""


class DkimSettings(Section):
    """A key by which letters are signed here (DKIM); most mail providers sign by themselves."""

    selector: Annotated[str, Field(pattern=r"^[A-Za-z0-9]([A-Za-z0-9.-]{0,61}[A-Za-z0-9])?$")]
    """The name of the key in DNS: its public half is at SELECTOR._domainkey.DOMAIN."""
    key_file: str
    """The private key, RSA or Ed25519 in PEM: a file that is in no repository."""
    domain: Annotated[str, Field(pattern=r"^[A-Za-z0-9.-]*$")] = ""
    """The domain that signs; that of `send.sender` if not given."""


class PaceSettings(Section):
    """How fast letters leave, and at which hours."""

    per_second: Annotated[float, Field(gt=0)] | None = None
    """How many letters leave in a second at most, as your mail provider allows; 0.5 is one in two seconds."""
    per_day: Positive | None = None
    """How many letters leave in a day (of UTC) at most."""
    domain_per_minute: Positive | None = None
    """How many letters go to readers at one domain in a minute at most."""
    warm_up: bool = False
    """For a domain that never sent: 50 letters on the first day, and never more than twice what a day had before."""
    hours: Annotated[str, AfterValidator(_hours)] = ""
    """At which hours letters arrive, by each reader's own clock, as 07:00-21:00; at any if not given."""
    zone: Annotated[str, AfterValidator(_zone)] = "UTC"
    """The time zone of readers who told none, as Europe/Madrid; times that you say are in it, too."""
    late_hours: Positive = 3
    """So many hours after its time a send that was put into the calendar does not begin by itself any more."""


class InboxSettings(Section):
    """The mailbox that bounces and answers come to. The password comes from BYLINE_INBOX_PASSWORD."""

    host: str = ""
    """The server of the mailbox (IMAP); without one, no mailbox is read."""
    port: Annotated[int, Field(ge=1, le=65535)] = 993
    """Its port: 993 goes with tls, 143 with starttls and none."""
    security: Literal["tls", "starttls", "none"] = "tls"
    """How the connection is protected; none is for a server on this very machine."""
    username: str = ""
    """The name to log in with; that of `send.sender`'s address if not given."""
    folder: Annotated[str, Field(pattern=r"^[^\x00-\x1f\x7f]+$")] = "INBOX"
    """The folder that is read."""
    done_folder: Annotated[str, Field(pattern=r"^[^\x00-\x1f\x7f]*$")] = ""
    """Where mails go that were acted on; without one, they stay where they are, marked as read."""


class HooksSettings(Section):
    """What mail providers may tell `byline serve`. Their secrets come from the environment."""

    ses_topic: Annotated[
        str, Field(pattern=r"^(arn:aws(-cn|-us-gov)?:sns:[a-z0-9-]{5,30}:[0-9]{12}:[A-Za-z0-9_-]{1,256})?$")
    ] = ""
    """The topic (its ARN) to which Amazon SES publishes bounces and complaints; no other is believed."""


class SendSettings(Section):
    """Who the letter is from, and how it leaves."""

    sender: MailAddress = "You <you@example.org>"
    """Who the letter is from; answers come here."""
    postal_address: str = ""
    """Your postal address, which the law of many countries wants in a letter."""
    reason: str = "You get this letter because you asked for it."
    """The sentence that tells readers why they get the letter."""
    list_id: Annotated[str, Field(pattern=r"^[A-Za-z0-9.-]*$")] = ""
    """The name of the list in mail headers (List-Id); without one, letter.YOUR-SITE."""
    unsubscribe_url: WebAddress | None = None
    """Where readers leave: something there must answer a POST (RFC 8058). Without it, leaving works by mail only."""
    count_links: bool = False
    """Count how often links of the letter are opened, of all readers together; needs `byline serve`."""
    keep_ip: bool = False
    """Keep with a reader's consent the network address that it came from; only if your law asks for that."""
    dkim: tuple[DkimSettings, ...] = ()
    """Keys by which letters are signed here, if your mail provider does not sign them."""
    way: Literal["smtp", "postmark", "ses", "mailgun", "resend", "buttondown", "listmonk"] = "smtp"
    """How letters leave: by a mail server, by the API of a provider, or by a service that has the readers."""
    smtp: SmtpSettings = Field(default_factory=SmtpSettings)
    """The way out for mail. Its password comes from the environment: BYLINE_SMTP_PASSWORD."""
    postmark: PostmarkSettings = Field(default_factory=PostmarkSettings)
    """Postmark. The token of the server comes from the environment: BYLINE_POSTMARK_TOKEN."""
    ses: SesSettings = Field(default_factory=SesSettings)
    """Amazon SES. The key comes from the environment: BYLINE_SES_KEY_ID and BYLINE_SES_SECRET."""
    mailgun: MailgunSettings = Field(default_factory=MailgunSettings)
    """Mailgun. The key comes from the environment: BYLINE_MAILGUN_KEY."""
    resend: ResendSettings = Field(default_factory=ResendSettings)
    """Resend. The key comes from the environment: BYLINE_RESEND_KEY."""
    buttondown: ButtondownSettings = Field(default_factory=ButtondownSettings)
    """Buttondown. The key comes from the environment: BYLINE_BUTTONDOWN_KEY."""
    listmonk: ListmonkSettings = Field(default_factory=ListmonkSettings)
    """A listmonk of your own. The token comes from the environment: BYLINE_LISTMONK_TOKEN."""
    pace: PaceSettings = Field(default_factory=PaceSettings)
    """How fast letters leave, and at which hours."""
    inbox: InboxSettings = Field(default_factory=InboxSettings)
    """The mailbox that `byline inbox` reads. Its password comes from the environment: BYLINE_INBOX_PASSWORD."""
    hooks: HooksSettings = Field(default_factory=HooksSettings)
    """What mail providers may tell `byline serve`."""

    @property
    def address(self) -> str:
        """The address that letters come from."""
        return parseaddr(self.sender)[1]

    @property
    def is_handed_over(self) -> bool:
        """Whether letters go as a whole to a service that has the readers: nothing in them is one reader's own."""
        return self.way in {"buttondown", "listmonk"}

    @property
    def domain(self) -> str:
        """The domain that letters come from."""
        return parseaddr(self.sender)[1].rpartition("@")[2]

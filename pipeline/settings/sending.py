"""The settings of the room ``send``. The docstring under each is its documentation, wherever it is shown."""

from __future__ import annotations

from email.utils import parseaddr
from typing import Annotated, Literal

from pydantic import Field

from pipeline.settings.values import MailAddress, Section, WebAddress


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
    connections: Annotated[int, Field(ge=1, le=32)] = 4
    """How many connections are open at once; where a send is cut off, so many deliveries at most are uncertain."""


class DkimSettings(Section):
    """A key by which letters are signed here (DKIM); most mail providers sign by themselves."""

    selector: Annotated[str, Field(pattern=r"^[A-Za-z0-9]([A-Za-z0-9.-]{0,61}[A-Za-z0-9])?$")]
    """The name of the key in DNS: its public half is at SELECTOR._domainkey.DOMAIN."""
    key_file: str
    """The private key, RSA or Ed25519 in PEM: a file that is in no repository."""
    domain: Annotated[str, Field(pattern=r"^[A-Za-z0-9.-]*$")] = ""
    """The domain that signs; that of `send.sender` if not given."""


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
    smtp: SmtpSettings = Field(default_factory=SmtpSettings)
    """The way out for mail. Its password comes from the environment: BYLINE_SMTP_PASSWORD."""

    @property
    def domain(self) -> str:
        """The domain that letters come from."""
        return parseaddr(self.sender)[1].rpartition("@")[2]

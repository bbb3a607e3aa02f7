"""The settings of the ways out beside a mail server. The docstring under each is its documentation."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from pipeline.settings.values import Connections, Positive, Section, ServiceAddress


class PostmarkSettings(Section):
    """Postmark, by its HTTP API. The token of the server comes from BYLINE_POSTMARK_TOKEN."""

    stream: Annotated[str, Field(pattern=r"^[a-z0-9_-]{1,30}$")] = "broadcast"
    """The message stream for letters, of the kind Broadcasts."""
    notes_stream: Annotated[str, Field(pattern=r"^[a-z0-9_-]{1,30}$")] = "outbound"
    """The message stream for mails to one person, such as the one to confirm; of the kind Transactional."""
    connections: Connections = 4
    """How many connections are open at once."""


class SesSettings(Section):
    """Amazon SES, by its HTTP API (v2). The key comes from BYLINE_SES_KEY_ID and BYLINE_SES_SECRET."""

    region: Annotated[str, Field(pattern=r"^[a-z]{2}(-[a-z]+){1,3}-[0-9]{1,2}$")] = "eu-central-1"
    """The region of AWS in which your identity is verified."""
    configuration_set: Annotated[str, Field(pattern=r"^[A-Za-z0-9_-]{0,64}$")] = ""
    """The configuration set to send with, if you have one."""
    connections: Connections = 4
    """How many connections are open at once."""


class MailgunSettings(Section):
    """Mailgun, by its HTTP API. The key comes from BYLINE_MAILGUN_KEY."""

    domain: Annotated[str, Field(pattern=r"^[A-Za-z0-9.-]*$")] = ""
    """The domain that is verified there; that of `send.sender` if not given."""
    region: Literal["us", "eu"] = "eu"
    """Where that domain was made: us or eu."""
    connections: Connections = 4
    """How many connections are open at once."""


class ResendSettings(Section):
    """Resend, by its HTTP API. The key comes from BYLINE_RESEND_KEY."""

    connections: Connections = 2
    """How many connections are open at once; Resend takes few requests a second."""


class ButtondownSettings(Section):
    """Buttondown, which has the readers. The key comes from BYLINE_BUTTONDOWN_KEY."""

    newsletter: Annotated[str, Field(pattern=r"^[A-Za-z0-9_-]*$")] = ""
    """The newsletter, where the key is good for several; else the one that the key belongs to."""
    template: Annotated[str, Field(pattern=r"^[A-Za-z0-9_-]*$")] = "naked"
    """The template there: naked leaves the letter as it is; empty takes that of the newsletter."""


class ListmonkSettings(Section):
    """A listmonk of your own, which has the readers. The token comes from BYLINE_LISTMONK_TOKEN."""

    url: ServiceAddress | None = None
    """Where your listmonk is."""
    username: Annotated[str, Field(pattern=r"^[!-9;-~]*$")] = ""
    """The name of the API user there."""
    lists: tuple[Positive, ...] = ()
    """The numbers of the lists that get the letter."""
    template: Annotated[int, Field(ge=0)] = 0
    """The number of a template there that holds nothing but the content; 0 takes the default template."""

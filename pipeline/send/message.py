"""A letter made out to one reader: a MIME message with the headers that let it arrive and let its reader leave."""

from __future__ import annotations

import hashlib
import html
from dataclasses import dataclass
from email.header import Header
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import EmailPolicy
from email.utils import format_datetime, parseaddr
from email.utils import quote as email_quote
from typing import TYPE_CHECKING, Any, Final, Self
from urllib.parse import quote, urlencode, urlsplit, urlunsplit

from pipeline.html import plain_text, safe_url, shortened

if TYPE_CHECKING:
    from datetime import datetime

    from pipeline.model import EditionId, Letter, Reader
    from pipeline.settings.sections import Settings


class _Policy(EmailPolicy):
    """Writes headers by hand where the standard library's own folding breaks them.

    It encodes addresses of List- headers, loses the quotation marks of a long name, and drops a space between two
    encoded words of a long subject.
    """

    def fold(self, name: str, value: Any) -> str:
        """Return one header as lines."""
        key = name.lower()
        if key.startswith("list-"):  # an address breaks only before the next one (RFC 2369)
            return f"{name}: {value.replace(', ', f',{self.linesep} ')}{self.linesep}"
        if key in {"from", "to"}:
            [address] = value.addresses
            return f"{name}: {self._name(name, address.display_name)}<{address.addr_spec}>{self.linesep}"
        if isinstance(value, _Literal):
            return f"{name}: {self._words(name, str(value))}{self.linesep}"
        return str(super().fold(name, value))

    def fold_binary(self, name: str, value: Any) -> bytes:
        """Return the same as bytes."""
        return self.fold(name, value).encode("ascii")

    def _name(self, header: str, name: str) -> str:
        """Return a display name in quotation marks or encoded (RFC 5322, RFC 2047), up to where the address begins."""
        if not name:
            return ""
        return (
            f'"{email_quote(name)}"{self.linesep} '
            if _shows_as_it_is(name)
            else self._words(header, name) + f"{self.linesep} "
        )

    def _words(self, header: str, text: str) -> str:
        folds = max(map(len, text.split()), default=0) < LONGEST_WORD
        charset = "us-ascii" if _shows_as_it_is(text) and folds else "utf-8"
        return Header(text, charset, header_name=header).encode(linesep=self.linesep)


class _Literal(str):
    """A subject that is meant as it stands: the standard library would decode what looks like encoded words in it."""

    __slots__ = ()
    name = "Subject"


def _shows_as_it_is(text: str) -> bool:
    """Tell whether ``text`` is ASCII and not to be taken for an encoded word (RFC 2047)."""
    return text.isascii() and "=?" not in text


LONGEST_SUBJECT: Final = 250
LONGEST_WORD: Final = 60
"""Characters; a line of a header should end before 78 (RFC 5322, section 2.1.1)."""
POLICY: Final = _Policy(linesep="\r\n")


@dataclass(frozen=True, slots=True, kw_only=True)
class Envelope:
    """What every message of this author has: who it is from, which list it belongs to, how to leave it."""

    sender: Address
    list_id: str
    list_name: str
    unsubscribe_url: str | None
    language: str

    @classmethod
    def of(cls, settings: Settings) -> Self:
        """Return the envelope that ``settings`` describe."""
        name, address = parseaddr(settings.send.sender)
        home = safe_url(settings.site.site_url)
        host = urlsplit(home or "").hostname or "localhost"
        return cls(
            sender=Address(display_name=plain_text(name) or settings.site.author, addr_spec=address),
            list_id=settings.send.list_id or f"letter.{host}",
            list_name=settings.site.site_name,
            unsubscribe_url=safe_url(settings.send.unsubscribe_url or ""),
            language=settings.site.language,
        )

    def mail_to_leave(self) -> str:
        """Return the mailto address that asks to be taken off the list (RFC 6068)."""
        return f"mailto:{self.sender.addr_spec}?subject={quote('unsubscribe')}"

    def leave(self, reader: Reader) -> str:
        """Return the address by which ``reader`` leaves: their own page, or mail where there is no server."""
        if self.unsubscribe_url is None:
            return self.mail_to_leave()
        parts = urlsplit(self.unsubscribe_url)
        token = urlencode({"token": reader.token})
        return urlunsplit(parts._replace(query=f"{parts.query}&{token}" if parts.query else token, fragment=""))


def concerns(settings: Settings) -> tuple[str, ...]:
    """Return what these settings promise to readers and may not keep."""
    place = settings.send.unsubscribe_url
    if not place:
        return ("readers can leave by mail only: answer what comes to send.sender, and take them off the list",)
    if not settings.is_left_at_once:
        said = (
            f"the unsubscribe button of mail programs sends to {place}, a page of your own site, which takes nobody "
            "off the list and tells you nothing; without send.unsubscribe_url in byline.yml it writes you a mail"
        )
        return (said,)
    return ()


def message_id(edition: EditionId, reader: Reader, envelope: Envelope) -> str:
    """Return the Message-ID of ``edition`` for ``reader``: always the same, and it gives no address away."""
    key = hashlib.sha256(f"{edition}\n{reader.token}".encode()).hexdigest()[:32]
    return f"<{key}@{envelope.sender.domain}>"


def make_message(letter: Letter, reader: Reader, envelope: Envelope, now: datetime) -> EmailMessage:
    """Return ``letter`` for ``reader``. Text and HTML hold the reader's own way to leave."""
    message = EmailMessage(policy=POLICY)
    message["From"] = envelope.sender
    message["To"] = Address(display_name=reader.name, addr_spec=reader.email)
    message["Subject"] = _Literal(shortened(letter.subject, LONGEST_SUBJECT))
    message["Date"] = format_datetime(now)
    message["Message-ID"] = message_id(letter.edition, reader, envelope)
    message["List-Id"] = f'"{_quotable(envelope.list_name)}" <{envelope.list_id}>'  # RFC 2919
    leave = envelope.leave(reader)
    ways = dict.fromkeys((leave, envelope.mail_to_leave()))
    message["List-Unsubscribe"] = ", ".join(f"<{way}>" for way in ways)  # RFC 2369
    if leave.startswith("https://"):
        message["List-Unsubscribe-Post"] = "List-Unsubscribe=One-Click"  # RFC 8058: only beside an https address
    message.set_content(letter.text.replace(letter.leave, leave), cte="quoted-printable")
    page = letter.html.replace(letter.leave, html.escape(leave))
    message.add_alternative(page, subtype="html", cte="quoted-printable")
    message["Content-Language"] = envelope.language  # the content before it would have taken it away
    return message


def _quotable(name: str) -> str:
    return plain_text(name).encode("ascii", "ignore").decode().replace("\\", "").replace('"', "")

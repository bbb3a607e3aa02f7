"""A letter made out to one reader: the bytes of a MIME message that can arrive, and that its reader can leave by.

What is the same for all is made once, by a ``Mould``; of each reader's own are the address, the identity, the day, the
name, and the ways to leave and to choose. So ten thousand messages cost what one does, and a signature for each.
"""

from __future__ import annotations

import hashlib
import html
import re
from binascii import b2a_qp
from dataclasses import dataclass
from email.headerregistry import Address
from email.utils import format_datetime, parseaddr
from typing import TYPE_CHECKING, Final, Self
from urllib.parse import quote, urlencode, urlsplit, urlunsplit

from pipeline.html import plain_text, safe_url, shortened
from pipeline.send.headers import LONGEST_SUBJECT, address_line, list_line, quotable, text_line
from pipeline.send.sign import canonical_body
from pipeline.send.wire import Message

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from datetime import datetime

    from pipeline.model import EditionId, Letter, Reader
    from pipeline.send.sign import Signer
    from pipeline.settings.sections import Settings

_SOFT: Final = b"=\r\n"
"""A line of quoted-printable that goes on in the next (RFC 2045, section 6.7)."""


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
    """Return what these settings promise to readers, or to the author, and may not keep."""
    if settings.send.count_links and settings.service is None:
        said = (
            "links are not counted: send.count_links needs `byline serve`, whose addresses stand in "
            "publish.subscribe.url and send.unsubscribe_url"
        )
        return (said, *_about_leaving(settings))
    return _about_leaving(settings)


def _about_leaving(settings: Settings) -> tuple[str, ...]:
    place = settings.send.unsubscribe_url
    if not place and settings.send.inbox.host:
        return ()
    if not place:
        said = "readers can leave by mail only: let `byline inbox` read it (send.inbox), or take them off by hand"
        return (said,)
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


class Mould:
    """Makes one message after the other of a letter; ``signers`` sign each (RFC 6376).

    ``choosing`` makes the link to the preferences of a reader, of their own secret.
    """

    def __init__(
        self,
        letter: Letter,
        envelope: Envelope,
        signers: Sequence[Signer] = (),
        choosing: Callable[[str], str] = lambda _: "",
    ) -> None:
        self._edition = letter.edition
        self._envelope = envelope
        self._signers = signers
        self._choosing = choosing if letter.choose else lambda _: ""
        boundary = f"=_{hashlib.sha256(letter.leave.encode()).hexdigest()[:32]}"  # random as that, and of no text
        sender = envelope.sender
        self._from = address_line("From", sender.display_name, sender.addr_spec)
        self._shared = (
            text_line("Subject", shortened(letter.subject, LONGEST_SUBJECT)),
            f'List-Id: "{quotable(envelope.list_name)}" <{envelope.list_id}>\r\n',
            "MIME-Version: 1.0\r\n",
            f'Content-Type: multipart/alternative;\r\n boundary="{boundary}"\r\n',
            f"Content-Language: {envelope.language}\r\n",
        )
        marks = (letter.leave, letter.choose, letter.name)
        self._body = _Body({"plain": letter.text, "html": letter.html}, marks, boundary)

    def message(self, reader: Reader, now: datetime) -> Message:
        """Return the letter for ``reader``, written at ``now``. Text and HTML hold what is the reader's own."""
        leave = self._envelope.leave(reader)
        called = plain_text(reader.name)
        name = message_id(self._edition, reader, self._envelope)
        ways = [f"<{way}>" for way in dict.fromkeys((leave, self._envelope.mail_to_leave()))]
        fields = [
            self._from,
            address_line("To", called, reader.email),
            f"Date: {format_datetime(now)}\r\n",
            f"Message-ID: {name}\r\n",
            *self._shared,
            list_line("List-Unsubscribe", ways),
        ]
        if leave.startswith("https://"):
            fields.append("List-Unsubscribe-Post: List-Unsubscribe=One-Click\r\n")  # RFC 8058: only beside such
        pieces = _in_both_forms((leave, self._choosing(reader.token), called))
        if self._signers:
            digest = self._body.digest(pieces)
            fields[:0] = [signer.field(fields, digest, now) for signer in self._signers]
        data = "".join((*fields, "\r\n")).encode("ascii") + self._body.filled(pieces)
        sender = self._envelope.sender.addr_spec
        return Message(message_id=name, sender=sender, recipient=reader.email, data=data)


class _Body:
    """The parts of a body in pieces, between which come a reader's own words, each in the form of its part.

    These are given for all marks in the first part, and then for all in the second.
    """

    def __init__(self, parts: Mapping[str, str], marks: Sequence[str], boundary: str) -> None:
        self._pieces: list[bytes] = []
        self._slots: list[tuple[int, int]] = []
        """Where in the pieces which of the reader's words come."""
        for number, (kind, text) in enumerate(parts.items()):
            self._add(_head(kind, boundary), text, marks, number * len(marks))
        self._pieces[-1] += f"--{boundary}--\r\n".encode()
        self._canonical = [canonical_body(piece) for piece in self._pieces]
        self._first = self._slots[0][0] if self._slots else len(self._pieces)
        self._begun = hashlib.sha256(b"".join(self._canonical[: self._first]))

    def filled(self, own: Sequence[bytes]) -> bytes:
        """Return the body with a reader's ``own`` words."""
        return b"".join(self._with(self._pieces, own))

    def digest(self, own: Sequence[bytes]) -> bytes:
        """Return the SHA-256 of the same body in its canonical form (RFC 6376, section 3.4.4)."""
        made = self._begun.copy()  # what comes before the first reader's own words need not be added up again
        made.update(b"".join(self._with(self._canonical, own)[self._first :]))
        return made.digest()

    def _with(self, pieces: Sequence[bytes], own: Sequence[bytes]) -> list[bytes]:
        made = list(pieces)
        for place, which in self._slots:
            made[place] = own[which]
        return made

    def _add(self, head: bytes, text: str, marks: Sequence[str], first: int) -> None:
        """Add a part in quoted-printable, split where ``marks`` stand; ``first`` is the number of the first of them."""
        known = {mark: first + number for number, mark in enumerate(marks) if mark}
        split = re.split(f"({'|'.join(map(re.escape, known))})", f"{text.rstrip()}\n")
        self._pieces.append(head)
        for piece in split:
            if piece in known:
                self._slots.append((len(self._pieces), known[piece]))
                self._pieces.append(b"")
            else:
                self._pieces.append(_encoded(piece, is_own=False))


def _in_both_forms(own: Sequence[str]) -> list[bytes]:
    """Return a reader's words as plain text has them, and then as HTML does, which mostly is the same."""
    plain = list(map(_encoded, own))
    escaped = map(html.escape, own)
    return plain + [
        made if each == text else _encoded(each) for made, each, text in zip(plain, escaped, own, strict=True)
    ]


def _head(kind: str, boundary: str) -> bytes:
    return (
        f'--{boundary}\r\nContent-Type: text/{kind}; charset="utf-8"\r\n'
        "Content-Transfer-Encoding: quoted-printable\r\n\r\n"
    ).encode()


def _encoded(text: str, *, is_own: bool = True) -> bytes:
    """Return ``text`` in quoted-printable; a reader's own words stand between two soft breaks."""
    lines = b2a_qp(text.encode("utf-8", "replace"), istext=True).replace(b"\n", b"\r\n")
    return _SOFT + lines + _SOFT if is_own else lines

"""Short mails to one person, in plain text, in the site's language: please confirm, and you are a reader already.

Nothing of what a form was filled with stands in them but the address that they go to.
"""

from __future__ import annotations

import hashlib
import secrets
from binascii import b2a_qp
from email.utils import format_datetime
from typing import TYPE_CHECKING

from pipeline.html import shortened
from pipeline.send.headers import LONGEST_SUBJECT, address_line, text_line
from pipeline.send.message import Envelope
from pipeline.send.sign import canonical_body
from pipeline.send.wire import Message

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from pipeline.model import PlainText
    from pipeline.said import Said
    from pipeline.send.sign import Signer
    from pipeline.settings.sections import Settings


def note(
    settings: Settings, to: str, subject: PlainText, text: str, now: datetime, signers: Sequence[Signer] = ()
) -> Message:
    """Return a mail that says ``text`` to the address ``to``, signed by ``signers``."""
    envelope = Envelope.of(settings)
    sender = envelope.sender
    name = f"<{secrets.token_hex(16)}@{sender.domain}>"
    body = b2a_qp(text.encode("utf-8", "replace"), istext=True).replace(b"\n", b"\r\n")
    fields = [
        address_line("From", sender.display_name, sender.addr_spec),
        address_line("To", "", to),
        f"Date: {format_datetime(now)}\r\n",
        f"Message-ID: {name}\r\n",
        text_line("Subject", shortened(subject, LONGEST_SUBJECT)),
        "MIME-Version: 1.0\r\n",
        'Content-Type: text/plain; charset="utf-8"\r\n',
        "Content-Transfer-Encoding: quoted-printable\r\n",
        "Auto-Submitted: auto-generated\r\n",  # RFC 3834: no machine answers it
    ]
    digest = hashlib.sha256(canonical_body(body)).digest()
    fields[:0] = [signer.field(fields, digest, now) for signer in signers]
    data = "".join((*fields, "\r\n")).encode("ascii") + body
    return Message(message_id=name, sender=sender.addr_spec, recipient=to, data=data)


def confirming(settings: Settings, said: Said, wording: PlainText, link: str) -> str:
    """Return the words by which somebody is asked whether it was them who asked for the letter."""
    asked = said("asked", site=settings.site.site_name)
    return _letter(settings, said, asked, wording, f"{said('confirm_link')}\n{link}", said("confirm_end"))


def welcoming(settings: Settings, said: Said, link: str) -> str:
    """Return the words for a reader who asks for what they get already."""
    there = said("there", site=settings.site.site_name)
    return _letter(settings, said, there, f"{said('there_link')}\n{link}", said("there_end"))


def _letter(settings: Settings, said: Said, *paragraphs: str) -> str:
    signed = "\n".join(filter(None, (settings.site.author, settings.site.site_url, settings.send.postal_address)))
    return "\n\n".join((said("greeting"), *filter(None, paragraphs), signed)) + "\n"

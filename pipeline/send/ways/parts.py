"""A message in the parts that an API wants which takes no message as it is."""

from __future__ import annotations

from dataclasses import dataclass
from email import message_from_bytes, policy
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Mapping
    from email.message import EmailMessage

    from pipeline.send.wire import Message

_OWN: Final = frozenset(
    "from to subject date message-id mime-version content-type content-transfer-encoding dkim-signature".split()
)
"""What an API has a place of its own for, or makes anew."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Parts:
    """What a message says; ``html`` is empty where it is a note in plain text."""

    sender: str
    to: str
    subject: str
    headers: Mapping[str, str]
    html: str
    text: str

    @property
    def is_letter(self) -> bool:
        """Whether it goes to a list, and not to one person."""
        return "List-Id" in self.headers


def parts_of(message: Message) -> Parts:
    """Return the parts of ``message``, which was made here."""
    read = message_from_bytes(message.data, policy=policy.default)
    return Parts(
        sender=_line(read["From"]),
        to=_line(read["To"]),
        subject=_line(read["Subject"]),
        headers={name: _line(value) for name, value in read.items() if name.lower() not in _OWN},
        html=_body(read, "html"),
        text=_body(read, "plain"),
    )


def _line(value: object) -> str:
    return " ".join(str(value or "").split())


def _body(read: EmailMessage, kind: str) -> str:
    part = read.get_body((kind,))
    return str(part.get_content()).replace("\r\n", "\n") if part is not None else ""

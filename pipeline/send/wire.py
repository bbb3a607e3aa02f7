"""What leaves: a message in bytes, which those who make it, sign it and carry it have in common."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """A message as it goes over the wire, with CRLF: its identity, from whom and to whom, and all its bytes."""

    message_id: str
    sender: str
    recipient: str
    data: bytes

"""Mails that came back: what each says of which reader. Bytes in, events out; nothing is asked, stored or changed here.

Everything in such a mail is somebody else's words, a forger's among them. Recipients and words come out as plain text.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from pipeline.send.returned import answers, bounce
from pipeline.send.returned.effect import effect_of, should_pause
from pipeline.send.returned.mail import MOST_BYTES, opened

if TYPE_CHECKING:
    from pipeline.model import Returned

__all__ = ["MOST_BYTES", "effect_of", "read", "should_pause"]


def read(mail: bytes) -> tuple[Returned, ...]:
    """Return what ``mail`` says, one event for each recipient; always at least one."""
    letter = opened(mail)
    return (
        answers.complaints(letter)
        or bounce.bounces(letter)
        or answers.wish_to_leave(letter)
        or answers.automatic(letter)
        or answers.anything(letter)
    )

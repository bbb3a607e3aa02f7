"""Mails that came back: what each says of which reader. Bytes in, events out; nothing is asked, stored or changed here.

Everything in such a mail is somebody else's words, a forger's among them. Recipients and words come out as plain text.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from pipeline.send.returned import answers, arrival, bounce
from pipeline.send.returned.effect import effect_of, should_pause
from pipeline.send.returned.mail import MOST_BYTES, opened

if TYPE_CHECKING:
    from pipeline.model import Arrived, Returned
    from pipeline.send.returned.mail import Mail

__all__ = ["MOST_BYTES", "arrived", "effect_of", "read", "should_pause"]


def read(mail: bytes) -> tuple[Returned, ...]:
    """Return what ``mail`` says, one event for each recipient; always at least one."""
    return _events(opened(mail))


def arrived(mail: bytes, source: str, own_address: str) -> Arrived:
    """Return what ``mail`` says, with all that tells whose letter it is about; letters of ours are from there."""
    letter = opened(mail)
    return arrival.of_mail(mail, letter, _events(letter), source, own_address)


def _events(letter: Mail) -> tuple[Returned, ...]:
    return (
        answers.complaints(letter)
        or bounce.bounces(letter)
        or answers.wish_to_leave(letter)
        or answers.automatic(letter)
        or answers.anything(letter)
    )

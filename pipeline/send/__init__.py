"""The room ``send``: an edition becomes a letter, and the letter reaches each reader once.

Every delivery is claimed in the store before its message leaves and settled after the answer. One that was claimed
and never settled is uncertain: it is reported, and never sent again by itself.
"""

from __future__ import annotations

import secrets
from contextlib import closing
from datetime import UTC, datetime
from email import message_from_bytes
from typing import TYPE_CHECKING, Final

from pipeline.html import plain_text
from pipeline.model import Reader, ReaderId, ReaderState
from pipeline.send.deliver import Audience, Orders, Sent, audience_of, deliver
from pipeline.send.deliver import why_held as why
from pipeline.send.letter import make_letter
from pipeline.send.lineman import Round
from pipeline.send.message import Envelope
from pipeline.send.moulds import Moulds
from pipeline.send.pace import Pace
from pipeline.send.sign import signers_for, signers_of
from pipeline.send.tokens import Tokens, tokens_of
from pipeline.store import deliveries as ledger
from pipeline.store import links as kept_links
from pipeline.store import send as kept
from pipeline.store import sends
from pipeline.store.audience import left_out

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from pipeline.model import Delivery, EditionId, Letter
    from pipeline.send.ways import Answer, Way
    from pipeline.settings.sections import Settings
    from pipeline.store import Store

_AS_USUAL = Orders()

__all__ = ["Audience", "Orders", "Sent", "audience", "make_letter", "rehearse", "sample", "send", "why_held"]


def audience(letter: Letter, store: Store, now: datetime) -> Audience:
    """Return who gets ``letter`` at ``now``, and who does not and why."""
    with store.reading() as connection:
        readers = kept.readers_in(connection)
        deliveries = ledger.deliveries_of(connection, letter.edition)
        reasons = left_out(connection, letter.edition, letter.topics, now)
    return audience_of(readers, deliveries, reasons)


def why_held(edition: EditionId, store: Store) -> str:
    """Return why nobody is sent ``edition`` until the author orders it; nothing where nobody stopped that."""
    with store.reading() as connection:
        return why(sends.sending_of(connection, edition))


def send(
    letter: Letter,
    settings: Settings,
    store: Store,
    way: Way,
    tell: Callable[[Delivery], None],
    orders: Orders = _AS_USUAL,
) -> Sent:
    """Send ``letter`` by ``way`` to all who have not got it. Return what became of it."""
    tokens = tokens_of(settings) if settings.service else _NO_TOKENS
    mould = Moulds(letter, settings, tokens, orders.clock(), signers_for(settings, way))
    with store.writing() as connection:
        kept_links.keep(connection, letter.edition, letter.links)
    pace = Pace(settings.send.domain, settings.send.pace)
    return deliver(_round(letter, mould, store, way, pace, orders), tell, orders)


def _round(letter: Letter, mould: Moulds, store: Store, way: Way, pace: Pace, orders: Orders) -> Round:
    return Round(
        edition=letter.edition,
        topics=letter.topics,
        mould=mould,
        store=store,
        way=way,
        pace=pace,
        clock=orders.clock,
        heeding=orders.heeding,
        lines=orders.lines,
        hand=orders.hand,
        hands=orders.hands,
    )


def rehearse(letter: Letter, settings: Settings, way: Way) -> tuple[str, Answer]:
    """Send ``letter`` by ``way`` to the author alone; no reader gets it, and nothing is remembered of it.

    Return the author's address, and what the other side said.
    """
    sender = Envelope.of(settings).sender
    now = datetime.now(UTC)
    author = _nobody(sender.addr_spec, sender.display_name, now, secrets.token_hex(8))
    message = Moulds(letter, settings, _NO_TOKENS, now, signers_for(settings, way)).message(author, now)
    with closing(way.open()) as line:
        return author.email, line.send(message)


def _nobody(email: str, name: str, now: datetime, token: str = "sample") -> Reader:  # noqa: S107  (opens nothing)
    """Return a reader who is on no list; by another ``token`` the same letter is another message."""
    return Reader(
        id=ReaderId(0),
        email=email,
        name=plain_text(name),
        state=ReaderState.ACTIVE,
        consent=plain_text(""),
        consented_at=now,
        token=token,
    )


def sample(letter: Letter, settings: Settings, now: datetime) -> Mapping[str, bytes]:
    """Return ``letter`` as a made-up reader would get it, to look at: the page, the text, and the whole message."""
    reader = _nobody("reader@example.org", "A. Reader", now)
    message = Moulds(letter, settings, _NO_TOKENS, now, signers_of(settings)).message(reader, now).data
    parts = [part for part in message_from_bytes(message).walk() if not part.is_multipart()]
    text, page = (bytes(part.get_payload(decode=True) or b"") for part in parts)
    made = {"html": page, "txt": text}
    return {**{name: data.replace(b"\r\n", b"\n") for name, data in made.items()}, "eml": message}


_NO_TOKENS: Final = Tokens(["of nobody"])
"""For letters that are only looked at: their links open nothing."""

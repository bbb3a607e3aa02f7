"""Who gets a letter, and getting it to them: claim, send, settle, one reader after the other."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

from pipeline.errors import SendError
from pipeline.html import plain_text
from pipeline.model import Delivery, DeliveryState, ReaderState
from pipeline.send.message import make_message
from pipeline.send.ways import Uncertain
from pipeline.store import send as kept

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from datetime import datetime

    from pipeline.model import Letter, PlainText, Reader
    from pipeline.send.message import Envelope
    from pipeline.send.ways import Way
    from pipeline.store import Store


@dataclass(frozen=True, slots=True, kw_only=True)
class Audience:
    """Every reader is in exactly one of the two: to be sent to, or left out with the reason."""

    to: tuple[Reader, ...]
    left_out: tuple[tuple[Reader, str], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Sent:
    """What became of a send: each delivery of this run, and who was left out before it began."""

    deliveries: tuple[Delivery, ...]
    audience: Audience

    def count(self, state: DeliveryState) -> int:
        """Return how many deliveries of this run are in ``state``."""
        return Counter(delivery.state for delivery in self.deliveries)[state]


_MOST_UNCERTAIN: Final = 2
"""After so many without an answer the mail server is ill, and would leave each further reader uncertain."""
_WHY_NOT = {
    DeliveryState.SENT: "has it already",
    DeliveryState.CLAIMED: "uncertain: an earlier run was cut off before the answer",
    DeliveryState.REFUSED: "the receiving side refused it",
}


def audience_of(readers: Iterable[Reader], deliveries: Iterable[Delivery]) -> Audience:
    """Decide who gets an edition, from all readers and what was delivered of it before."""
    before = {delivery.reader.id: delivery.state for delivery in deliveries}
    to, left_out = [], []
    for reader in readers:
        if reader.state is not ReaderState.ACTIVE:
            left_out.append((reader, "left the list"))
        elif (why := _WHY_NOT.get(before.get(reader.id, DeliveryState.LATER))) is not None:
            left_out.append((reader, why))
        else:
            to.append(reader)
    return Audience(to=tuple(to), left_out=tuple(left_out))


@dataclass(frozen=True, slots=True, kw_only=True)
class Round:
    """One send: what goes out, by which way, who writes it down, and by which clock."""

    letter: Letter
    envelope: Envelope
    store: Store
    way: Way
    clock: Callable[[], datetime]


def deliver(audience: Audience, send: Round, tell: Callable[[Delivery], None]) -> Sent:
    """Send the letter to each of ``audience.to``. Raises ``SendError`` where no more can be sent at all."""
    done: list[Delivery] = []
    if not audience.to:
        return Sent(deliveries=(), audience=audience)
    with send.way:
        for reader in audience.to:
            if (delivery := _deliver_one(reader, send)) is not None:
                done.append(delivery)
                tell(delivery)
            if [each.state for each in done[-_MOST_UNCERTAIN:]] == [DeliveryState.CLAIMED] * _MOST_UNCERTAIN:
                raise SendError(
                    f"{_MOST_UNCERTAIN} deliveries in a row were cut off before the answer, so nobody else is sent to: "
                    "look whether these arrived, settle them with --uncertain, and send again"
                )
    return Sent(deliveries=tuple(done), audience=audience)


def _deliver_one(reader: Reader, send: Round) -> Delivery | None:
    """Make the message, claim the delivery, hand the message over, settle; None where it was not ours to send."""
    message = make_message(send.letter, reader, send.envelope, send.clock())
    bytes(message)  # what cannot be written must not be claimed
    claimed = _claim(reader, str(message["Message-ID"]), send)
    if claimed is None:
        return None
    try:
        answer = send.way.send(message)
    except Uncertain:
        return claimed
    except SendError as error:
        _settle(claimed, DeliveryState.LATER, plain_text(str(error)), send)  # it is certain that nothing left
        raise
    return _settle(claimed, answer.state, answer.text, send)


def _claim(reader: Reader, name: str, send: Round) -> Delivery | None:
    """Write the delivery down before it leaves; None where another run has it or the reader left just now."""
    edition = send.letter.edition
    with send.store.writing() as connection:
        if not kept.claim(connection, edition, reader.id, name, send.clock()):
            return None
    return Delivery(edition=edition, reader=reader, state=DeliveryState.CLAIMED, message_id=name)


def _settle(claimed: Delivery, state: DeliveryState, answer: PlainText, send: Round) -> Delivery:
    with send.store.writing() as connection:
        kept.settle(connection, claimed.edition, claimed.reader.id, state, answer, send.clock())
    return replace(claimed, state=state, answer=answer)

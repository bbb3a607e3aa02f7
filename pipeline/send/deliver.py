"""Who gets a letter, and getting it to them: claim, send, settle, one reader after the other."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from pipeline.errors import SendError
from pipeline.html import plain_text
from pipeline.model import Delivery, DeliveryState, ReaderState
from pipeline.send.message import make_message, message_id
from pipeline.send.ways import Uncertain
from pipeline.store import send as kept

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

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


def deliver(
    letter: Letter,
    audience: Audience,
    envelope: Envelope,
    store: Store,
    way: Way,
    tell: Callable[[Delivery], None],
) -> Sent:
    """Send ``letter`` to each of ``audience.to``. Raises ``SendError`` where no more can be sent at all."""
    done: list[Delivery] = []
    if not audience.to:
        return Sent(deliveries=(), audience=audience)
    with way:
        for reader in audience.to:
            claimed = _claim(letter, reader, envelope, store)
            if claimed is not None:
                done.append(_send_one(letter, claimed, envelope, store, way))
                tell(done[-1])
    return Sent(deliveries=tuple(done), audience=audience)


def _claim(letter: Letter, reader: Reader, envelope: Envelope, store: Store) -> Delivery | None:
    """Write the delivery down before it leaves; None where another run has it or the reader left just now."""
    name = message_id(letter.edition, reader, envelope)
    with store.writing() as connection:
        if not kept.claim(connection, letter.edition, reader.id, name, _now()):
            return None
    return Delivery(edition=letter.edition, reader=reader, state=DeliveryState.CLAIMED, message_id=name)


def _send_one(letter: Letter, claimed: Delivery, envelope: Envelope, store: Store, way: Way) -> Delivery:
    message = make_message(letter, claimed.reader, envelope, _now())
    try:
        answer = way.send(message)
    except Uncertain:
        return claimed
    except SendError as error:
        _settle(claimed, DeliveryState.LATER, plain_text(str(error)), store)  # it is certain that nothing left
        raise
    return _settle(claimed, answer.state, answer.text, store)


def _settle(claimed: Delivery, state: DeliveryState, answer: PlainText, store: Store) -> Delivery:
    with store.writing() as connection:
        kept.settle(connection, claimed.edition, claimed.reader.id, state, answer, _now())
    return replace(claimed, state=state, answer=answer)


def _now() -> datetime:
    """Return the time as it is: a ledger and a Date header tell when something really happened."""
    return datetime.now(UTC)

"""Who gets a letter, and what became of it: the audience is frozen, the letter sent, and the books are closed."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from pipeline.model import DeliveryState, SendState
from pipeline.send.clerk import Clerk, Round
from pipeline.send.resumed import take_up
from pipeline.store import deliveries as kept

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from pipeline.model import Delivery, Reader, ReaderId


@dataclass(frozen=True, slots=True, kw_only=True)
class Audience:
    """Every reader is in exactly one of the two: to be sent to, or left out with the reason."""

    to: tuple[Reader, ...]
    left_out: tuple[tuple[Reader, str], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Sent:
    """What became of a send: how many of its deliveries are in each state, those not sent, and who was left out.

    Of those not sent the first thousand are here, and the ledger has them all; who was left out is counted by reason.
    """

    counts: Mapping[DeliveryState, int]
    troubled: tuple[Delivery, ...]
    left_out: Mapping[str, int]

    def count(self, state: DeliveryState) -> int:
        """Return how many deliveries of this run are in ``state``."""
        return self.counts.get(state, 0)


_WHY_NOT = {
    DeliveryState.SENT: "has it already",
    DeliveryState.CLAIMED: "uncertain: an earlier run was cut off before the answer",
    DeliveryState.REFUSED: "the receiving side refused it",
}
_WAITS = {
    DeliveryState.LATER: "put off by the receiving side: a later run tries again",
    DeliveryState.WAITING: "still waits: the receiving side of others there puts off",
}


def audience_of(readers: Iterable[Reader], deliveries: Iterable[Delivery], reasons: Mapping[ReaderId, str]) -> Audience:
    """Decide who gets an edition, from all readers, what was delivered of it, and the ``reasons`` not to send it."""
    before = {delivery.reader.id: delivery.state for delivery in deliveries}
    to, left_out = [], []
    for reader in readers:
        why = reasons.get(reader.id) or _WHY_NOT.get(before.get(reader.id, DeliveryState.LATER))
        if why:
            left_out.append((reader, why))
        else:
            to.append(reader)
    return Audience(to=tuple(to), left_out=tuple(left_out))


def deliver(send: Round, tell: Callable[[Delivery], None]) -> Sent:
    """Send the letter to each reader who waits for it. Raises ``SendError`` where no more can be sent at all."""
    with send.store.reading() as connection:
        is_wanted = kept.is_wanted(connection, send.edition, send.topics, send.clock())
    resumed = take_up(send, tell)
    clerk = Clerk(send, tell)
    if is_wanted:
        line = send.way.open()  # before all else: a server that cannot be reached claims nobody
        with send.store.writing() as connection:
            kept.freeze(connection, send.edition, send.topics, send.clock())
            waiting = kept.count_candidates(connection, send.edition, send.clock())
        try:
            clerk.serve(line, waiting)
        finally:
            _close(send, clerk)
    if clerk.trouble:
        raise clerk.trouble
    if resumed:
        clerk.counts[DeliveryState.SENT] += resumed
    return Sent(counts=clerk.counts, troubled=tuple(clerk.troubled), left_out=_left_out(send, clerk))


def _close(send: Round, clerk: Clerk) -> None:
    """Write down how the send as a whole ended."""
    state = SendState.PAUSED if clerk.trouble else SendState.DONE if clerk.is_done else SendState.RUNNING
    with send.store.writing() as connection:
        kept.exclude_who_left(connection, send.edition, send.clock())
        kept.stop_sending(connection, send.edition, state, str(clerk.trouble or ""))


def _left_out(send: Round, clerk: Clerk) -> dict[str, int]:
    """Return how many readers this run did not send to, by the reason."""
    with send.store.reading() as connection:
        counts = kept.counted(connection, send.edition)
        told = kept.excluded(connection, send.edition)
    for state, why in (_WHY_NOT | _WAITS).items():
        if many := counts.get(state, 0) - clerk.counts[state]:
            told[why] = many
    return told

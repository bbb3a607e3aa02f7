"""Who gets a letter, and what became of it: the audience is frozen, the letter sent, and the books are closed."""

from __future__ import annotations

import time
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from pipeline.errors import SendError
from pipeline.model import DeliveryState, SendState
from pipeline.send.books import close
from pipeline.send.clerk import LOOKS_UP, Clerk
from pipeline.send.interrupted import heeding
from pipeline.send.resumed import take_up
from pipeline.store import deliveries as kept
from pipeline.store import sends

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from pipeline.model import Delivery, Reader, ReaderId, Sending
    from pipeline.send.interrupted import Heeding
    from pipeline.send.lineman import Round
    from pipeline.send.ways import Line


@dataclass(frozen=True, slots=True, kw_only=True)
class Audience:
    """Every reader is in exactly one of the two: to be sent to, or left out with the reason."""

    to: tuple[Reader, ...]
    left_out: tuple[tuple[Reader, str], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Sent:
    """What became of a send: how many of its deliveries are in each state, those not sent, and who was left out.

    Of those not sent the first thousand are here, and the ledger has them all; who was left out is counted by reason.
    ``later`` is when some who wait can be sent to, ``uncertain`` how many of the edition's deliveries were cut off, by
    whatever run.
    """

    counts: Mapping[DeliveryState, int]
    troubled: tuple[Delivery, ...]
    left_out: Mapping[str, int]
    later: datetime | None = None
    uncertain: int = 0

    def count(self, state: DeliveryState) -> int:
        """Return how many deliveries of this run are in ``state``."""
        return self.counts.get(state, 0)


_WHY_NOT = {
    DeliveryState.SENT: "has it already",
    DeliveryState.CLAIMED: "uncertain: an earlier run was cut off before the answer",
    DeliveryState.REFUSED: "the receiving side refused it",
    DeliveryState.LATER: "put off by the receiving side: a later run tries again",
}
_STANDS: dict[DeliveryState | None, str] = {
    state: why for state, why in _WHY_NOT.items() if state is not DeliveryState.LATER
}
_CUT = "still waits: this run was stopped"
_ORDERED = "still waits: the send is paused"
_HELD = (SendState.PAUSED, SendState.CANCELLED)
_AWAY = tuple(timedelta(minutes=minutes) for minutes in (1, 5, 20, 60))
"""After these times a mail server that cannot be reached between two passes is tried again."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Orders:
    """What the author wants of a send: to ``resume`` one that is paused or cancelled, and to ``wait`` for all.

    One that waits lasts until those are reached, too, who can be sent to only later. ``clock`` tells the time as it is:
    a ledger and a Date header tell when something really happened, whatever --now says. ``heeding`` is how an
    interruption is heard of, ``lines`` how many of the way's are for this run, where others have the rest; 0 is all.
    ``hand`` is which of so many ``hands`` it is that send the same at once.
    """

    resume: bool = False
    wait: bool = False
    clock: Callable[[], datetime] = lambda: datetime.now(UTC)
    heeding: Heeding = heeding
    lines: int = 0
    hand: int = 0
    hands: int = 1


def audience_of(readers: Iterable[Reader], deliveries: Iterable[Delivery], reasons: Mapping[ReaderId, str]) -> Audience:
    """Decide who gets an edition, from all readers, what was delivered of it, and the ``reasons`` not to send it."""
    before = {delivery.reader.id: delivery.state for delivery in deliveries}
    to, left_out = [], []
    for reader in readers:
        why = reasons.get(reader.id) or _STANDS.get(before.get(reader.id))
        if why:
            left_out.append((reader, why))
        else:
            to.append(reader)
    return Audience(to=tuple(to), left_out=tuple(left_out))


def deliver(send: Round, tell: Callable[[Delivery], None], orders: Orders) -> Sent:
    """Send the letter to each reader who waits for it.

    Raises ``SendError`` where no more can be sent at all, or the send is paused and nobody orders that it go on.
    """
    with send.store.reading() as connection:
        is_wanted = kept.is_wanted(connection, send.edition, send.topics, send.clock())
        is_wanted |= orders.wait and kept.next_try(connection, send.edition, send.clock()) is not None
        sending = sends.sending_of(connection, send.edition)
    clerk = Clerk(send, tell)
    see_that_it_may(sending, orders)
    resumed = take_up(send, tell, lambda until: _slept(send, clerk, until))
    if is_wanted or orders.resume:
        _run(send, clerk, orders)
    elif sending and sending.state is SendState.RUNNING:
        close(send, clerk)  # whoever was to do that may be dead
    if clerk.trouble:
        raise clerk.trouble
    if resumed:
        clerk.counts[DeliveryState.SENT] += resumed
    return _sent(send, clerk)


def see_that_it_may(sending: Sending | None, orders: Orders) -> None:
    """Raise ``SendError`` where the send was paused or cancelled and nobody orders that it go on."""
    if not orders.resume and (why := why_held(sending)):
        raise SendError(why)


def why_held(sending: Sending | None) -> str:
    """Return why nobody is sent to until the author orders it; nothing where nobody paused or cancelled the send."""
    if sending is None or sending.state not in _HELD:
        return ""
    why = f": {sending.reason}" if sending.reason else ""
    again = f"`byline send {sending.edition} --resume` goes on with it"
    return f"the send of {sending.edition} is {sending.state}{why}. {again}"


def _run(send: Round, clerk: Clerk, orders: Orders) -> None:
    line = send.way.open()  # before all else: a server that cannot be reached claims nobody
    try:
        waiting = _frozen(send, orders)
    except BaseException:
        line.close()
        raise
    try:
        clerk.serve(line, waiting)
        while orders.wait and not clerk.is_stopped and (until := _next_pass(send, clerk)):
            if not _slept(send, clerk, until):
                break
            if again := _opened_again(send, clerk):
                clerk.serve(again, waiting)
    finally:
        close(send, clerk)


def _opened_again(send: Round, clerk: Clerk) -> Line | None:
    """Return a line for the next pass; None where the send was stopped meanwhile.

    Who waits through a night is not to find in the morning that the mail server was away for a minute. Raises
    ``SendError`` where it stays away.
    """
    for gap in _AWAY:
        try:
            return send.way.open()
        except SendError:
            if not _slept(send, clerk, send.clock() + gap):
                return None
    return send.way.open()


def _frozen(send: Round, orders: Orders) -> int:
    """Write down who is to get the letter, unless the send was paused since. Return how many that are."""
    with send.store.writing() as connection:
        see_that_it_may(sends.sending_of(connection, send.edition, held=True), orders)
        kept.freeze(connection, send.edition, send.topics, send.clock())
        send.pace.learn(connection, send.clock())
        return kept.count_candidates(connection, send.edition, send.clock())


def _next_pass(send: Round, clerk: Clerk) -> datetime | None:
    """Return when somebody can be sent to who could not yet; None where nobody waits any more."""
    with send.store.reading() as connection:
        put_off = kept.next_try(connection, send.edition, send.clock())
    return min(filter(None, (put_off, clerk.waiting.later)), default=None)


def _slept(send: Round, clerk: Clerk, until: datetime) -> bool:
    """Wait ``until`` then. Return whether the send is to go on: nobody paused it, and nothing interrupted."""
    with send.heeding(clerk.stop):
        while not clerk.is_stopped and (left := (until - send.clock()).total_seconds()) > 0:
            time.sleep(min(left, LOOKS_UP))
            clerk.look_up()
    return not clerk.is_stopped


def _sent(send: Round, clerk: Clerk) -> Sent:
    """Return what became of it, and how many readers this run did not send to, by the reason."""
    with send.store.reading() as connection:
        counts = kept.counted(connection, send.edition)
        told = kept.excluded(connection, send.edition)
        put_off = kept.next_try(connection, send.edition, send.clock())
    for state, why in _WHY_NOT.items():
        if many := counts.get(state, 0) - clerk.counts[state]:
            told[why] = many
    waits = counts.get(DeliveryState.WAITING, 0)
    told.update(clerk.waiting.left)
    if others := waits - sum(clerk.waiting.left.values()):
        told[clerk.waiting.why_cut or (_ORDERED if clerk.is_ordered else _CUT)] = others
    later = min(filter(None, (put_off, clerk.waiting.later)), default=None)
    return Sent(
        counts=clerk.counts,
        troubled=tuple(clerk.troubled),
        left_out=told,
        later=later,
        uncertain=counts.get(DeliveryState.CLAIMED, 0),
    )

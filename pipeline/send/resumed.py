"""What was cut off is taken up again, by a way that knows a message again by its key: so it is sent once, or was.

Any other way leaves such a delivery to the author.
"""

from __future__ import annotations

from contextlib import closing
from datetime import timedelta
from functools import partial
from typing import TYPE_CHECKING, Final

from pipeline.model import CLOCKS, Delivery, DeliveryState
from pipeline.send.waiting import PATIENCE
from pipeline.send.ways import Overdue, Uncertain
from pipeline.store import resumed as kept

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from datetime import datetime

    from pipeline.send.lineman import Round
    from pipeline.send.ways import Line
    from pipeline.store.resumed import CutOff

_MARGIN: Final = timedelta(hours=1)
"""So long before a key is forgotten nothing is asked by it any more: two clocks are never the same."""
_MOST_UNCERTAIN: Final = 2
_MOMENT: Final = timedelta(milliseconds=10)


def take_up(send: Round, tell: Callable[[Delivery], None], slept: Callable[[datetime], bool]) -> int:
    """Hand over again, each with its old key, what was cut off over the same way. Return how many are sent by that.

    Only a yes is written down: after anything else nobody knows what became of the first, and it stays uncertain.
    ``slept`` waits until a time, as the pace may ask for, and tells whether the send is to go on.
    """
    long = _remembers(send)
    if long is None:
        return 0
    now = send.clock()
    with send.store.reading() as connection:
        found = kept.cut_off(connection, send.edition, send.way.mark, now - long, now)
    if not found:
        return 0
    with send.store.writing() as connection:
        send.pace.learn(connection, now)
    sent = 0
    with closing(send.way.open()) as line:
        for delivery in _asked(send, line, found, slept):
            tell(delivery)
            sent += 1
    return sent


def _remembers(send: Round) -> timedelta | None:
    """Return for how long a key is surely known at the other side; None where it knows none."""
    remembers = send.way.promise.remembers
    return None if remembers is None else remembers - _MARGIN


def _is_remembered(send: Round, it: CutOff) -> bool:
    """Tell whether its key is known there still: who asks may have slept, or waited for the pace."""
    long = _remembers(send)
    return long is not None and -CLOCKS <= send.clock() - it.claimed_at < long


def _asked(send: Round, line: Line, found: tuple[CutOff, ...], slept: Callable[[datetime], bool]) -> Iterator[Delivery]:
    """Yield each delivery that turns out to be sent."""
    uncertain = 0
    for each in found:
        message = send.mould.message(each.reader, send.clock())
        if message.message_id != each.message_id:
            continue  # the sender's domain is another by now, so the key would be
        if not _may_leave(send, each, slept):
            continue
        try:
            answer = line.send(message, partial(_is_remembered, send, each))
        except Overdue:
            continue
        except Uncertain:
            uncertain += 1
            if uncertain >= _MOST_UNCERTAIN:
                return
            continue
        if answer.state is not DeliveryState.SENT:
            continue
        with send.store.writing() as connection:
            is_ours = kept.settle_as_sent(connection, each.row, answer.text, send.clock())
        if is_ours:
            yield Delivery(
                edition=send.edition,
                reader=each.reader,
                state=answer.state,
                message_id=each.message_id,
                answer=answer.text,
            )


def _may_leave(send: Round, it: CutOff, slept: Callable[[datetime], bool]) -> bool:
    """Wait for the pace. Return whether the letter may leave; where that takes long, a later run comes to it."""
    while True:
        now = send.clock()
        free = max(send.pace.ready(now), send.pace.free(it.reader, now))
        if free.at <= now:
            with send.store.writing() as connection:
                taken = send.pace.take(connection, {it.row: it.reader}, now)
            send.pace.is_told()
            if taken:
                return True
            free = max(send.pace.ready(now), send.pace.free(it.reader, now))
        if free.at - now > PATIENCE or not slept(max(free.at, now + _MOMENT)):
            return False

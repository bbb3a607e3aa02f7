"""What was cut off is taken up again, by a way that knows a message again by its key: so it is sent once, or was.

Any other way leaves such a delivery to the author.
"""

from __future__ import annotations

from contextlib import closing
from datetime import timedelta
from typing import TYPE_CHECKING, Final

from pipeline.model import Delivery, DeliveryState
from pipeline.send.ways import Uncertain
from pipeline.store import resumed as kept

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from pipeline.send.lineman import Round
    from pipeline.send.ways import Line
    from pipeline.store.resumed import CutOff

_MARGIN: Final = timedelta(hours=1)
"""So long before a key is forgotten nothing is asked by it any more: two clocks are never the same."""
_MOST_UNCERTAIN: Final = 2


def take_up(send: Round, tell: Callable[[Delivery], None]) -> int:
    """Hand over again, each with its old key, what was cut off over the same way. Return how many are sent by that.

    Only a yes is written down: after anything else nobody knows what became of the first, and it stays uncertain.
    """
    remembers = send.way.promise.remembers
    if remembers is None:
        return 0
    now = send.clock()
    with send.store.reading() as connection:
        found = kept.cut_off(connection, send.edition, send.way.mark, now - remembers + _MARGIN, now)
    if not found:
        return 0
    sent = 0
    with closing(send.way.open()) as line:
        for delivery in _asked(send, line, found):
            tell(delivery)
            sent += 1
    return sent


def _asked(send: Round, line: Line, found: tuple[CutOff, ...]) -> Iterator[Delivery]:
    """Yield each delivery that turns out to be sent."""
    uncertain = 0
    for each in found:
        message = send.mould.message(each.reader, send.clock())
        if message.message_id != each.message_id:
            continue  # the sender's domain is another by now, so the key would be
        try:
            answer = line.send(message)
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

"""The thread of one line: it makes a message, asks the clerk to claim the delivery, hands the message over, and tells.

What became of a delivery it tells when it asks for the next, so each line has one at most that is claimed and not
settled, at whatever moment the program is ended.
"""

from __future__ import annotations

import threading
import time
from dataclasses import dataclass
from queue import SimpleQueue
from typing import TYPE_CHECKING, Final, NamedTuple

from pipeline.errors import SendError
from pipeline.html import plain_text
from pipeline.model import NO_TEXT, DeliveryState, Settled
from pipeline.send.interrupted import heeding
from pipeline.send.ways import Overdue, Uncertain
from pipeline.store.deliveries import ON_ITS_WAY

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from pipeline.model import EditionId, Reader
    from pipeline.send.interrupted import Heeding
    from pipeline.send.moulds import Moulds
    from pipeline.send.pace import Pace
    from pipeline.send.ways import Line, Way
    from pipeline.send.wire import Message
    from pipeline.store import Store
    from pipeline.store.deliveries import Candidate


@dataclass(frozen=True, slots=True, kw_only=True)
class Round:
    """One send: what goes out and what it is about, by which way and how fast, who writes it down, by which clock.

    ``lines`` are how many it may have open, where those of the way are shared with others; 0 is all of them. It is
    the ``hand``th, from 0, of so many ``hands`` that send the same at once.
    """

    edition: EditionId
    topics: tuple[str, ...]
    mould: Moulds
    store: Store
    way: Way
    pace: Pace
    clock: Callable[[], datetime]
    heeding: Heeding = heeding
    lines: int = 0
    hand: int = 0
    hands: int = 1


FRESH: Final = ON_ITS_WAY.total_seconds() / 2
"""Seconds after which nothing is handed over by a claim any more: who was stopped or asleep for longer may have been
given up, and the letter sent by somebody else. The other half is for clocks that do not agree, and for the answer."""
_TOO_LATE: Final = 3
_CLOCK: Final = getattr(time, "CLOCK_BOOTTIME", time.CLOCK_MONOTONIC)
"""It counts the time for which a machine sleeps, where there is one that does."""


class Ask(NamedTuple):
    """What the thread of a line tells the clerk: what became of its delivery, and for whom it has a message now.

    One that has no message and does not end asks for whom to make one.
    """

    of: Lineman
    settled: Settled | None = None
    ready: Candidate | None = None
    message_id: str = ""
    failed: Exception | None = None
    ends: bool = False
    given_back: Candidate | None = None


class Reply(NamedTuple):
    """Whether the delivery is claimed, and for whom to make the next message: for nobody any more, if ``is_over``."""

    is_claimed: bool = False
    next: Candidate | None = None
    is_over: bool = False


END: Final = Reply(is_over=True)


class Lineman(threading.Thread):
    """The thread of one line; the first is given its ``line``, others open theirs."""

    def __init__(self, send: Round, asks: SimpleQueue[Ask | None], line: Line | None) -> None:
        super().__init__(daemon=True)  # once the clerk is gone, nobody answers
        self.replies: SimpleQueue[Reply] = SimpleQueue()
        self._send = send
        self._asks = asks
        self._line = line
        self._is_released = False
        self._overdue = 0

    def release(self) -> None:
        """End it, as soon as what it does is done: there is no clerk any more."""
        self._is_released = True
        self.replies.put(END)

    def run(self) -> None:
        """Send one message after the other, until there is nobody left or nothing goes any more."""
        try:
            self._asks.put(self._sent_all())
        except Exception as error:  # noqa: BLE001  (the clerk raises it where it is seen)
            self._asks.put(Ask(self, failed=error, ends=True))
        finally:
            if self._line:
                self._line.close()

    def _sent_all(self) -> Ask:
        """Send to whom the clerk names; return the last that there is to tell."""
        settled = None
        reply = self._told(Ask(self))
        while not reply.is_over:
            candidate = reply.next
            if candidate is None:
                reply, settled = self._told(Ask(self, settled=settled)), None
                continue
            try:
                self._line = self._line or self._send.way.open()
            except SendError as error:  # the other side may want fewer lines than we do
                return Ask(self, settled=settled, failed=error, ends=True, given_back=candidate)
            message = self._made_out(candidate.reader)  # or else it is not claimed
            asked = time.clock_gettime(_CLOCK)
            reply = self._told(Ask(self, settled=settled, ready=candidate, message_id=message.message_id))
            settled = None
            if reply.is_claimed:
                try:
                    settled = self._handed_over(candidate, message, asked)
                except SendError as error:  # it is certain that nothing left
                    ended = Settled(row=candidate.row, state=DeliveryState.LATER, answer=plain_text(str(error)))
                    return Ask(self, settled=ended, failed=error, ends=True)
        return Ask(self, settled=settled, ends=True)

    def _handed_over(self, candidate: Candidate, message: Message, asked: float) -> Settled:
        """Hand over what is claimed, unless that was ``asked`` for long ago. Raises ``SendError`` to stop the run."""
        assert self._line is not None, "it was opened before anything was claimed"
        try:
            answer = self._line.send(message, lambda: time.clock_gettime(_CLOCK) - asked <= FRESH)
        except Overdue:
            self._begin_anew()
            return Settled(row=candidate.row, state=DeliveryState.WAITING, answer=NO_TEXT)
        except Uncertain:
            return Settled(row=candidate.row, state=DeliveryState.CLAIMED, answer=NO_TEXT)
        self._overdue = 0
        return Settled(row=candidate.row, state=answer.state, answer=answer.text, wait=answer.wait)

    def _begin_anew(self) -> None:
        """Let go of a line on which it got too late, so that the next is open before anything is claimed.

        Raises ``SendError`` where that goes on: who slept meanwhile is too late once.
        """
        assert self._line is not None, "something was to be handed over by it"
        self._line.close()
        self._line = None
        self._overdue += 1
        if self._overdue >= _TOO_LATE:
            raise SendError(
                f"the other side took more than {FRESH / 60:.0f} minutes {self._overdue} times in a row before it "
                "would have taken a text, so nobody else is sent to: ask who runs it, and send again"
            )

    def _made_out(self, reader: Reader) -> Message:
        try:
            return self._send.mould.message(reader, self._send.clock())
        except ValueError as error:
            raise SendError(
                f"the letter cannot be made out to {plain_text(reader.email)} ({plain_text(str(error))}), so nobody "
                "else is sent to: take that reader off with `byline readers remove`, and send again"
            ) from error

    def _told(self, ask: Ask) -> Reply:
        self._asks.put(ask)
        return END if self._is_released else self.replies.get()

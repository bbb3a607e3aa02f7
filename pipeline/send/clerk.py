"""Many lines and one ledger: each line has a thread of its own, and one clerk writes down for all of them.

The thread of a line makes a message, asks the clerk to claim the delivery, hands the message over, and tells what
became of it when it asks for the next. What is told and asked at one time is one commit. So each line has one delivery
at most that is claimed and not settled, at whatever moment the program is ended.
"""

from __future__ import annotations

import threading
from collections import Counter
from contextlib import suppress
from dataclasses import dataclass, replace
from queue import Empty, SimpleQueue
from typing import TYPE_CHECKING, Final, NamedTuple

from pipeline.errors import SendError
from pipeline.html import plain_text
from pipeline.model import NO_TEXT, Delivery, DeliveryState, Settled
from pipeline.send.interrupted import heeding
from pipeline.send.pace import Course, again_at
from pipeline.send.ways import Uncertain
from pipeline.store import deliveries as kept

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence
    from datetime import datetime

    from pipeline.model import EditionId, Reader
    from pipeline.send.message import Message
    from pipeline.send.moulds import Moulds
    from pipeline.send.ways import Line, Way
    from pipeline.store import Store
    from pipeline.store.deliveries import Candidate

MOST_TOLD: Final = 1000
_MOMENT: Final = 0.001
"""Seconds; less than a commit takes."""
_PAGE: Final = 500
"""So many readers are read at once; a list of a million is never in memory."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Round:
    """One send: what goes out and what it is about, by which way, who writes it down, and by which clock."""

    edition: EditionId
    topics: tuple[str, ...]
    mould: Moulds
    store: Store
    way: Way
    clock: Callable[[], datetime]


class _Ask(NamedTuple):
    """What the thread of a line tells the clerk: what became of its delivery, and for whom it has a message now."""

    of: Lineman
    settled: Settled | None = None
    ready: Candidate | None = None
    message_id: str = ""
    failed: Exception | None = None
    ends: bool = False
    given_back: Candidate | None = None


class _Reply(NamedTuple):
    """Whether the delivery is claimed, and for whom to make the next message; for nobody, and the line is closed."""

    is_claimed: bool
    next: Candidate | None


_END: Final = _Reply(is_claimed=False, next=None)


class Lineman(threading.Thread):
    """The thread of one line; the first is given its ``line``, others open theirs."""

    def __init__(self, send: Round, asks: SimpleQueue[_Ask], line: Line | None) -> None:
        super().__init__(daemon=True)  # once the clerk is gone, nobody answers
        self.replies: SimpleQueue[_Reply] = SimpleQueue()
        self._send = send
        self._asks = asks
        self._line = line
        self._is_released = False

    def release(self) -> None:
        """End it, as soon as what it does is done: there is no clerk any more."""
        self._is_released = True
        self.replies.put(_END)

    def run(self) -> None:
        """Send one message after the other, until there is nobody left or nothing goes any more."""
        try:
            self._asks.put(self._sent_all())
        except Exception as error:  # noqa: BLE001  (the clerk raises it where it is seen)
            self._asks.put(_Ask(self, failed=error, ends=True))
        finally:
            if self._line:
                self._line.close()

    def _sent_all(self) -> _Ask:
        """Send to whom the clerk names; return the last that there is to tell."""
        settled = None
        candidate = self._told(_Ask(self)).next
        while candidate:
            try:
                self._line = self._line or self._send.way.open()
            except SendError as error:  # the other side may want fewer lines than we do
                return _Ask(self, failed=error, ends=True, given_back=candidate)
            message = self._made_out(candidate.reader)  # or else it is not claimed
            reply = self._told(_Ask(self, settled=settled, ready=candidate, message_id=message.message_id))
            settled = None
            if reply.is_claimed:
                try:
                    answer = self._line.send(message)
                    settled = Settled(row=candidate.row, state=answer.state, answer=answer.text)
                except Uncertain:
                    settled = Settled(row=candidate.row, state=DeliveryState.CLAIMED, answer=NO_TEXT)
                except SendError as error:  # it is certain that nothing left
                    ended = Settled(row=candidate.row, state=DeliveryState.LATER, answer=plain_text(str(error)))
                    return _Ask(self, settled=ended, failed=error, ends=True)
            candidate = reply.next
        return _Ask(self, settled=settled, ends=True)

    def _made_out(self, reader: Reader) -> Message:
        try:
            return self._send.mould.message(reader, self._send.clock())
        except ValueError as error:
            raise SendError(
                f"the letter cannot be made out to {plain_text(reader.email)} ({plain_text(str(error))}), so nobody "
                "else is sent to: take that reader off with `byline readers remove`, and send again"
            ) from error

    def _told(self, ask: _Ask) -> _Reply:
        self._asks.put(ask)
        return _END if self._is_released else self.replies.get()


class Clerk:
    """Writes down for all lines; ``counts`` and ``troubled`` tell how it went.

    ``is_done`` tells whether everybody was reached who was to be, ``trouble`` why not, where something is wrong.
    """

    def __init__(self, send: Round, tell: Callable[[Delivery], None]) -> None:
        self.counts: Counter[DeliveryState] = Counter()
        self.troubled: list[Delivery] = []
        self.trouble: Exception | None = None
        self.is_done = False
        self._send = send
        self._tell = tell
        self._asks: SimpleQueue[_Ask] = SimpleQueue()
        self._course = Course()
        self._claimed: dict[int, Delivery] = {}
        self._tries: dict[int, int] = {}
        self._candidates = self._read()
        self._given_back: list[Candidate] = []
        self._refused: Exception | None = None
        self._linemen: set[Lineman] = set()
        self._is_stopped = False

    def serve(self, line: Line, waiting: int) -> None:
        """Send to those who wait, over ``line`` and as many others as the way is good for.

        An interruption is heeded when all that is on its way has arrived, a second one at once.
        """
        lines: list[Line | None] = [line, *[None] * (min(self._send.way.connections, waiting) - 1)]
        self._linemen = {Lineman(self._send, self._asks, each) for each in lines}
        for lineman in self._linemen:
            lineman.start()
        try:
            with heeding(self.stop):
                while self._linemen:
                    self._attend(self._next_asks(len(self._linemen)))
        finally:
            for lineman in self._linemen:
                lineman.release()
        if self._given_back and not self._is_stopped:
            self.trouble = self._refused  # nobody was left to take them

    def stop(self) -> None:
        """Hand out nothing more."""
        self._is_stopped = True

    def _next_asks(self, most: int) -> list[_Ask]:
        """Wait for the next ask, and return it with those that come a moment later: one commit is for all of them."""
        asks = [self._asks.get()]
        with suppress(Empty):
            while len(asks) < most:
                asks.append(self._asks.get(timeout=_MOMENT))
        return asks

    def _attend(self, asks: Sequence[_Ask]) -> None:
        """Write down what is told, claim what is asked for, all in one commit; then let the lines go on."""
        self._linemen -= {ask.of for ask in asks if ask.ends}
        for ask in asks:
            self._take(ask)
        wanted = {ask.ready.row: ask for ask in asks if ask.ready and self._may(ask.ready)}
        claimed = self._kept([ask.settled for ask in asks if ask.settled], wanted)
        for ask in asks:
            if ask.settled:
                self._end(ask.settled)
        for row in claimed:
            ready, name = wanted[row].ready, wanted[row].message_id
            assert ready is not None, "only what is ready is wanted"
            self._tries[row] = ready.tries + 1
            self._claimed[row] = Delivery(
                edition=self._send.edition, reader=ready.reader, state=DeliveryState.CLAIMED, message_id=name
            )
        for ask in asks:
            if not ask.ends:
                ask.of.replies.put(_Reply(ask.ready is not None and ask.ready.row in claimed, self._next()))

    def _take(self, ask: _Ask) -> None:
        """Take in what makes the send stop."""
        if ask.settled:
            self._course.note(_domain(self._claimed[ask.settled.row].reader), ask.settled)
        if ask.given_back and self._linemen:
            self._given_back.append(ask.given_back)  # one line less does it as well
            self._refused = ask.failed
        elif ask.failed:
            self.trouble = self.trouble or ask.failed
        elif self._course.trouble:
            self.trouble = self.trouble or SendError(self._course.trouble)
        self._is_stopped = self._is_stopped or self.trouble is not None

    def _may(self, candidate: Candidate) -> bool:
        return not self._is_stopped and not self._course.rests(_domain(candidate.reader))

    def _kept(self, told: Sequence[Settled], wanted: Mapping[int, _Ask]) -> frozenset[int]:
        """Write all down, and return which rows of those ``wanted`` are claimed."""
        certain = [each for each in told if each.state is not DeliveryState.CLAIMED]
        if not certain and not wanted:
            return frozenset()
        now = self._send.clock()
        put_off = [each.row for each in certain if each.state is DeliveryState.LATER]
        with self._send.store.writing() as connection:
            kept.settle(connection, certain, now, {row: again_at(self._tries[row], now) for row in put_off})
            return kept.claim(connection, {row: ask.message_id for row, ask in wanted.items()}, now)

    def _end(self, settled: Settled) -> None:
        """Tell how a delivery ended."""
        self._tries.pop(settled.row)
        delivery = replace(self._claimed.pop(settled.row), state=settled.state, answer=settled.answer)
        self.counts[settled.state] += 1
        if settled.state is not DeliveryState.SENT and len(self.troubled) < MOST_TOLD:
            self.troubled.append(delivery)
        self._tell(delivery)

    def _next(self) -> Candidate | None:
        """Return for whom the next message is to be made."""
        if self._is_stopped:
            return None
        found = self._given_back.pop() if self._given_back else None
        found = found or next((each for each in self._candidates if self._may(each)), None)
        self.is_done = self.is_done or found is None
        return found

    def _read(self) -> Iterator[Candidate]:
        """Yield who waits, page by page; each is named once in a run."""
        last = 0
        while True:
            with self._send.store.reading() as connection:
                page = kept.candidates(connection, self._send.edition, last, _PAGE, self._send.clock())
            if not page:
                return
            yield from page
            last = page[-1].row


def _domain(reader: Reader) -> str:
    return reader.email.rpartition("@")[2].lower()

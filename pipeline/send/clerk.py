"""Many lines and one ledger: each line has a thread of its own, and one clerk writes down for all of them.

What lines tell and ask at one time is one commit. The clerk hands out who waits as the pace allows, and nobody more
once something is wrong, or the author says so.
"""

from __future__ import annotations

from collections import Counter
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, datetime
from functools import partial
from queue import Empty, SimpleQueue
from typing import TYPE_CHECKING, Final, NamedTuple

from pipeline.errors import SendError, StoreAwayError
from pipeline.model import Delivery, DeliveryState
from pipeline.send.course import Course, again_at
from pipeline.send.lineman import Ask, Lineman, Reply
from pipeline.send.outlasted import outlasting
from pipeline.send.returned.arrival import of_words
from pipeline.send.returned.effect import lies_with_sender
from pipeline.send.waiting import PATIENCE, Waiting
from pipeline.store import deliveries as kept
from pipeline.store import sends
from pipeline.store.deliveries import Share
from pipeline.words import as_said

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from sqlalchemy import Connection

    from pipeline.model import Settled
    from pipeline.send.lineman import Round
    from pipeline.send.ways import Line
    from pipeline.store.deliveries import Candidate

MOST_TOLD: Final = 1000
_MOMENT: Final = 0.001
"""Seconds; less than a commit takes."""
LOOKS_UP: Final = 1.0
"""Seconds after which one who waits looks whether the author paused the send."""
_PAGE: Final = 500
"""So many readers are read at once; a list of a million is never in memory."""
_FEW: Final = 50
"""So many where others turned out to be at the same ones."""
_SLOWED: Final = 3
"""So often one delivery is tried in a run whose other side asks to slow down."""
_TOO_SLOW: Final = 8
_UNANSWERED: Final = (DeliveryState.CLAIMED, DeliveryState.WAITING)


class Claim(NamedTuple):
    """A delivery that is claimed: whose it is, its Message-ID, and since when."""

    candidate: Candidate
    name: str
    at: datetime


class Clerk:
    """Writes down for all lines; ``counts`` and ``troubled`` tell how it went, ``trouble`` what went wrong.

    ``is_done`` tells whether everybody was reached who was to be. Where ``is_ordered``, the author stopped it, and
    where it ``must_be_resumed``, the other side has something against the sender, or is ill.
    """

    def __init__(self, send: Round, tell: Callable[[Delivery], None]) -> None:
        self.counts: Counter[DeliveryState] = Counter()
        self.troubled: list[Delivery] = []
        self.trouble: Exception | None = None
        self.is_done = False
        self.must_be_resumed = False
        self.is_ordered = False
        self.waiting = Waiting(iter(()), send.pace)
        self.is_stopped = False
        self._send = send
        self._tell = tell
        self._asks: SimpleQueue[Ask | None] = SimpleQueue()
        self._course = Course()
        self._claims: dict[int, Claim] = {}
        self._refused: Exception | None = None
        self._linemen: set[Lineman] = set()
        self._idle: list[Lineman] = []
        self._looked_up: datetime | None = None
        self._is_old = False

    def serve(self, line: Line, many: int) -> None:
        """Send to those who wait, ``many``, over ``line`` and as many others as the way is good for.

        An interruption is heeded when all that is on its way has arrived, a second one at once.
        """
        self.waiting = Waiting(self._read(), self._send.pace)
        most = self._send.lines or self._send.way.connections
        lines: list[Line | None] = [line, *[None] * (min(most, many) - 1)]
        self._linemen = {Lineman(self._send, self._asks, each) for each in lines}
        for lineman in self._linemen:
            lineman.start()
        try:
            with self._send.heeding(self.stop):
                while self._linemen:
                    self._attend(self._next_asks(len(self._linemen)))
                    self._serve_idle()
        finally:
            for lineman in self._linemen:
                lineman.release()
        if self.waiting.holds_any and not self.is_stopped:
            self.trouble = self._refused  # nobody was left to take them
        self.is_done = self.waiting.is_empty and not self.is_stopped

    def stop(self) -> None:
        """Hand out nothing more."""
        self.is_stopped = True
        self._asks.put(None)  # it may be waiting

    def _next_asks(self, most: int) -> list[Ask]:
        """Wait for the next ask, and return it with those that come a moment later: one commit is for all of them."""
        asks = []
        with suppress(Empty):
            asks.append(self._asks.get(timeout=self._seconds_to_wait()))
            while len(asks) < most:
                asks.append(self._asks.get(timeout=_MOMENT))
        return [ask for ask in asks if ask]

    def _seconds_to_wait(self) -> float | None:
        """Return for how long nothing is to be done unless somebody asks; None for as long as it may be."""
        if not self._idle:
            return None
        until = self.waiting.next_at
        left = (until - self._send.clock()).total_seconds() if until else LOOKS_UP
        return min(LOOKS_UP, max(_MOMENT, left))

    def _attend(self, asks: Sequence[Ask]) -> None:
        """Write down what is told, claim what is asked for, all in one commit; then let the lines go on."""
        self._linemen -= {ask.of for ask in asks if ask.ends}
        asks = [self._judged(ask) for ask in asks]
        for ask in asks:
            self._take(ask)
        wanted = {ask.ready.row: ask for ask in asks if ask.ready and not self.is_stopped}
        claimed = self._kept([ask.settled for ask in asks if ask.settled], wanted)
        for ask in asks:
            if ask.settled:
                self._end(ask.settled)
        for ask in asks:
            if ask.ready:
                ask.of.replies.put(self._reply(is_claimed=ask.ready.row in claimed))
            elif not ask.ends:
                self._idle.append(ask.of)

    def _serve_idle(self) -> None:
        """Give work to lines that wait for it, or let them go where there will be none."""
        if self._idle:
            self.look_up()
        waits, self._idle = self._idle, []
        for lineman in waits:
            reply = self._reply()
            if reply.next or reply.is_over:
                lineman.replies.put(reply)
            else:
                self._idle.append(lineman)

    def _reply(self, *, is_claimed: bool = False) -> Reply:
        found = None if self.is_stopped else self.waiting.next(self._send.clock())
        is_over = self.is_stopped or (found is None and self.waiting.next_at is None)
        return Reply(is_claimed=is_claimed, next=found, is_over=is_over)

    def look_up(self) -> None:
        """See from time to time whether the author paused it while there is nothing to claim."""
        now = datetime.now(UTC)
        if self._looked_up and (now - self._looked_up).total_seconds() < LOOKS_UP:
            return
        self._looked_up = now
        self._heed(goes_on=outlasting(self._may_go_on))

    def _may_go_on(self) -> bool:
        with self._send.store.reading() as connection:
            return sends.may_go_on(connection, self._send.edition)

    def _heed(self, *, goes_on: bool) -> None:
        self.is_ordered = self.is_ordered or not goes_on
        self.is_stopped = self.is_stopped or self.is_ordered

    def _judged(self, ask: Ask) -> Ask:
        """Take in how the last delivery of a line ended; one that was refused for what lies with us only waits."""
        if not ask.settled or ask.settled.state is DeliveryState.WAITING:
            return ask
        is_senders = ask.settled.state is DeliveryState.REFUSED and lies_with_sender(of_words(ask.settled.answer, ""))
        settled = replace(ask.settled, state=DeliveryState.LATER) if is_senders else ask.settled
        self._course.note(self._claims[settled.row].candidate.reader.domain, settled, is_senders=is_senders)
        self._mind_pace(settled)
        return ask._replace(settled=settled)

    def _take(self, ask: Ask) -> None:
        """Take in what makes the send stop."""
        if ask.given_back and self._linemen:
            self.waiting.put_back(ask.given_back, self._send.clock())  # one line less does it as well
            self._refused = ask.failed
        elif ask.failed:
            self.trouble = self.trouble or ask.failed
        elif self._course.trouble and not self.trouble:
            self.trouble = SendError(self._course.trouble)
            # What was cut off over a way that takes keys is resolved by the next run.
            self.must_be_resumed = not (self._course.is_cut_off and self._send.way.promise.remembers)
        self.is_stopped = self.is_stopped or self.trouble is not None

    def _mind_pace(self, ended: Settled) -> None:
        """Slow down where that is asked for, and leave a domain in peace that asks for nothing else."""
        pace, now = self._send.pace, self._send.clock()
        domain = self._claims[ended.row].candidate.reader.domain
        if ended.state is DeliveryState.SENT:
            pace.took(domain, now)
        elif ended.wait is not None:
            pace.slow_down(ended.wait, now)
            if pace.slowings > _TOO_SLOW:
                self.trouble = self.trouble or SendError(
                    f"the other side asked {pace.slowings} times in a row to slow down ({as_said(ended.answer)}), so "
                    "nobody else is sent to: send again later, with a lower send.pace.per_second or fewer connections"
                )
        elif self._course.rests(domain):
            pace.rest(domain, now)

    def _kept(self, told: Sequence[Settled], wanted: Mapping[int, Ask]) -> frozenset[int]:
        """Write all down, and return which rows of those ``wanted`` are claimed."""
        if not told and not wanted:
            return frozenset()
        now = self._send.clock()
        ready = {row: ask.ready for row, ask in wanted.items() if ask.ready}
        try:
            with self._send.store.writing() as connection:
                self._settle(connection, told, now)
                may = self._send.pace.take(connection, {row: each.reader for row, each in ready.items()}, now)
                claimed = kept.claim(connection, {row: wanted[row].message_id for row in may}, now, self._send.way.mark)
                if len(claimed) < len(may):
                    self._is_old = True
                    self._heed(goes_on=sends.may_go_on(connection, self._send.edition))
            self._send.pace.is_told()
        except StoreAwayError:
            # What is known must not be forgotten. Nobody is sent to by a claim of which nobody knows whether it stands.
            may = claimed = frozenset()
            outlasting(lambda: self._settled(told, now))
        for row in claimed:
            candidate = ready[row]._replace(tries=ready[row].tries + 1)
            self._claims[row] = Claim(candidate, wanted[row].message_id, now)
        for row in ready.keys() - may:  # somebody else was faster, and the limit is for all who send
            self.waiting.put_back(ready[row], now)
        return claimed

    def _settled(self, told: Sequence[Settled], now: datetime) -> None:
        with self._send.store.writing() as connection:
            self._settle(connection, told, now)
            self._send.pace.take(connection, {}, now)
        self._send.pace.is_told()

    def _settle(self, connection: Connection, told: Sequence[Settled], now: datetime) -> None:
        """Write down how deliveries ended."""
        certain = [each for each in told if each.state not in _UNANSWERED]
        later = {each.row: self._again_at(each, now) for each in certain if each.state is DeliveryState.LATER}
        kept.settle(connection, certain, now, later)
        left = {each.row: (each.state, self._claims[each.row].at) for each in told if each.state in _UNANSWERED}
        kept.leave(connection, left, now)

    def _again_at(self, ended: Settled, now: datetime) -> datetime:
        return again_at(self._claims[ended.row].candidate.tries, now, ended.wait)

    def _end(self, settled: Settled) -> None:
        """Tell how a delivery ended, or try it again where it was nobody's fault."""
        candidate, name, _ = self._claims.pop(settled.row)
        if settled.state is DeliveryState.WAITING:
            self.waiting.put_back(candidate, self._send.clock())
            return
        is_soon = settled.wait is not None and settled.wait <= PATIENCE
        if is_soon and candidate.tries <= _SLOWED and not self.is_stopped:
            self.waiting.put_back(candidate, self._send.clock())
            return
        self.counts[settled.state] += 1
        delivery = Delivery(edition=self._send.edition, reader=candidate.reader, state=settled.state, message_id=name)
        delivery = replace(delivery, answer=settled.answer)
        if settled.state is not DeliveryState.SENT and len(self.troubled) < MOST_TOLD:
            self.troubled.append(delivery)
        self._tell(delivery)

    def _read(self) -> Iterator[Candidate]:
        """Yield who waits, page by page; each is named once in a pass."""
        for share in shares(self._send.hand, self._send.hands):
            last = 0
            while page := outlasting(partial(self._page, share, last)):
                self._is_old = False
                for candidate in page:
                    yield candidate
                    last = candidate.row
                    if self._is_old:
                        break

    def _page(self, share: Share, last: int) -> Sequence[Candidate]:
        most = _FEW if self._is_old else _PAGE
        with self._send.store.reading() as connection:
            return kept.candidates(connection, self._send.edition, last, most, self._send.clock(), share)


def shares(hand: int, hands: int) -> Iterator[Share]:
    """Yield the share of one of so many who send at once, and then those of the others, which it helps with.

    Everybody begins with another, and who helps comes from the other end: so two seldom make a letter for one reader.
    """
    for turn in range(hands):
        yield Share((hand + turn) % hands, hands, is_backwards=turn > 0)

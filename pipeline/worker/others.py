"""The other workers, as one meets them at the hosts that all visit: whose turn it is, and what they heard there.

Turns, and which hosts want to be left alone, stand in the fleet's database; what hosts answered is on a shelf of this
worker's own.
"""

from __future__ import annotations

import asyncio
import random
import time
from typing import TYPE_CHECKING, Final
from uuid import uuid4

from sqlalchemy import text

from pipeline.model import FARTHEST, Due

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from pipeline.model import SafeUrl
    from pipeline.web import Answer
    from pipeline.worker.fleet import Fleet
    from pipeline.worker.shelf import Shelf

_ANSWER: Final = 5
"""Seconds that a turn is kept beyond what a request may take, for what is around it."""
_SHORTEST_LOOK: Final = 0.1
_LONGEST_LOOK: Final = 5.0
"""Seconds between two looks whether a host's turn is free."""


class OtherWorkers:
    """Whoever else asks the hosts that this worker asks (see ``pipeline.web.Others``).

    A turn is a row that is taken until a time by the clock of the database: who is killed has it until then, which is
    as long as the answer may take that nobody waits for any more. ``told`` hears how many seconds each took. One of
    these is for one ``Web``, which asks each host for one thing at a time: what it has a turn for is its own.
    """

    def __init__(self, fleet: Fleet, shelf: Shelf, told: Callable[[float], object]) -> None:
        self._fleet = fleet
        self._shelf = shelf
        self._told = told
        self._me = uuid4().hex
        self._taken: dict[str, float] = {}
        self._looks: dict[str, int] = {}

    async def take(self, host: str, pause: float, seconds: float) -> float:
        """Take the turn at ``host`` for at most so many ``seconds``; 0, or in how many to come again."""
        return await asyncio.to_thread(self._take, host, pause, seconds)

    async def end(self, host: str) -> None:
        """Give the turn back."""
        self._told(time.monotonic() - self._taken.pop(host))
        await asyncio.to_thread(self._fleet.ask, _END, host=host, me=self._me)

    async def left_alone(self, host: str) -> Due | None:
        """Return until when ``host`` wants to be left alone, and why, if any worker heard that it does."""
        return await asyncio.to_thread(self._left_alone, host)

    async def leave_alone(self, host: str, wait: Due) -> None:
        """Let all workers know until when ``host`` wants to be left alone."""
        said = {"at": wait.at, "because": wait.because, "farthest": FARTHEST.days}
        await asyncio.to_thread(self._fleet.ask, _LEAVE_ALONE, host=host, **said)

    def answered(self, address: SafeUrl, headers: Mapping[str, str]) -> Answer | None:
        """Return what ``address`` answered to another site of this worker a short while ago, where that serves."""
        return self._shelf.find(address, headers)

    def hear(self, answer: Answer, headers: Mapping[str, str]) -> None:
        """Have what was answered to ``headers`` at hand for the other sites of this worker, where that may be."""
        self._shelf.keep(answer, headers)

    def _take(self, host: str, pause: float, seconds: float) -> float:
        if self._fleet.ask(_TAKE, host=host, me=self._me, pause=pause, long=seconds + _ANSWER):
            self._taken[host] = time.monotonic()
            self._looks.pop(host, None)
            return 0.0
        rests = max((float(row.rests) for row in self._fleet.ask(_FREE, host=host, pause=pause)), default=0.0)
        # While somebody has the turn, nobody knows for how long: it is looked up less and less often.
        looks = self._looks[host] = self._looks.get(host, 0) + 1
        wait = max(0.01, rests) if rests > 0 else min(_LONGEST_LOOK, max(_SHORTEST_LOOK, pause) * 1.5 ** min(looks, 20))
        # By chance a little later: else all who wait for it would come at the same moment.
        return wait * random.uniform(1, 1.1)  # noqa: S311

    def _left_alone(self, host: str) -> Due | None:
        found = self._fleet.ask(_LEFT_ALONE, host=host)
        return Due(at=found[0].left_until, because=found[0].because) if found else None


_TAKE: Final = text(
    "INSERT INTO host_turns AS turns (host, holder, held_until) "
    "VALUES (:host, :me, clock_timestamp() + make_interval(secs => :long)) ON CONFLICT (host) DO UPDATE "
    "SET holder = :me, held_until = clock_timestamp() + make_interval(secs => :long) "
    "WHERE (turns.held_until <= clock_timestamp() OR turns.holder = :me) "
    "AND turns.ended_at + make_interval(secs => :pause) <= clock_timestamp() RETURNING host"
)
_FREE: Final = text(
    "SELECT EXTRACT(EPOCH FROM ended_at + make_interval(secs => :pause) - clock_timestamp()) AS rests "
    "FROM host_turns WHERE host = :host AND held_until <= clock_timestamp() AND ended_at > '-infinity'"
)
"""For how many seconds more the host rests after its last visit; no row where somebody has the turn."""
_END: Final = text(
    "UPDATE host_turns SET held_until = '-infinity', ended_at = clock_timestamp() WHERE host = :host AND holder = :me"
)
_LEFT_ALONE: Final = text(
    "SELECT left_until, because FROM host_turns WHERE host = :host AND left_until > clock_timestamp()"
)
_LEAVE_ALONE: Final = text(
    "INSERT INTO host_turns (host, left_until, because) VALUES (:host, :at, :because) "
    "ON CONFLICT (host) DO UPDATE SET left_until = excluded.left_until, because = excluded.because "
    "WHERE host_turns.left_until < excluded.left_until "
    "OR host_turns.left_until > clock_timestamp() + make_interval(days => :farthest)"
)

"""Who waits for the letter, handed out as the pace allows: one whose hour or domain must wait holds up nobody else."""

from __future__ import annotations

from collections import Counter, defaultdict, deque
from datetime import timedelta
from heapq import heappop, heappush
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

    from pipeline.send.pace import Free, Pace
    from pipeline.store.deliveries import Candidate

PATIENCE: Final = timedelta(minutes=1)
"""A wait up to that is waited for; whoever must wait for longer is left to a later pass."""
_MOST_HELD: Final = 2000
_Place = tuple[str, str]
"""A domain and a time zone: who shares both may be sent to at the same time."""


class Waiting:
    """Those of ``candidates`` who were not handed out yet.

    ``next_at`` says when to ask again if nobody could be handed out; nothing where that is of no use. ``left`` counts
    who was left to a later pass, by the reason, ``later`` is when that can begin.
    """

    def __init__(self, candidates: Iterator[Candidate], pace: Pace) -> None:
        self.next_at: datetime | None = None
        self.left: Counter[str] = Counter()
        self.later: datetime | None = None
        self.why_cut = ""
        self._candidates = candidates
        self._pace = pace
        self._held: defaultdict[_Place, deque[Candidate]] = defaultdict(deque)
        self._many = 0
        self._due: list[tuple[datetime, _Place]] = []
        self._due_at: dict[_Place, datetime] = {}
        self._is_read = False

    @property
    def is_empty(self) -> bool:
        """Whether everybody was handed out."""
        return self._is_read and not self._many and not self.left and not self.why_cut

    @property
    def holds_any(self) -> bool:
        """Whether somebody was given back, or is held until they can be sent to."""
        return bool(self._many)

    def next(self, now: datetime) -> Candidate | None:
        """Return who can be sent to now."""
        free = self._pace.ready(now)
        self.next_at = free.at if free.at - now <= PATIENCE else None
        if free.at > now:
            if self.next_at is None:
                self.why_cut = free.why
                self._put_later(free)
            return None
        found = self._of_held(now) or self._of_others(now)
        if found:
            self._pace.reserve(found.reader, now)
        self.next_at = self._due[0][0] if self._due else None
        return found

    def put_back(self, candidate: Candidate, at: datetime) -> None:
        """Hand ``candidate`` out again ``at`` that time."""
        place = _place(candidate)
        self._held[place].append(candidate)
        self._many += 1
        self._plan(place, at)

    def _plan(self, place: _Place, at: datetime) -> None:
        """Look at those of ``place`` ``at`` that time; the heap has one entry a place that counts, the earliest."""
        if place not in self._due_at or at < self._due_at[place]:
            self._due_at[place] = at
            heappush(self._due, (at, place))

    def _of_held(self, now: datetime) -> Candidate | None:
        while self._due and self._due[0][0] <= now:
            at, place = heappop(self._due)
            if self._due_at.get(place) != at:
                continue
            del self._due_at[place]
            here = self._held[place]
            free = self._pace.free(here[0].reader, now)
            if free.at <= now:
                found = here.popleft()
                self._many -= 1
                if here:
                    self._plan(place, now)
                return found
            if free.at - now <= PATIENCE:
                self._plan(place, free.at)
            else:
                self._leave(len(here), free)
                self._many -= len(here)
                here.clear()
        return None

    def _of_others(self, now: datetime) -> Candidate | None:
        while self._many < _MOST_HELD:
            candidate = next(self._candidates, None)
            if candidate is None:
                self._is_read = True
                return None
            free = self._pace.free(candidate.reader, now)
            if free.at <= now:
                return candidate
            self._hold(candidate, free, now)
        return None

    def _hold(self, candidate: Candidate, free: Free, now: datetime) -> None:
        """Keep ``candidate`` for a moment, or leave them to a later pass."""
        if free.at - now <= PATIENCE:
            self.put_back(candidate, free.at)
        else:
            self._leave(1, free)

    def _leave(self, many: int, free: Free) -> None:
        """Leave so ``many`` to a later pass."""
        self.left[free.why] += many
        self._put_later(free)

    def _put_later(self, free: Free) -> None:
        self.later = min(free.at, self.later or free.at)


def _place(candidate: Candidate) -> _Place:
    return candidate.reader.domain, candidate.reader.zone

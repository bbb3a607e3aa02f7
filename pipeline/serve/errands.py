"""What is done after the answer, so that the answer takes as long for an address that is known as for another.

A mail that the mail server puts off is tried again a few times, each time later; in memory, as its reader can ask anew.
"""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from datetime import timedelta
from heapq import heapify, heappush
from itertools import count
from threading import Condition, Thread
from typing import TYPE_CHECKING, Final

from pipeline.errors import BylineError, PutOffError
from pipeline.words import spoken

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

MOST_WAITING: Final = 200
"""Errands that wait to be run at once, and as many that wait for their time."""
GAPS: Final = (60.0, 300.0, 1200.0, 3600.0, 10_800.0)
"""Seconds after which a mail that was put off is tried again."""
_PATIENCE: Final = 10
"""Seconds that are given at the end to what still waits."""


@dataclass(order=True, slots=True)
class _Errand:
    """What is to be done and when; ``name`` where one of that kind is enough, ``tries`` how often it was put off."""

    due: float
    number: int
    run: Callable[[], object] = field(compare=False)
    name: str = field(compare=False, default="")
    tries: int = field(compare=False, default=0)
    at_the_end: Callable[[], object] | None = field(compare=False, default=None)
    is_later: bool = field(compare=False, default=False)


class Errands:
    """Runs one errand after the other in a thread of its own; ``tell`` hears what went wrong."""

    def __init__(self, tell: Callable[[str], None], gaps: Sequence[float] = GAPS) -> None:
        self._tell, self._gaps = tell, gaps
        self._waiting: list[_Errand] = []
        self._numbers = count()
        self._changed = Condition()
        self._is_running = self._is_over = False
        self._runner = Thread(target=self._work, daemon=True)
        self._runner.start()

    def take(self, errand: Callable[[], object]) -> bool:
        """Take one more; tell whether there was room."""
        return self._add(_Errand(time.monotonic(), next(self._numbers), errand))

    def later(self, errand: Callable[..., None], seconds: float, *, name: str) -> bool:
        """Take one for later, if there is none of this ``name``; at the end it is run all the same, and is told so."""
        return self._add(
            _Errand(
                time.monotonic() + seconds,
                next(self._numbers),
                lambda: errand(is_the_end=False),
                name=name,
                at_the_end=lambda: errand(is_the_end=True),
                is_later=True,
            )
        )

    def wait(self) -> None:
        """Wait until all is done that was not to be done later."""
        with self._changed:
            self._changed.wait_for(lambda: not self._is_running and all(each.is_later for each in self._waiting))

    def close(self) -> None:
        """Do what waits, within reason, and end."""
        with self._changed:
            self._is_over = True
            self._changed.notify_all()
        self._runner.join(_PATIENCE)

    def _add(self, errand: _Errand) -> bool:
        with self._changed:
            alike = sum(each.is_later == errand.is_later for each in self._waiting)
            if self._is_over or alike >= MOST_WAITING:
                return False
            if not errand.name or errand.name not in {each.name for each in self._waiting}:
                heappush(self._waiting, errand)
                self._changed.notify_all()
        return True

    def _work(self) -> None:
        while (errand := self._next()) is not None:
            self._run(errand)
            with self._changed:
                self._is_running = False
                self._changed.notify_all()
        lost = 0
        for errand in sorted(self._waiting):
            if errand.at_the_end:
                self._run(_Errand(errand.due, errand.number, errand.at_the_end, tries=len(self._gaps)))
            else:
                lost += 1
        if lost:
            said = "1 mail that was put off is" if lost == 1 else f"{lost} mails that were put off are"
            self._tell(f"note: {said} not tried again; who waits for one can ask anew")

    def _next(self) -> _Errand | None:
        """Wait for the next errand whose time has come; None once it is over, and only what was for later is left."""
        with self._changed:
            while True:
                at_once = [each for each in self._waiting if not each.is_later]
                if self._is_over and not at_once:
                    return None
                if self._is_over or (self._waiting and self._waiting[0].due <= time.monotonic()):
                    errand = min(at_once) if self._is_over else self._waiting[0]
                    self._waiting.remove(errand)
                    heapify(self._waiting)
                    self._is_running = True
                    return errand
                self._changed.wait(self._waiting[0].due - time.monotonic() if self._waiting else None)

    def _run(self, errand: _Errand) -> None:
        try:
            errand.run()
        except PutOffError as error:
            self._put_off(errand, error)
        except BylineError as error:
            self._tell(f"note: {error}")
        except Exception as error:  # noqa: BLE001  (the service goes on, whatever one errand met)
            self._tell(f"note: a fault of Byline's own: {type(error).__name__}: {error}")

    def _put_off(self, errand: _Errand, error: PutOffError) -> None:
        """Try it again later, or give it up."""
        if errand.tries < len(self._gaps):
            gap = self._gaps[errand.tries]
            due, number = time.monotonic() + gap, next(self._numbers)
            if self._add(_Errand(due, number, error.again, tries=errand.tries + 1, is_later=True)):
                self._tell(f"note: {error}; it is tried again in {spoken(timedelta(seconds=gap))}")
                return
        self._tell(f"note: {error}; it is not tried again")

"""What is done after the answer, so that the answer takes as long for an address that is known as for another."""

from __future__ import annotations

from contextlib import suppress
from queue import Full, Queue
from threading import Thread
from typing import TYPE_CHECKING, Final

from pipeline.errors import BylineError

if TYPE_CHECKING:
    from collections.abc import Callable

MOST_WAITING: Final = 200
_PATIENCE: Final = 10
"""Seconds that are given at the end to what still waits."""


class Errands:
    """Runs one errand after the other in a thread of its own; ``tell`` hears what went wrong."""

    def __init__(self, tell: Callable[[str], None]) -> None:
        self._tell = tell
        self._waiting: Queue[Callable[[], None] | None] = Queue(MOST_WAITING)
        self._runner = Thread(target=self._run, daemon=True)
        self._runner.start()

    def take(self, errand: Callable[[], None]) -> bool:
        """Take one more; tell whether there was room."""
        try:
            self._waiting.put_nowait(errand)
        except Full:
            return False
        return True

    def wait(self) -> None:
        """Wait until all that was taken is done."""
        self._waiting.join()

    def close(self) -> None:
        """Do what waits, within reason, and end."""
        with suppress(Full):
            self._waiting.put(None, timeout=_PATIENCE)
        self._runner.join(_PATIENCE)

    def _run(self) -> None:
        while True:
            errand = self._waiting.get()
            try:
                if errand is None:
                    return
                errand()
            except BylineError as error:
                self._tell(f"note: {error}")
            except Exception as error:  # noqa: BLE001  (the service goes on, whatever one errand met)
                self._tell(f"note: a fault of Byline's own: {type(error).__name__}: {error}")
            finally:
                self._waiting.task_done()

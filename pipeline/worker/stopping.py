"""The wish to end, as threads can ask for it: signals come to the main thread alone."""

from __future__ import annotations

import threading
from contextlib import contextmanager
from typing import TYPE_CHECKING

from pipeline.errors import StoppedError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator


class Stopping:
    """Whether the worker is to end; who asks to hear of it, does at once."""

    def __init__(self) -> None:
        self._lock = threading.RLock()  # a signal may come while its own thread has it
        self._is_wanted = False
        self._hearers: list[Callable[[], None]] = []

    @property
    def is_wanted(self) -> bool:
        """Whether the worker is to end."""
        return self._is_wanted

    def want(self) -> None:
        """Let the worker end."""
        with self._lock:
            self._is_wanted = True
            hearers = tuple(self._hearers)
        for hear in hearers:
            hear()

    def see_that_it_goes_on(self, *_: object) -> None:
        """Raise ``StoppedError`` where the worker is to end."""
        if self._is_wanted:
            raise StoppedError("the worker is to end")

    @contextmanager
    def heeding(self, stop: Callable[[], None]) -> Iterator[None]:
        """Call ``stop`` once the worker is to end, while the block lasts; the block itself is left to its end."""
        with self._lock:
            self._hearers.append(stop)
            is_late = self._is_wanted
        if is_late:
            stop()
        try:
            yield
        finally:
            with self._lock:
                self._hearers.remove(stop)

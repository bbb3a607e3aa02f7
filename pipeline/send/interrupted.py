"""An interruption (Ctrl-C, or the system's wish to end) that comes when it is least welcome, heeded a little later."""

from __future__ import annotations

import os
import signal
import threading
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, Final

from pipeline.errors import StoppedError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from contextlib import AbstractContextManager
    from typing import TypeAlias

    Heeding: TypeAlias = Callable[[Callable[[], None]], AbstractContextManager[None]]
    """What calls a function at an interruption while a block lasts."""

_HEEDED: Final = (signal.SIGINT, signal.SIGTERM)


@contextmanager
def heeding(stop: Callable[[], None]) -> Iterator[None]:
    """Call ``stop`` at the first interruption, which is let through at the end of the block; a second one is at once.

    In another thread than the main one nothing is heeded, as no signal comes there.
    """
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before: dict[int, Any] = {}
    came: list[int] = []

    def come(number: int, _frame: object) -> None:
        if came:
            _let_through(before, number)
        came.append(number)
        stop()

    before.update({each: signal.signal(each, come) for each in _HEEDED})
    try:
        yield
    finally:
        _restore(before)
    if came:
        _let_through(before, came[0])


def _let_through(before: dict[int, Any], number: int) -> None:
    _restore(before)
    if callable(before[number]):
        before[number](number, None)
    else:
        os.kill(os.getpid(), number)


def _restore(before: dict[int, Any]) -> None:
    for number, handler in before.items():
        signal.signal(number, handler)


class Stopping:
    """The wish to end, as threads can hear of it: signals come to the main thread alone."""

    def __init__(self) -> None:
        self._lock = threading.RLock()  # a signal may come while its own thread has it
        self._is_wanted = False
        self._hearers: list[Callable[[], None]] = []

    @property
    def is_wanted(self) -> bool:
        """Whether what runs is to end."""
        return self._is_wanted

    def want(self) -> None:
        """Let what runs end."""
        with self._lock:
            self._is_wanted = True
            hearers = tuple(self._hearers)
        for hear in hearers:
            hear()

    def see_that_it_goes_on(self, *_: object) -> None:
        """Raise ``StoppedError`` where what runs is to end."""
        if self._is_wanted:
            raise StoppedError("the worker is to end")

    @contextmanager
    def heeding(self, stop: Callable[[], None]) -> Iterator[None]:
        """Call ``stop`` once it is to end, while the block lasts; the block itself is left to its end."""
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

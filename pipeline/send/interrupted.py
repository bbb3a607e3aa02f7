"""An interruption (Ctrl-C, or the system's wish to end) that comes when it is least welcome, heeded a little later."""

from __future__ import annotations

import os
import signal
import threading
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, Final

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

"""Work in processes of its own, where what takes too long or too much can be stopped.

Some inputs of a few kilobytes keep a parser busy for minutes; a thread could not be stopped, a process can. It knows
nothing of what the work is; and it imports little, since each process imports what it is defined with.
"""

from __future__ import annotations

import asyncio
import multiprocessing
import os
from functools import cached_property
from typing import TYPE_CHECKING, Any, Final, Self

from pipeline.model import Unreadable

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from pebble import ProcessPool

MOST_MEMORY: Final = 2 * 2**30
"""Bytes that one process may use."""
_MOST: Final = 4


class Processes:
    """A few processes that do pieces of work, each within ``seconds``. Use it as a context manager.

    ``preload`` are modules that the work needs.
    """

    def __init__(self, seconds: float, preload: Sequence[str] = ()) -> None:
        self._seconds, self._preload = seconds, list(preload)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *failure: object) -> None:
        if "_pool" in self.__dict__:
            self._pool.stop()  # type: ignore[no-untyped-call]
            self._pool.join()

    @cached_property
    def _pool(self) -> ProcessPool:
        """The processes, which start when there is a first piece of work: often there is none."""
        from pebble import ProcessPool

        # Not a fork of this process: its threads and its open store would come along.
        ways = multiprocessing.get_all_start_methods()
        context = multiprocessing.get_context("forkserver" if "forkserver" in ways else "spawn")
        context.set_forkserver_preload([__name__, *self._preload])
        return ProcessPool(max_workers=min(_MOST, os.cpu_count() or 1), context=context, initializer=_bounded)

    async def run(self, work: Callable[..., Any], *given: object) -> Any:
        """Return what ``work(*given)`` does, a function of a module; or ``Unreadable`` where it had to be stopped."""
        from pebble import ProcessExpired

        try:
            return await asyncio.wrap_future(self._pool.schedule(work, args=given, timeout=self._seconds))
        except TimeoutError:
            return Unreadable(cause=f"takes more than {self._seconds:g} seconds to read, and was given up")
        except (ProcessExpired, MemoryError):
            return Unreadable(cause="takes too much memory to read, and was given up")


def _bounded() -> None:
    """Bound the memory of this process, where the system can."""
    try:
        import resource
    except ImportError:
        return  # Windows
    resource.setrlimit(resource.RLIMIT_AS, (MOST_MEMORY, resource.getrlimit(resource.RLIMIT_AS)[1]))

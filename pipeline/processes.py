"""Work in processes of its own, where what takes too long or too much can be stopped.

Some inputs of a few kilobytes keep a parser busy for minutes; a thread could not be stopped, a process can. It knows
nothing of what the work is; and it imports little, since each process imports what it is defined with.
"""

from __future__ import annotations

import asyncio
import ctypes
import multiprocessing
import os
import sys
from contextlib import suppress
from functools import cached_property
from tempfile import gettempdir
from typing import TYPE_CHECKING, Any, Final, Self

from pipeline.model import Unreadable

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from pebble import ProcessPool

MOST_MEMORY: Final = 2 * 2**30
"""Bytes that one process may use."""
_MOST: Final = 4
_PIECES: Final = 100
"""So many pieces one process does before a new one takes over, which has no memory in pieces."""
_LARGE: Final = 2**20
"""Bytes of a piece of work that takes so much memory that no other large one should be done beside it."""


_LONG: Final = 64
"""Bytes of a folder for temporary files in which no socket can be named, as its whole path is bounded (unix(7))."""
_PR_SET_DUMPABLE: Final = 4
"""A call of prctl(2)."""


def shut_off() -> None:
    """Let no other process of the same user read the environment and memory of this one, where Linux can do that.

    Processes that it starts can be read again. Root reads all the same, as does whoever may read where it came from.
    """
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_PR_SET_DUMPABLE, 0, 0, 0, 0)


class Processes:
    """A few processes that do pieces of work, each within ``seconds``. Use it as a context manager.

    Large pieces are done one after another, each in a process that ends with it and so gives its memory back.
    ``preload`` are modules that the work needs.
    """

    def __init__(self, seconds: float, preload: Sequence[str] = ()) -> None:
        self._seconds, self._preload = seconds, list(preload)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *failure: object) -> None:
        pools = [pool for name, pool in vars(self).items() if name in {"_few", "_one"}]
        for pool in pools:
            pool.stop()
        for pool in pools:
            pool.join()

    @cached_property
    def _few(self) -> ProcessPool:
        """The processes, which start when there is a first piece of work: often there is none."""
        return self._pool(min(_MOST, os.cpu_count() or 1), _PIECES)

    @cached_property
    def _one(self) -> ProcessPool:
        """The process of what is large, a new one for each."""
        return self._pool(1, 1)

    def _pool(self, count: int, pieces: int) -> ProcessPool:
        """Return ``count`` processes, each of which ends after so many ``pieces`` of work, and is made anew."""
        from pebble import ProcessPool

        # Not a fork of this process: its threads and its open store would come along.
        can_ask = "forkserver" in multiprocessing.get_all_start_methods() and len(os.fsencode(gettempdir())) < _LONG
        context = multiprocessing.get_context("forkserver" if can_ask else "spawn")
        context.set_forkserver_preload([__name__, *self._preload])
        return ProcessPool(max_workers=count, max_tasks=pieces, context=context, initializer=_begin)

    async def run(self, work: Callable[..., Any], *given: object, size: int = 0) -> Any:
        """Return what ``work(*given)`` does, a function of a module; or ``Unreadable`` where it had to be stopped.

        ``size`` is that of what it works on, in bytes.
        """
        from pebble import ProcessExpired

        pool = self._one if size > _LARGE else self._few
        try:
            return await asyncio.wrap_future(pool.schedule(work, args=given, timeout=self._seconds))
        except TimeoutError:
            return Unreadable(cause=f"takes more than {self._seconds:g} seconds to read, and was given up")
        except (ProcessExpired, MemoryError):
            return Unreadable(cause="takes too much memory to read, and was given up")


def _begin() -> None:
    """Make this process one that does pieces of work, and nothing else: what it has to say, it returns.

    What a parser prints of a stranger's words, a runner of a code host could take for its commands.
    """
    nowhere = os.open(os.devnull, os.O_WRONLY)
    for stream in (1, 2):
        os.dup2(nowhere, stream)
    os.close(nowhere)
    _bound_memory()


def _bound_memory() -> None:
    """Bound the memory of this process, where the system can."""
    try:
        import resource
    except ImportError:
        return  # Windows
    hard = resource.getrlimit(resource.RLIMIT_AS)[1]
    with suppress(ValueError, OSError):  # macOS knows the limit, and may refuse to set it
        resource.setrlimit(resource.RLIMIT_AS, (_smaller(MOST_MEMORY, hard, resource.RLIM_INFINITY), hard))


def _smaller(wanted: int, hard: int, endless: int) -> int:
    return wanted if hard == endless else min(wanted, hard)

"""Work shared among processes that are forks of this one, so that each knows all that this one knew."""

from __future__ import annotations

import os
import pickle
import signal
import sys
import tempfile
import threading
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from typing import IO, TYPE_CHECKING, Any, Final, Generic, NoReturn, TypeVar

from pipeline.errors import PublishError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

_Item = TypeVar("_Item")
_Result = TypeVar("_Result")

MOST: Final = 8


def processes(work: int, fewest: int) -> int:
    """Return in how many processes to do ``work``, of which ``fewest`` things are worth a process of their own.

    Where forking is not safe (other threads run, or the system is not Linux) it is one.
    """
    if sys.platform != "linux" or threading.active_count() > 1:
        return 1
    return max(1, min(len(os.sched_getaffinity(0)), MOST, work // fewest))


@contextmanager
def uninterrupted() -> Iterator[None]:
    """Let an interruption (Ctrl-C) wait until processes are forked off and noted.

    In between, Python's own hooks at a fork would swallow it, and who is not noted would be left behind.
    """
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


def mapped(function: Callable[[_Item], _Result], items: Sequence[_Item], fewest: int) -> list[_Result]:
    """Return what ``function`` makes of each of ``items``, in their order; what it returns can be pickled."""
    work = Work(function, items, fewest)
    try:
        return work.results()
    finally:
        work.stop()


class Work(Generic[_Item, _Result]):
    """What other processes do while this one goes on; with one process to do it in, it waits until it is asked for."""

    def __init__(self, function: Callable[[_Item], _Result], items: Sequence[_Item], fewest: int) -> None:
        self._function = function
        self._items = items
        self._owner = os.getpid()
        self._many = processes(len(items), fewest)
        self._children: list[_Child] = []
        try:
            with uninterrupted():
                for number in range(self._many if self._many > 1 else 0):
                    self._children.append(self._begun(number))
        except BaseException:
            self.stop()
            raise

    def results(self) -> list[_Result]:
        """Return what was made of each item, in their order.

        Raises what the work raised, or ``PublishError`` where a process was stopped from outside.
        """
        if self._many == 1:
            return list(map(self._function, self._items))
        made: list[Any] = [None] * len(self._items)
        while self._children:
            number = len(self._children) - 1
            made[number :: self._many] = self._children[number].result()
            self._children.pop()
        return made

    def stop(self) -> None:
        """Stop what still goes on; another process than the one that began it only forgets it."""
        while self._children:
            child = self._children.pop()
            if os.getpid() == self._owner:
                child.stop()

    def _begun(self, number: int) -> _Child:
        """Return a process that does the part of the work with this ``number``."""
        out = tempfile.TemporaryFile()  # noqa: SIM115  (the child writes to it, and this process reads it)
        sys.stdout.flush()
        sys.stderr.flush()
        child = os.fork()
        if child == 0:
            self._do(self._items[number :: self._many], out)
        return _Child(pid=child, out=out)

    def _do(self, items: Sequence[_Item], out: IO[bytes]) -> NoReturn:
        """Do a part of the work, write down what came of it, and end."""
        try:
            signal.pthread_sigmask(signal.SIG_UNBLOCK, {signal.SIGINT})
            try:
                told = pickle.dumps((list(map(self._function, items)), None))
            except Exception as error:  # noqa: BLE001  (the first process is told, whatever it is)
                told = pickle.dumps(([], error))
            out.write(told)
            out.flush()
        finally:
            os._exit(0)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Child:
    """A process, and the file that it writes its results to."""

    pid: int
    out: IO[bytes]

    def result(self) -> list[Any]:
        """Wait for it. Raises what it raised, or ``PublishError`` where it was stopped."""
        os.waitpid(self.pid, 0)
        self.out.seek(0)
        with self.out:
            told = self.out.read()
        if not told:
            raise PublishError("A process that did a part of the work was stopped, by lack of memory or from outside")
        results, error = pickle.loads(told)  # noqa: S301  (our child's)
        if error is not None:
            raise error
        return list(results)

    def stop(self) -> None:
        """Stop it, if it has not ended; an interruption may come before or after that was heard."""
        with suppress(ProcessLookupError, ChildProcessError):
            os.kill(self.pid, signal.SIGKILL)
            os.waitpid(self.pid, 0)
        self.out.close()

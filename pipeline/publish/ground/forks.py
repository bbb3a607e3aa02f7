"""Work shared among processes that are forks of this one, so that each knows all that this one knew."""

from __future__ import annotations

import ctypes
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
_AT_DEATH: Final = 1
"""PR_SET_PDEATHSIG of prctl(2): the signal that a process gets when the one that forked it has ended."""
_LATER: Final = (signal.SIGINT, signal.SIGTERM)


def processes(work: int, fewest: int) -> int:
    """Return in how many processes to do ``work``, of which ``fewest`` things are worth a process of their own.

    Where forking is not safe (other threads run, or the system is not Linux) it is one.
    """
    if sys.platform != "linux" or threading.active_count() > 1:
        return 1
    return max(1, min(len(os.sched_getaffinity(0)), MOST, work // fewest))


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
        many = processes(len(items), fewest)
        self._many = many if many > 1 else 0
        self._forks = Forks()
        if number := self._forks.fork(self._many):
            self._do(items[number - 1 :: self._many])

    def results(self) -> list[_Result]:
        """Return what was made of each item, in their order.

        Raises what the work raised, or ``PublishError`` where a process was stopped from outside.
        """
        if not self._many:
            return list(map(self._function, self._items))
        made: list[Any] = [None] * len(self._items)
        for number, (results, error) in enumerate(self._forks.told()):
            if error is not None:
                raise error
            made[number :: self._many] = results
        return made

    def stop(self) -> None:
        """Stop what still goes on; another process than the one that began it only forgets it."""
        self._forks.stop()

    def _do(self, items: Sequence[_Item]) -> NoReturn:
        """Do a part of the work, tell what came of it, and end."""
        try:
            self._forks.tell((list(map(self._function, items)), None))
        except Exception as error:  # noqa: BLE001  (the first process is told, whatever it is)
            self._forks.tell(([], error))
        finally:
            os._exit(1)  # whatever happens, it goes no way but this


class Forks:
    """Processes forked off this one, each of which tells it one value and ends."""

    def __init__(self) -> None:
        self._owner = os.getpid()
        self._children: list[_Child] = []
        self._out: IO[bytes] | None = None

    @property
    def is_child(self) -> bool:
        """Whether this is one of those that were forked off."""
        return self._out is not None

    def fork(self, many: int) -> int:
        """Fork off so ``many`` processes, and return which of them this one is, from 1; the first process is 0.

        Raises ``PublishError`` where the system allows no more of them.
        """
        with _uninterrupted():
            try:
                return next((number for number in range(1, many + 1) if self._is_new()), 0)
            except OSError as error:
                self.stop()
                raise PublishError(f"A process cannot be begun to share the work with: {error.strerror}") from error

    def _is_new(self) -> bool:
        """Fork off a process, and tell whether this one is it."""
        out = tempfile.TemporaryFile()  # noqa: SIM115  (the child writes to it, and the first process reads it)
        sys.stdout.flush()
        sys.stderr.flush()
        child = os.fork()
        if child == 0:
            self._out, self._children = out, []
            _obey(self._owner)
            return True
        self._children.append(_Child(pid=child, out=out))
        return False

    def tell(self, value: Any) -> NoReturn:
        """Tell the first process ``value``, which can be pickled, and end this one."""
        assert self._out is not None, "only a process that was forked off has somebody to tell it"
        self._out.write(pickle.dumps(value))
        self._out.flush()
        os._exit(0)

    def told(self) -> Iterator[Any]:
        """Wait for each process, and yield what it told. Raises ``PublishError`` where one was stopped."""
        while self._children:
            os.waitpid(self._children[0].pid, 0)
            yield self._children.pop(0).told()

    def stop(self) -> None:
        """Stop those that have not been heard of; a process that was forked off has none, and ends itself."""
        if self.is_child:
            os._exit(1)
        while self._children:
            child = self._children.pop()
            if os.getpid() == self._owner:
                child.stop()


@dataclass(frozen=True, slots=True, kw_only=True)
class _Child:
    """A process, and the file that it writes what it tells to."""

    pid: int
    out: IO[bytes]

    def told(self) -> Any:
        """Return what it told before it ended. Raises ``PublishError`` where it was stopped."""
        self.out.seek(0)
        with self.out:
            data = self.out.read()
        if not data:
            raise PublishError("A process that did a part of the work was stopped, by lack of memory or from outside")
        return pickle.loads(data)  # noqa: S301  (our child's)

    def stop(self) -> None:
        """Stop it, if it has not ended; an interruption may come before or after that was heard."""
        with suppress(ProcessLookupError, ChildProcessError):
            os.kill(self.pid, signal.SIGKILL)
            os.waitpid(self.pid, 0)
        self.out.close()


@contextmanager
def _uninterrupted() -> Iterator[None]:
    """Let an interruption wait until processes are forked off and noted.

    In between, Python's own hooks at a fork would swallow it, and who is not noted would be left behind.
    """
    before = signal.pthread_sigmask(signal.SIG_BLOCK, _LATER)
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


def _obey(first: int) -> None:
    """See to it that this process ends when it is interrupted, and when the ``first`` one ends, however that does."""
    for each in _LATER:
        signal.signal(each, signal.SIG_DFL)  # whatever is to be tidied up, the first process does
    with suppress(OSError, AttributeError):  # it costs only a process that works on for nothing
        ctypes.CDLL(None).prctl(_AT_DEATH, signal.SIGKILL)
    if os.getppid() != first:
        os._exit(1)  # it ended before that was said

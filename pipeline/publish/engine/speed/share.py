"""Pages shared among processes: each makes a part of them, and gives what it knows of them to the first.

A process is a fork of this one, so it knows all that this one knew.
"""

from __future__ import annotations

import os
import pickle
import signal
import sys
import tempfile
from contextlib import suppress
from typing import IO, TYPE_CHECKING, Any, Final, NoReturn

from mkdocs.exceptions import BuildError

from pipeline.publish.engine.speed.memory import Record, told
from pipeline.publish.forks import processes, uninterrupted

if TYPE_CHECKING:
    from collections.abc import Sequence
    from collections.abc import Set as AbstractSet

FEWEST: Final = 40
"""So many pages are worth a process."""


class Share:
    """The part of the work that falls to this process. ``is_child`` tells whether it gives, or takes."""

    def __init__(self) -> None:
        self.is_child = False
        self._children: dict[int, IO[bytes]] = {}
        self._out: IO[bytes] | None = None

    def of(self, todo: Sequence[str], always: AbstractSet[str]) -> list[str]:
        """Return which of ``todo`` this process makes; those ``always`` needed are made by all, kept by the first."""
        many = processes(len(todo), FEWEST)
        with uninterrupted():
            number = self._forked(many)
        return [name for at, name in enumerate(todo) if many == 1 or at % many == number or name in always]

    def _forked(self, many: int) -> int:
        """Become ``many`` processes, and return which of them this one is; the first is 0."""
        for number in range(1, many):
            out = tempfile.TemporaryFile()  # noqa: SIM115  (the child writes to it, and this process reads it)
            sys.stdout.flush()
            sys.stderr.flush()
            child = os.fork()
            if child == 0:
                self.is_child, self._out, self._children = True, out, {}
                return number
            self._children[child] = out
        return 0

    def give(self, records: dict[str, Record]) -> NoReturn:
        """Give what this child made to the first process, and end."""
        self._end({name: told(record) for name, record in records.items()})

    def fail(self, error: Exception) -> None:
        """End a child that cannot go on, with the reason; stop all children of a first process that cannot."""
        if self.is_child:
            self._end(f"{error}")
        self.stop()

    def stop(self) -> None:
        """End a child that was interrupted; stop all children that a first process has not heard of."""
        if self.is_child:
            os._exit(1)
        while self._children:
            child, out = self._children.popitem()
            with suppress(ProcessLookupError, ChildProcessError):  # it ended just before the interruption
                os.kill(child, signal.SIGKILL)
                os.waitpid(child, 0)
            out.close()

    def taken(self) -> dict[str, Record]:
        """Wait for the children, and return what they made. Raises MkDocs's ``BuildError`` where one could not."""
        found: dict[str, Record] = {}
        for child, out in list(self._children.items()):
            _, status = os.waitpid(child, 0)
            del self._children[child]
            out.seek(0)
            with out:
                given: Any = pickle.load(out) if status == 0 else "a process was stopped"  # noqa: S301  (our child's)
            if isinstance(given, str):
                raise BuildError(given)
            found |= {name: Record(*values) for name, values in given.items()}
        return found

    def _end(self, given: Any) -> NoReturn:
        assert self._out is not None
        pickle.dump(given, self._out)
        self._out.flush()
        os._exit(0)

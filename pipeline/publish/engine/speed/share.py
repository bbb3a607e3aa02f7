"""Pages shared among processes: each makes a part of them, and gives what it knows of them to the first."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NoReturn

from mkdocs.exceptions import BuildError

from pipeline.publish.engine.speed.memory import Record, told
from pipeline.publish.ground.forks import Forks, processes

if TYPE_CHECKING:
    from collections.abc import Sequence
    from collections.abc import Set as AbstractSet

FEWEST: Final = 40
"""So many pages are worth a process."""


class Share:
    """The part of the work that falls to this process. ``is_child`` tells whether it gives, or takes."""

    def __init__(self) -> None:
        self._forks = Forks()

    @property
    def is_child(self) -> bool:
        """Whether this process gives what it makes to another."""
        return self._forks.is_child

    def of(self, todo: Sequence[str], always: AbstractSet[str]) -> list[str]:
        """Return which of ``todo`` this process makes; those ``always`` needed are made by all, kept by the first."""
        many = processes(len(todo), FEWEST)
        number = self._forks.fork(many - 1)
        return [name for at, name in enumerate(todo) if at % many == number or name in always]

    def give(self, records: dict[str, Record]) -> NoReturn:
        """Give what this child made to the first process, and end."""
        self._forks.tell({name: told(record) for name, record in records.items()})

    def fail(self, error: Exception) -> None:
        """End a child that cannot go on, with the reason; stop all children of a first process that cannot."""
        if self.is_child:
            self._forks.tell(f"{error}")
        self.stop()

    def stop(self) -> None:
        """End a child that was interrupted; stop all children that a first process has not heard of."""
        self._forks.stop()

    def taken(self) -> dict[str, Record]:
        """Wait for the children, and return what they made.

        Raises MkDocs's ``BuildError`` where one could not, ``PublishError`` where one was stopped.
        """
        found: dict[str, Record] = {}
        for given in self._forks.told():
            if isinstance(given, str):
                raise BuildError(given)
            found |= {name: Record(*values) for name, values in given.items()}
        return found

"""What came back of letters: read from a mailbox or from files, acted on, looked at, and taken back."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from datetime import datetime
    from pathlib import Path

    from pipeline.model import PlainText, Reader, Ruling
    from pipeline.send.consequences import Consequences
    from pipeline.send.inbox import Looked
    from pipeline.settings.sections import Settings
    from pipeline.store import Store


class Returns:
    """What came back to one author."""

    def __init__(self, settings: Settings, store: Callable[[], Store], now: datetime) -> None:
        self._settings, self._store, self._now = settings, store, now

    @cached_property
    def _all(self) -> Consequences:
        from pipeline.send.consequences import Consequences

        return Consequences(self._store(), self._now)

    def read(self, files: Sequence[Path], tell: Callable[[Looked], None], *, only_look: bool) -> tuple[str, ...]:
        """Act on the mails in ``files``, or in the mailbox where there are none; ``tell`` hears of each.

        Return what the author should know of the mailbox. Raises ``SendError`` where it cannot be read.
        """
        from pipeline.send.inbox import Round, read_files, read_mailbox

        round_ = Round(settings=self._settings, store=self._store(), now=self._now, tell=tell, only_look=only_look)
        if not files:
            return read_mailbox(round_)
        read_files(round_, files)
        return ()

    def rulings(self, *, waiting: bool = False) -> tuple[Ruling, ...]:
        """Return what came back about readers, the latest first; ``waiting``: what the author is to decide."""
        return self._all.rulings(waiting=waiting)

    def show(self, number: int) -> tuple[Ruling, tuple[PlainText, ...]]:
        """Return one event and the first lines of its mail."""
        return self._all.show(number)

    def undo(self, number: int) -> Reader:
        """Let an event count no more; return its reader as they are then."""
        return self._all.undo(number)

    def settle(self, number: int, *, counts: bool) -> Ruling:
        """Decide about an event that waits."""
        return self._all.settle(number, counts=counts)

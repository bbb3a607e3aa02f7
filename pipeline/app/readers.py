"""Builds what concerns readers: the list, and what they may be shown and choose."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from datetime import datetime

    from pipeline.model import Reader
    from pipeline.send.readers import Imported
    from pipeline.send.readers import Readers as List
    from pipeline.send.tokens import Tokens
    from pipeline.settings.sections import Settings
    from pipeline.store import Store


class Readers:
    """The readers of one author's letter."""

    def __init__(self, settings: Settings, store: Callable[[], Store], now: datetime) -> None:
        self._settings = settings
        self._store = store
        self._now = now

    @cached_property
    def tokens(self) -> Tokens:
        """What signs readers' links."""
        from pipeline.send.tokens import tokens_of

        return tokens_of(self._settings)

    @cached_property
    def _list(self) -> List:
        from pipeline.send.readers import Readers as List

        return List(self._store(), self.tokens, self._now)

    def add(self, email: str, name: str, consent: str, *, again: bool = False) -> Reader:
        """Add one reader, with ``again`` also one who left."""
        return self._list.add(email, name, consent, again=again)

    def remove(self, email: str) -> Reader:
        """Take one reader off the list."""
        return self._list.remove(email)

    def import_csv(self, table: str, consent: str) -> Imported:
        """Add the readers of a CSV table."""
        return self._list.import_csv(table, consent)

    def export_csv(self) -> str:
        """Return all readers as a CSV table."""
        return self._list.export_csv()

    def show(self, email: str) -> Mapping[str, Any]:
        """Return everything that is kept about one address."""
        return self._list.show(email)

    def erase(self, email: str) -> str:
        """Erase everything about one address, and return it as it was written."""
        return self._list.erase(email)

    def everyone(self) -> tuple[Reader, ...]:
        """Return all readers, those who left too."""
        from pipeline.store import send as kept

        with self._store().reading() as connection:
            return kept.readers_in(connection)

"""The whole store copied into another, and where it is written to after that."""

from __future__ import annotations

from contextlib import closing, contextmanager
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from pipeline.store import Store, moves
from pipeline.store.copied import copy_into

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping


def copy_store(store: Store, url: str, moves_to: str, now: datetime) -> Mapping[str, int]:
    """Copy the whole ``store`` into the empty one at ``url``. Return how many rows each table has there.

    Where it ``moves_to`` there, by an address to be shown, nothing is written here any more. Raises ``UsageError``
    where an edition is being sent, which would go on from both.
    """
    with closing(Store(url)) as target:
        if not moves_to:
            return _copied(store, target)
        with _moving(store, moves_to, now):
            return _copied(store, target)


def _copied(store: Store, target: Store) -> Mapping[str, int]:
    return copy_into(store, target, without=frozenset({"moves"}))  # wherever this one was moved to, that one is here


@contextmanager
def _moving(store: Store, place: str, now: datetime) -> Iterator[None]:
    """Have nothing written into ``store`` from here on, unless what is done meanwhile fails.

    A process that is killed meanwhile leaves a store that says what to do.
    """
    with store.writing(though_moved=True) as connection:
        before = moves.moving(connection, place, now)
        moves.see_that_nothing_leaves(connection, datetime.now(UTC))
    try:
        yield
    except BaseException:
        with store.writing(though_moved=True) as connection:
            moves.take_back(connection, before)
        raise

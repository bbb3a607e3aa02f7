"""The whole store copied into another, and where letters are sent from after that."""

from __future__ import annotations

from contextlib import closing
from typing import TYPE_CHECKING

from pipeline.store import Store, moves
from pipeline.store.copied import copy_into

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime


def copy_store(store: Store, url: str, moves_to: str, now: datetime) -> Mapping[str, int]:
    """Copy the whole ``store`` into the empty one at ``url``. Return how many rows each table has there.

    Where it ``moves_to`` there, by an address to be shown, no letter is sent from here any more.
    """
    with closing(Store(url)) as target:
        copied = copy_into(store, target)
        with target.writing() as connection:  # wherever this one was moved to, that one is here
            moves.stay(connection)
    if moves_to:
        with store.writing() as connection:
            moves.moved(connection, moves_to, now)
    return copied

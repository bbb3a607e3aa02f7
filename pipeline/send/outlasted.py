"""A database server that is started anew while a letter is sent is waited for, and what is known is not forgotten."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Final, TypeVar

from pipeline.errors import StoreAwayError

if TYPE_CHECKING:
    from collections.abc import Callable

_Found = TypeVar("_Found")

_AWAY: Final = 60.0
"""Seconds: a server that is away for longer is not about to come back."""
_AGAIN: Final = 0.5


def outlasting(work: Callable[[], _Found]) -> _Found:
    """Return what ``work`` does, which may be done twice, once the store's server is back.

    Raises ``StoreAwayError`` where it stays away.
    """
    until = time.monotonic() + _AWAY
    while True:
        try:
            return work()
        except StoreAwayError:
            if time.monotonic() > until:
                raise
        time.sleep(_AGAIN)

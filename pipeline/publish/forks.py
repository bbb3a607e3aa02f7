"""Work shared among processes that are forks of this one, so that each knows all that this one knew."""

from __future__ import annotations

import multiprocessing
import os
import sys
import threading
from typing import TYPE_CHECKING, Final, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

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


def mapped(function: Callable[[_Item], _Result], items: Sequence[_Item], fewest: int) -> list[_Result]:
    """Return what ``function`` makes of each of ``items``, in their order; both it and they can be pickled."""
    many = processes(len(items), fewest)
    if many == 1:
        return [function(item) for item in items]
    with multiprocessing.get_context("fork").Pool(many) as pool:
        return pool.map(function, items, chunksize=max(1, len(items) // (4 * many)))

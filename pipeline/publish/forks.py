"""How many processes may share work by forking this one."""

from __future__ import annotations

import os
import sys
import threading
from typing import Final

MOST: Final = 8


def processes(work: int, fewest: int) -> int:
    """Return in how many processes to do ``work``, of which ``fewest`` things are worth a process of their own.

    Where forking is not safe (other threads run, or the system is not Linux) it is one.
    """
    if sys.platform != "linux" or threading.active_count() > 1:
        return 1
    return max(1, min(len(os.sched_getaffinity(0)), MOST, work // fewest))

"""Two folders change places in one step, so that nobody ever finds neither."""

from __future__ import annotations

import ctypes
import os
import sys
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from pathlib import Path

_HERE: Final = -100
"""AT_FDCWD of Linux: paths count from the working folder."""
_EXCHANGE: Final = 2
"""RENAME_EXCHANGE of renameat2(2) in Linux, RENAME_SWAP of renamex_np(2) in macOS."""


def exchange(one: Path, other: Path) -> bool:
    """Let ``one`` and ``other`` change places; return whether this system can do that in one step, and did."""
    names = os.fsencode(one), os.fsencode(other)
    try:
        system = ctypes.CDLL(None, use_errno=True)
        if sys.platform == "linux":
            return bool(system.renameat2(_HERE, names[0], _HERE, names[1], _EXCHANGE) == 0)
        if sys.platform == "darwin":
            return bool(system.renamex_np(*names, _EXCHANGE) == 0)
    except (OSError, AttributeError, TypeError):  # no such call here
        return False
    return False

"""Where the tools of others are on this machine, or which command brings them."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

from audit.report import MissingError

HERE = Path(__file__).parent
INSTALL = "make audit (or npm ci in bench/audit)"


def of_npm(path: str) -> Path:
    """Return a file of a package of npm. Raises ``MissingError``."""
    found = HERE / "node_modules" / path
    if not found.exists():
        raise MissingError(path.partition("/")[0].removeprefix(".") + f" ({path})", INSTALL)
    return found


def of_system(name: str, package: str) -> str:
    """Return a program of Debian's. Raises ``MissingError``."""
    found = shutil.which(name)
    if not found:
        raise MissingError(name, f"apt-get install {package}")
    return found


def chromium() -> str:
    return os.environ.get("CHROME_PATH") or of_system("chromium", "chromium")

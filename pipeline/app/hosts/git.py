"""Git, called with a list of words and without asking anybody anything."""

from __future__ import annotations

import os
import subprocess
from typing import TYPE_CHECKING, Final

from pipeline.errors import CodeHostError
from pipeline.html import plain_text

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

_SECONDS: Final = 300
_NAME, _ADDRESS = "Byline", "byline@noreply.invalid"


def git(root: Path, *words: str, said: bytes = b"", hidden: Mapping[str, str] | None = None) -> bytes:
    """Return what git prints in ``root``; ``hidden`` is more of its environment. Raises ``CodeHostError``."""
    who = {f"GIT_{role}_{what}": value for role in ("AUTHOR", "COMMITTER") for what, value in _WHO.items()}
    keep = {name: os.environ[name] for name in ("PATH", "HOME", "SSL_CERT_FILE") if name in os.environ}
    try:
        done = subprocess.run(  # noqa: S603  (a list of our own)
            ["git", "-c", "core.hooksPath=/dev/null", "-c", f"safe.directory={root}", *words],  # noqa: S607
            cwd=root,
            env=keep | who | {"GIT_TERMINAL_PROMPT": "0", "LC_ALL": "C.UTF-8"} | dict(hidden or {}),
            input=said,
            capture_output=True,
            timeout=_SECONDS,
            check=False,
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        raise CodeHostError(f"git {words[0]} cannot be run in {root}: {type(error).__name__}") from error
    if done.returncode:
        told = plain_text(done.stderr.decode("utf-8", "replace")[-500:])
        raise CodeHostError(f"git {words[0]} says: {told}")
    return done.stdout


_WHO: Final = {"NAME": _NAME, "EMAIL": _ADDRESS}

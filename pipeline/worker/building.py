"""The build of one site, in a process that is told nothing but what the site shows.

``build`` starts the process, which is ``apart``, and waits for it. What a site's hooks, plugins and
templates find in its environment is no secret of any site, and no address of a database: what the site shows of its
store comes by a pipe. It is no wall: the process is the same user's on the machine (docs/decisions/0033-workers.md).
"""

from __future__ import annotations

import os
import pickle
import signal
import subprocess
import sys
import tempfile
from typing import IO, TYPE_CHECKING, Final

from pipeline.errors import PublishError
from pipeline.settings.environment import without_secrets

if TYPE_CHECKING:
    from pipeline.app import App
    from pipeline.send.interrupted import Stopping
    from pipeline.worker.sites import Site

_PROCESS: Final = "pipeline.worker.apart"
_LONGEST: Final = 3600
"""Seconds."""
_TOLD: Final = 4000
"""Bytes of what a build that failed said last."""


def build(site: Site, app: App, stopping: Stopping) -> None:
    """Build ``site``, unless told to end. Raises ``PublishError`` with what the process said, ``UsageError`` as App."""
    shown = pickle.dumps((str(site.root), app.facts_of_site()))
    with tempfile.TemporaryFile() as said:
        process = subprocess.Popen(  # noqa: S603  (our own command)
            [sys.executable, "-P", "-m", _PROCESS], env=without_secrets(site.environment), stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL, stderr=said, start_new_session=True,
        )  # fmt: skip
        with stopping.heeding(process.terminate):
            try:
                process.communicate(shown, timeout=_LONGEST)
            except subprocess.TimeoutExpired:
                os.killpg(process.pid, signal.SIGKILL)  # and whatever the site's hooks started
                process.communicate()
        stopping.see_that_it_goes_on()
        if process.returncode:
            raise PublishError(f"the site {site.name} cannot be built: {_last_of(said) or 'it was ended'}")


def _last_of(said: IO[bytes]) -> str:
    end = said.seek(0, 2)
    said.seek(max(0, end - _TOLD))
    return said.read().decode("utf-8", "replace").strip()

"""The process that builds one site, see ``building``: what the site shows of its store comes by a pipe.

Nothing imports it: a module that is loaded already is run with a warning, which would stand before what a build says.
"""

from __future__ import annotations

import os
import pickle
import signal
import sys
from pathlib import Path

from pipeline.errors import BylineError
from pipeline.publish import publish
from pipeline.settings import load


def _main() -> int:
    signal.signal(signal.SIGTERM, signal.default_int_handler)  # the old site stays, and no folder is left half made
    root, facts = pickle.loads(sys.stdin.buffer.read())  # noqa: S301  (the worker's own)
    try:
        publish(load(Path(root), os.environ), **facts)
    except KeyboardInterrupt:
        return 128 + signal.SIGTERM
    except BylineError as error:
        sys.stderr.write(f"{error}\n")
        return error.exit_code
    return 0


if __name__ == "__main__":
    sys.exit(_main())

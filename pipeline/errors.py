"""Every error that Byline raises on purpose.

::

    BylineError                 the run cannot go on; exit 1
    ├── UsageError                the command was called in a way that cannot work; exit 2
    │   ├── SettingsError       byline.yml, mkdocs.yml or the environment is wrong; exit 2
    │   └── QuietError          there is nothing to do, which is nobody's fault
    ├── PullError               a feed that was asked for by name is none
    ├── PostError               a post file cannot be read as a post
    ├── StoreError              the store cannot be opened or written
    │   ├── StoreAwayError        its server does not answer at this moment
    │   └── StoreMovedError       it was moved to another place, and is written to there; exit 2
    ├── BackupError             a backup cannot be made, opened or put in its place
    ├── WriteError                a draft cannot be made
    ├── AssistError             the model that byline.yml names gives no answer that can be used
    ├── PublishError            the site cannot be built
    ├── ConnectError            what is for the network cannot be made, or did not go where it should
    ├── ElsewhereError            a worker's machine does not have the site
    ├── StoppedError            a worker was told to end, and hands back what it was at
    ├── CodeHostError           a code host does not do what a run asks of it
    └── SendError               the letter cannot be made or sent at all
        └── PutOffError         a single mail was put off by the mail server, and can be tried again

What is expected of one feed or of one reader is no error: it is a value in the result of the run.
Each message is a sentence that names the place and the remedy; the command line prints it as it is.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence


def template_place(error: BaseException, folder: Path) -> str:
    """Return file and line of the author's template in ``folder`` that ``error`` comes from."""
    place = f"{getattr(error, 'filename', None) or folder}:{getattr(error, 'lineno', 1)}"
    trace = error.__traceback__
    while trace is not None:
        file = trace.tb_frame.f_code.co_filename
        if Path(file).is_relative_to(folder):
            place = f"{file}:{trace.tb_lineno}"
        trace = trace.tb_next
    return place


class BylineError(Exception):
    """Something stops the run. ``exit_code`` is what the process ends with."""

    exit_code = 1


class UsageError(BylineError):
    """The command was called in a way that cannot work."""

    exit_code = 2


class SettingsError(UsageError):
    """Settings are wrong. ``problems`` holds one sentence each, all of them at once."""

    def __init__(self, problems: Sequence[str]) -> None:
        self.problems = tuple(problems)
        super().__init__("\n".join(self.problems))


class QuietError(UsageError):
    """There is nothing to do: no feed yet, or a week without news. Who asked for more than that is told so."""


class PostError(BylineError):
    """A file in content/ is not a post. ``problems`` holds a line (from 1) and a sentence each, all at once."""

    def __init__(self, path: Path, problems: Sequence[tuple[int, str]]) -> None:
        self.path, self.problems = path, tuple(problems)
        shown = str(path).encode("utf-8", "replace").decode()  # a name need not be text
        super().__init__("\n".join(f"{shown}:{line}: {reason}" for line, reason in self.problems))


class PullError(BylineError):
    """A feed that a command is about cannot be read."""


class StoreError(BylineError):
    """The store cannot be opened, upgraded or written."""


class StoreAwayError(StoreError):
    """The server of the store does not answer at this moment, or ended the connection."""


class StoreMovedError(StoreError):
    """The store was moved to another place, and what is written here would be lost."""

    exit_code = 2


class BackupError(BylineError):
    """A backup cannot be made, opened or put in its place."""


class WriteError(BylineError):
    """A draft cannot be made, as a template of the author's is broken."""


class AssistError(BylineError):
    """The model that was asked for words gives no answer that can be used."""


class PublishError(BylineError):
    """The site cannot be built. ``warnings`` holds what the engine said on the way."""

    def __init__(self, reason: str, warnings: Sequence[str] = ()) -> None:
        self.warnings = tuple(warnings)
        super().__init__("\n".join((reason, *self.warnings)))


class ConnectError(BylineError):
    """What is for the author's network cannot be made, or did not go where it should."""


class CodeHostError(BylineError):
    """A code host cannot be reached, or does not do what a run of it asks."""


class StoppedError(BylineError):
    """A worker was told to end before this was done; what is left is found again."""


class ElsewhereError(BylineError):
    """A worker was given a duty of a site that is not on its machine, or not built there; another's may have it."""


class SendError(BylineError):
    """The letter cannot be made, or the way out cannot be reached at all."""


class PutOffError(SendError):
    """A single mail was put off, or its server was not there; ``again`` tries once more."""

    def __init__(self, message: str, again: Callable[[], None]) -> None:
        self.again = again
        super().__init__(message)

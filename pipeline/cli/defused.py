"""Output that no runner of a code host takes for its commands, whatever a feed or a file name has in it.

GitHub, Forgejo and Gitea read what a job prints, and do what lines such as ``::set-env name=…::…`` and ``##[…]`` say.
Byline prints words of strangers, which may stand at the beginning of a line: by a break, or by a fold of a long title.
"""

from __future__ import annotations

import io
import os
import re
import sys
from typing import IO, TYPE_CHECKING, Final, TextIO

if TYPE_CHECKING:
    from typing_extensions import Buffer

_BEGINS: Final = re.compile(rb"[^!-~]*:[^!-~]*:")
"""Two colons, but for what cannot be seen: a runner trims it, or compares as if it were not there."""
_ANYWHERE: Final = re.compile(rb"(#[^ -~]*#[^ -~]*)\[")
_ENDS: Final = re.compile(rb"[\r\n]")


def defuse_output() -> None:
    """Let all that this process prints go through ``Defused``."""
    sys.stdout = _text_of(sys.stdout)
    sys.stderr = _text_of(sys.stderr)


def end_output() -> None:
    """Print what stands in lines that have no end yet."""
    for stream in (sys.stdout, sys.stderr):
        inner = getattr(stream, "buffer", None)
        if isinstance(inner, Defused) and not stream.closed:
            try:
                stream.flush()
                inner.end()
            except BrokenPipeError:  # whoever read it has seen enough
                inner.give_up()


def _text_of(stream: TextIO) -> io.TextIOWrapper:
    inner = Defused(stream.buffer)
    return io.TextIOWrapper(inner, stream.encoding, stream.errors, line_buffering=True)


class Defused(io.BufferedIOBase):
    """Passes on lines to ``out``, each once it is whole; one that a runner would take for its own begins with a bar."""

    name = "what a runner reads"

    def __init__(self, out: IO[bytes]) -> None:
        self._out = out
        self._begun: list[bytes] = []

    def writable(self) -> bool:
        """Tell that it can be written to."""
        return True

    def isatty(self) -> bool:
        """Tell whether a person looks."""
        return self._out.isatty()

    def write(self, data: Buffer, /) -> int:
        """Take ``data``, and pass on the lines that end in it."""
        given = bytes(data)
        start = 0
        for end in _ENDS.finditer(given):
            self._begun.append(given[start : end.end()])
            self._pass_on()
            start = end.end()
        if start < len(given):
            self._begun.append(given[start:])
        return len(given)

    def flush(self) -> None:
        """Let go of whole lines; what is begun might yet become a command."""
        self._out.flush()

    def end(self) -> None:
        """Pass on what is begun."""
        self._pass_on()
        self._out.flush()

    def give_up(self) -> None:
        """Let what nobody reads go nowhere, as Python tries to print it once more at its end."""
        nowhere = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nowhere, self._out.fileno())
        os.close(nowhere)

    def _pass_on(self) -> None:
        line = b"".join(self._begun)
        self._begun.clear()
        self._out.write(defused(line))


def defused(line: bytes) -> bytes:
    """Return one line of UTF-8 so that no runner takes it for a command, and a person still sees what it says."""
    plain = _ANYWHERE.sub(rb"\1 [", line)
    return b"| " + plain if _BEGINS.match(plain) else plain


def defused_json(text: str) -> str:
    """Return JSON on one line that says the same, without what would be changed on its way out."""
    return re.sub(r"(#[^ -~]*#[^ -~]*)\[", r"\1\\u005b", text)

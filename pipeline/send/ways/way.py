"""What a way out for messages is. Each says what became of a message.

A line is opened before anything is claimed over it, so a server that cannot be reached claims nobody. ``Uncertain`` is
raised where the message may have left: after its text was handed over and before the answer came.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from datetime import timedelta

    from pipeline.model import DeliveryState, PlainText
    from pipeline.send.message import Message


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What the receiving side said to one message.

    ``slow`` says that it asks to be left in peace for so long, by zero that it does not say how long.
    """

    state: DeliveryState
    text: PlainText
    slow: timedelta | None = None


class Uncertain(Exception):  # noqa: N818  (a fact about one delivery, not an error of the run)
    """The connection ended between handing over a message and its answer: it may have left or not."""


class Line(Protocol):
    """One connection of a way, over which one message after the other goes out."""

    def send(self, message: Message) -> Answer:
        """Hand ``message`` over and return the answer. Raises ``Uncertain``, and ``SendError`` to stop the run."""
        ...

    def close(self) -> None:
        """Let go of it."""
        ...


class Way(Protocol):
    """One way out, over so many ``connections`` at once as it is good for."""

    @property
    def connections(self) -> int:
        """How many lines may be open at once."""
        ...

    def open(self) -> Line:
        """Open a line. Raises ``SendError`` where the other side cannot be reached."""
        ...

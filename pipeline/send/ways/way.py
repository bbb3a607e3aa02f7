"""What a way out for messages is. Each says what it promises, and what became of a message.

A line is opened before anything is claimed over it, so a server that cannot be reached claims nobody. ``Uncertain`` is
raised where the message may have left: after its text was handed over and before the answer came.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import timedelta

    from pipeline.model import DeliveryState, PlainText
    from pipeline.send.wire import Message


@dataclass(frozen=True, slots=True, kw_only=True)
class Promise:
    """What a way out keeps of our messages, and what it takes.

    ``keeps_message_id`` and ``keeps_signature`` tell whether the Message-ID and the signatures (DKIM) made here arrive
    as they are. ``remembers`` is how long it knows a message again by our key, so that to hand it over twice sends it
    once; None where it takes no keys. ``most_bytes`` is what one message may have.
    """

    keeps_message_id: bool = True
    keeps_signature: bool = True
    remembers: timedelta | None = None
    most_bytes: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What the receiving side said to one message.

    ``wait`` says that it asks to be left in peace for so long, by zero that it does not say how long.
    """

    state: DeliveryState
    text: PlainText
    wait: timedelta | None = None


class Uncertain(Exception):  # noqa: N818  (a fact about one delivery, not an error of the run)
    """The connection ended between handing over a message and its answer: it may have left or not."""


class Overdue(Exception):  # noqa: N818  (it says when, not that anything is wrong)
    """It is too late to hand over a message, and nothing of it has left."""


def at_any_time() -> bool:
    """Tell that a message may be handed over, whenever that is."""
    return True


class Line(Protocol):
    """One connection of a way, over which one message after the other goes out."""

    def send(self, message: Message, may: Callable[[], bool] = at_any_time) -> Answer:
        """Hand ``message`` over and return the answer. Raises ``Uncertain``, and ``SendError`` to stop the run.

        ``may`` is asked right before its text leaves, each time that it is about to: where that is too late, by what
        the caller knows, nothing is handed over any more. Raises ``Overdue`` where nothing was before.
        """
        ...

    def close(self) -> None:
        """Let go of it."""
        ...


class Way(Protocol):
    """One way out, over so many ``connections`` at once as it is good for.

    ``name`` says to people where messages go, ``mark`` is what the ledger remembers it by: the same mark is the same
    account of the same service.
    """

    @property
    def name(self) -> str:
        """What it is, in words."""
        ...

    @property
    def mark(self) -> str:
        """What the ledger remembers it by."""
        ...

    @property
    def promise(self) -> Promise:
        """What it keeps of our messages."""
        ...

    @property
    def connections(self) -> int:
        """How many lines may be open at once."""
        ...

    def open(self) -> Line:
        """Open a line. Raises ``SendError`` where the other side cannot be reached."""
        ...

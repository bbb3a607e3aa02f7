"""What is said between who asks on the web and who answers, and how those who ask behave there."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol, TypeAlias

from pipeline.model import SafeUrl

if TYPE_CHECKING:
    from collections.abc import Mapping

    from pipeline.model import Due

Refusal: TypeAlias = Callable[[SafeUrl], Awaitable["Unreachable | None"]]
"""Says of an address why it is not to be asked, if it is not."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What a server answered.

    ``url`` is where it answered in the end, ``moved_to`` how far a chain of permanent redirects led, and
    ``detoured`` tells whether a redirect on the way was for this time only.
    """

    url: SafeUrl
    status: int
    headers: Mapping[str, str]
    body: bytes
    moved_to: SafeUrl | None = None
    detoured: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Unreachable:
    """Why there is no answer, as a part of a sentence: "example.org <cause>".

    ``is_unsent`` tells that nothing can have arrived of what was posted, as there was no connection.
    """

    cause: str
    is_unsent: bool = False


class Manners(Protocol):
    """How whoever asks behaves at a host, within the turn: what an earlier answer said may be known only then."""

    def known(self, address: SafeUrl) -> Answer | None:
        """Return the answer of ``address`` where it need not be asked for that; this is asked before the turn, too."""

    async def refused(self, address: SafeUrl) -> Unreachable | None:
        """Return why ``address`` is not to be asked after all."""

    async def heard(self, answer: Answer) -> None:
        """Take in an answer before it is the turn of the next."""


class Others(Protocol):
    """Others than this process who ask the same hosts: whose turn it is, and what they heard there."""

    async def take(self, host: str, pause: float, seconds: float) -> float:
        """Take the turn for at most so many ``seconds``, a ``pause`` after the last one; 0, or when to come again."""

    async def end(self, host: str) -> None:
        """Give the turn back."""

    async def left_alone(self, host: str) -> Due | None:
        """Return until when ``host`` wants to be left alone by all, and why, if anybody heard that it does."""

    async def leave_alone(self, host: str, wait: Due) -> None:
        """Let all who ask know until when ``host`` wants to be left alone."""

    def answered(self, address: SafeUrl, headers: Mapping[str, str]) -> Answer | None:
        """Return what ``address`` answered to others a short while ago, where that serves who asks with ``headers``."""

    def hear(self, answer: Answer, headers: Mapping[str, str]) -> None:
        """Let others have ``answer``, which was given to a request with ``headers`` and may be anybody's."""

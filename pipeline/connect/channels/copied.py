"""Channels for which the author copies the text: Threads and X, whose APIs want more than a token."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NoReturn

from pipeline.connect.channels.channel import Measure, NotPostedError
from pipeline.connect.shares.counted import in_threads, in_x

if TYPE_CHECKING:
    from datetime import timedelta

    from pipeline.connect.channels.channel import Ground, Outgoing

THREADS: Final = 500
X: Final = 280


class _Copied:
    name = ""
    seen = 0
    repeats: timedelta | None = None

    def __init__(self, ground: Ground) -> None:
        del ground

    def hindrance(self) -> str:
        """Return that the author posts there by hand."""
        return f"Byline does not post to {self.name.title()}: copy the text there"

    def post(self, outgoing: Outgoing) -> NoReturn:
        """Post nothing."""
        del outgoing
        raise NotPostedError(self.hindrance())


class Threads(_Copied):
    """Threads, which counts an emoji by its bytes."""

    name = "threads"

    def measures(self, text: str) -> tuple[Measure, ...]:
        """Return how long ``text`` is there."""
        return (Measure(used=in_threads(text), most=THREADS),)


class XTwitter(_Copied):
    """X, which weighs characters."""

    name = "x"

    def measures(self, text: str) -> tuple[Measure, ...]:
        """Return what ``text`` weighs there."""
        return (Measure(used=in_x(text), most=X),)

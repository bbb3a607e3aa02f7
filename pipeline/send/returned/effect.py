"""What an event means for the reader it concerns: pure rules, no store.

A wrong address and a word of the reader's own end it at once. What lies with us (our server's name, our words, our
pace) never counts against a reader.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from pipeline.model import Effect, Returned, ReturnKind
from pipeline.model import ReturnReason as Reason

if TYPE_CHECKING:
    from collections.abc import Sequence

LETTERS: Final = 5
STRIKES: Final = 3
_LIES_WITH_THE_READERS_SIDE: Final = frozenset(
    {
        Reason.MAILBOXFULL,
        Reason.SUSPEND,
        Reason.FILTERED,
        Reason.EXPIRED,
        Reason.SYSTEMFULL,
        Reason.SYSTEMERROR,
        Reason.NETWORKERROR,
        Reason.MAILERERROR,
        Reason.NOTACCEPT,
        Reason.ONHOLD,
        Reason.UNDEFINED,
    }
)


def effect_of(event: Returned) -> Effect:
    """Return what ``event`` does to the reader."""
    if event.kind in {ReturnKind.COMPLAINT, ReturnKind.UNSUBSCRIBE}:
        return Effect.LEAVES
    if event.kind is not ReturnKind.BOUNCE or event.pending:
        return Effect.NOTHING
    if event.gone:
        return Effect.LEAVES
    return Effect.STRIKE if event.reason in _LIES_WITH_THE_READERS_SIDE else Effect.NOTHING


def should_pause(effects: Sequence[Effect]) -> bool:
    """Tell whether a reader is paused, by what became of each letter to them, the latest last."""
    return list(effects[-LETTERS:]).count(Effect.STRIKE) >= STRIKES

"""What a mail provider says of a bounce, in its own kinds and in the words of the mail server -> an event.

The words are read as those of a mail are. Where they leave the reason open, the provider's kind counts; and what the
provider takes for a fault of the sender never counts against a reader, whatever the words are.
"""

from __future__ import annotations

import json
from dataclasses import replace
from enum import Enum, auto
from typing import TYPE_CHECKING, Any, Final

from pipeline.html import plain_text
from pipeline.model import Arrived, Effect, Returned, ReturnKind
from pipeline.model import ReturnReason as Reason
from pipeline.send.returned.arrival import excerpt, of_words
from pipeline.send.returned.effect import effect_of
from pipeline.send.returned.reasons import names_nobody

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

_LONGEST: Final = 4000
_OPEN: Final = frozenset({Reason.ONHOLD, Reason.UNDEFINED})


class Weight(Enum):
    """How a provider takes a bounce: for good, for this time, still being tried, or as a fault of the sender."""

    HARD = auto()
    SOFT = auto()
    PENDING = auto()
    OURS = auto()


def bounce(weight: Weight, reason: Reason, recipient: str, said: str) -> Returned:
    """Return a bounce: ``reason`` is what the provider's kind means, ``said`` are the mail server's words."""
    event = of_words(said, recipient)
    if weight is Weight.OURS:
        known = event.reason not in _OPEN and effect_of(event) is Effect.NOTHING
        return replace(event, reason=event.reason if known else reason, gone=False)
    if weight is Weight.HARD:
        found = reason if event.reason in _OPEN else event.reason
        return replace(event, reason=found, gone=names_nobody(found))
    passing = event.reason in _OPEN or names_nobody(event.reason)
    return replace(event, reason=reason if passing else event.reason, gone=False, pending=weight is Weight.PENDING)


def told(kind: ReturnKind, recipient: str, feedback_type: str = "") -> Returned:
    """Return an event that is no bounce."""
    reason = Reason.VACATION if kind is ReturnKind.AUTO_REPLY else Reason.FEEDBACK
    return Returned(kind=kind, reason=reason, recipient=plain_text(recipient), feedback_type=feedback_type[:48])


def arrival(
    source: str, name: str, events: Sequence[Returned], letters: Sequence[str], words: Mapping[str, Any]
) -> Arrived:
    """Return a word of a provider as it arrived: ``name`` is the provider's own for the event."""
    named = tuple(f"<{each.strip('<> ')}>" for each in letters if each)
    lines = json.dumps(words, indent=1, ensure_ascii=False, default=str).splitlines()
    return Arrived(
        key=f"{source}:{name[:200]}",
        source=source,
        events=tuple(events),
        letters=named,
        is_vouched=True,
        excerpt=tuple(excerpt(lines)),
    )


def text(words: Any, *path: str) -> str:
    """Return the text at ``path`` in what was read from JSON; an empty one where there is none."""
    found = at(words, *path)
    return str(found)[:_LONGEST] if isinstance(found, (str, int)) and not isinstance(found, bool) else ""


def at(words: Any, *path: str) -> Any:
    """Return what is at ``path``; None where there is nothing."""
    for name in path:
        words = words.get(name) if isinstance(words, dict) else None
    return words


def listed(words: Any, *path: str) -> list[Any]:
    """Return the list at ``path``, in bounds."""
    found = at(words, *path)
    return found[:100] if isinstance(found, list) else []

"""What came back, in words: what a mail says, and what was done about it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pipeline.cli.talk import shown
from pipeline.model import Done, Effect, Proof, ReaderState, ReturnKind, ReturnReason

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from pipeline.model import Reader, Returned, Ruling


def explanation_data(events: Sequence[Returned]) -> dict[str, object]:
    """Return what a mail says of the first recipient, and under ``also`` what of the others."""
    first, *others = map(_one, events)
    return {**first, "also": others}


def _one(event: Returned) -> dict[str, object]:
    return {
        "kind": event.kind,
        "recipient": event.recipient,
        "reason": event.reason,
        "gone": event.gone,
        "status": event.status,
        "feedback_type": event.feedback_type,
    }


def explanation(file: Path, events: Sequence[Returned]) -> Iterator[str]:
    """Yield what a mail says, and what that means for a reader."""
    from pipeline.send.returned import effect_of

    for event in events:
        yield f"{shown(file)}: {_sentence(event)}. {_EFFECTS[effect_of(event)]}"
        if event.said:
            yield f"    it says: {event.said}"


_EFFECTS = {
    Effect.LEAVES: "This reader should get no more letters.",
    Effect.STRIKE: "Three of these in the last five letters are a reason to pause.",
    Effect.NOTHING: "It does not count against a reader.",
}


def _sentence(event: Returned) -> str:
    """Return what ``event`` says, in words."""
    who = event.recipient or "somebody whom it does not name"
    codes = " ".join(filter(None, (event.reply, event.status)))
    match event.kind:
        case ReturnKind.COMPLAINT:
            return f"{who} complained ({event.feedback_type or 'of no kind that is named'})"
        case ReturnKind.UNSUBSCRIBE:
            return f"{who} asks to leave"
        case ReturnKind.AUTO_REPLY:
            return f"a machine answers for {who}"
        case ReturnKind.BOUNCE:
            still = ", and it is still being tried" if event.pending else ""
            gone = "the address is gone" if event.gone else "it did not arrive"
            return f"to {who}: {gone}, {event.reason}{f' ({codes})' if codes else ''}{still}"
        case ReturnKind.OTHER if event.reason is ReturnReason.UNDEFINED:
            return f"a mail of {who}'s own, for you to read"
        case ReturnKind.OTHER:
            return f"no bounce and no wish, from or for {who} ({event.reason})"


def decision_data(ruling: Ruling) -> dict[str, Any]:
    """Return one event, whom it concerns, and what was done about it."""
    return {
        "number": ruling.id or None,
        "at": ruling.at,
        "email": ruling.email,
        "edition": ruling.edition,
        **_one(ruling.event),
        "effect": ruling.effect,
        "proof": ruling.proof,
        "done": ruling.done,
        "undone_at": ruling.undone_at,
        "said": ruling.event.said,
        "source": ruling.source,
    }


_DONE = {
    Done.LEFT: "is off the list",
    Done.PAUSED: "is paused: three of the last five letters did not arrive",
    Done.STRIKE: "stays, with a strike",
    Done.NOTHING: "stays: it does not count against them",
    Done.WAITS: "stays until you decide",
    Done.DISMISSED: "stays: you decided that it means nothing",
}
_WOULD = _DONE | {Done.LEFT: "would be off the list", Done.PAUSED: "would be paused"}
_DOUBTS = ", as nothing in it proves that it is about a letter of yours"


def decision(ruling: Ruling, *, is_plan: bool = False) -> str:
    """Return one event in words; ``is_plan``: it only would be so."""
    done = (_WOULD if is_plan else _DONE)[ruling.done]
    doubt = _DOUBTS if ruling.done is Done.WAITS and ruling.proof is Proof.NONE else ""
    undone = f" (undone on {ruling.undone_at:%Y-%m-%d})" if ruling.undone_at else ""
    number = "" if is_plan or not ruling.id else f"{ruling.id}  "
    edition = f" [{ruling.edition}]" if ruling.edition else ""
    said = f" It says: {ruling.event.said}" if ruling.event.said else ""
    return (
        f"{number}{ruling.at:%Y-%m-%d}  {ruling.email} {done}{doubt}{undone}. {_sentence(ruling.event)}{edition}.{said}"
    )


def reader_now(reader: Reader) -> str:
    """Return how a reader is, once something about them was taken back."""
    match reader.state:
        case ReaderState.ACTIVE:
            return f"It counts no more. {reader.email} gets letters."
        case ReaderState.PAUSED:
            return f"It counts no more. {reader.email} is paused{f': {reader.because}' if reader.because else ''}."
        case _:
            why = f", as they {reader.because}" if reader.because else ", as they or you decided"
            return f"It counts no more. {reader.email} stays off the list{why}."

"""What an event means for the reader it concerns: pure rules, no store.

A wrong address and a word of the reader's own end it at once. What lies with us (our server's name, our words, our
pace) never counts against a reader.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from pipeline.html import plain_text
from pipeline.model import NO_TEXT, Done, Effect, Proof, Returned, ReturnKind
from pipeline.model import ReturnReason as Reason

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pipeline.model import Arrived, PlainText

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


_LIES_WITH_THE_SENDER: Final = frozenset(
    {
        Reason.AUTHFAILURE,
        Reason.BADREPUTATION,
        Reason.BLOCKED,
        Reason.FAILEDSTARTTLS,
        Reason.NORELAYING,
        Reason.POLICYVIOLATION,
        Reason.REJECTED,
        Reason.REQUIREPTR,
        Reason.SECURITYERROR,
        Reason.SPAMDETECTED,
        Reason.SPEEDING,
        Reason.TOOMANYCONN,
    }
)


def lies_with_sender(event: Returned) -> bool:
    """Tell whether a letter did not arrive for what the sender is or does: it may, once that is mended."""
    return event.kind is ReturnKind.BOUNCE and not event.gone and event.reason in _LIES_WITH_THE_SENDER


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


def effect_on(event: Returned, email: str) -> Effect:
    """Return what ``event`` does to the reader at ``email``, to whom the letter went that it is about.

    Where another address is gone, the reader's own mailbox sent the letter on there: it did not arrive, no more.
    """
    effect = effect_of(event)
    elsewhere = event.kind is ReturnKind.BOUNCE and event.recipient and not _same_mailbox(event.recipient, email)
    return Effect.STRIKE if effect is Effect.LEAVES and elsewhere else effect


def is_answer_of(event: Returned, email: str) -> bool:
    """Tell whether ``event`` is a mail that a person wrote from the address ``email``: no machine, and no wish."""
    is_mail = event.kind is ReturnKind.OTHER and event.reason is Reason.UNDEFINED
    return is_mail and _same_mailbox(event.recipient, email)


def _same_mailbox(one: str, other: str) -> bool:
    """Tell whether two addresses are one mailbox, as the hosts of one domain name it among themselves."""
    (name, _, host), (other_name, _, other_host) = (each.casefold().rpartition("@") for each in (one, other))
    inside = host == other_host or host.endswith(f".{other_host}") or other_host.endswith(f".{host}")
    return inside and name.partition("+")[0] == other_name.partition("+")[0]


def proof_of(event: Returned, arrived: Arrived, *, is_named: bool) -> Proof:
    """Return what speaks for ``event``; ``is_named`` says that a letter to this reader is the one that it names."""
    if arrived.is_vouched:
        return Proof.VOUCHED
    if is_named:
        return Proof.NAMED
    return Proof.ASKED if arrived.asks and event.kind is ReturnKind.UNSUBSCRIBE else Proof.NONE


def done_about(effect: Effect, proof: Proof) -> Done:
    """Return what is done about an event, before its strikes are counted."""
    if effect is Effect.NOTHING:
        return Done.NOTHING
    if proof is Proof.NONE:
        return Done.WAITS
    return Done.LEFT if effect is Effect.LEAVES else Done.STRIKE


def why(event: Returned, done: Done) -> PlainText:
    """Return why a reader gets no more letters, in a line for the author."""
    codes = " ".join(filter(None, (event.reply, event.status)))
    reason = f"{event.reason}{f' ({codes})' if codes else ''}"
    if done is Done.PAUSED:
        return plain_text(f"{STRIKES} of the last {LETTERS} letters did not arrive, the latest for: {reason}")
    match event.kind:
        case ReturnKind.COMPLAINT:
            return plain_text("complained to their mail service")
        case ReturnKind.UNSUBSCRIBE:
            return plain_text("asked by mail to leave")
        case _:
            return plain_text(f"the address is gone: {reason}") if done is Done.LEFT else NO_TEXT

"""What ``byline send`` tells of whom a letter reached, and whom it would reach.

The log of a code host may be read by anybody: where it is ``discreet``, readers are numbers, and what a mail server
said is its code alone.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Final

from pipeline.cli.talk import counted
from pipeline.model import DeliveryState

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pipeline.model import Delivery, Letter, Reader
    from pipeline.send import Audience, Sent

_CODE: Final = re.compile(r"[245]\d\d(?:[ -][245]\.\d{1,3}\.\d{1,3})?\b")
"""Of an answer, RFC 5321, section 4.2, and RFC 3463."""
_QUOTED: Final = re.compile(rf"“({_CODE.pattern})?[^”]*”")
_ADDRESS: Final = re.compile(r"(?<!//)(?<![\w.!#$%&'*+=?^`{|}~-])[\w.!#$%&'*+=?^`{|}~-]+@[\w-][\w.-]*")
"""One that mail goes to; what stands before the host of a database's address is none."""
_ENDS: Final = (DeliveryState.SENT, DeliveryState.CLAIMED, DeliveryState.LATER, DeliveryState.REFUSED)
_TOLD: Final = {
    DeliveryState.CLAIMED: "uncertain",
    DeliveryState.LATER: "put off",
    DeliveryState.REFUSED: "refused",
}


def without_others(words: str) -> str:
    """Return a sentence about a send without what a mail server said in it, but for its code, and without addresses."""
    found = _QUOTED.sub(lambda said: f"“{said[1]} …”" if said[1] else said[0], words)
    return _ADDRESS.sub("(an address)", found)


def _who(reader: Reader, *, discreet: bool) -> str:
    return f"reader {reader.id}" if discreet else reader.email


def _answer(delivery: Delivery, *, discreet: bool) -> str:
    """Return what the other side said; its words may hold an address, and its code does not (RFC 3463)."""
    if not discreet:
        return delivery.answer
    code = _CODE.match(delivery.answer)
    return f"{code[0]} (its words are not for a log)" if code else "(its words are not for a log)"


def audience_data(made: Letter, audience: Audience, *, discreet: bool) -> dict[str, Any]:
    """Return who would get a letter, for a report."""
    return {
        "edition": made.edition,
        "subject": made.subject,
        "to": [_who(reader, discreet=discreet) for reader in audience.to],
        "left_out": [{"email": _who(reader, discreet=discreet), "because": why} for reader, why in audience.left_out],
    }


def audience_lines(audience: Audience, *, discreet: bool) -> list[str]:
    """Return who would get a letter, in lines."""
    lines = [f"would get it  {_who(reader, discreet=discreet)}" for reader in audience.to]
    lines += [f"left out      {_who(reader, discreet=discreet)}: {why}" for reader, why in audience.left_out]
    return [*lines, f"{counted(len(audience.to), 'reader')} would get it, {len(audience.left_out)} not."]


def sent_data(made: Letter, sent: Sent, *, discreet: bool) -> dict[str, Any]:
    """Return what became of a letter, for a report."""
    return {
        "edition": made.edition,
        **{str(state): sent.count(state) for state in _ENDS},
        "not_sent": [
            {
                "email": _who(delivery.reader, discreet=discreet),
                "state": delivery.state,
                "message_id": delivery.message_id,
                "answer": _answer(delivery, discreet=discreet),
            }
            for delivery in sent.troubled
        ],
        "left_out": [{"because": why, "readers": many} for why, many in sent.left_out.items()],
        "later": sent.later,
        "uncertain": sent.uncertain,
    }


def sent_lines(made: Letter, sent: Sent, *, discreet: bool) -> Sequence[str]:
    """Return what became of a letter, in lines."""
    lines = [_delivery_line(delivery, discreet=discreet) for delivery in sent.troubled]
    left_out = sum(sent.left_out.values())
    told = f"“{made.subject}” ({made.edition}) was sent to {counted(sent.count(DeliveryState.SENT), 'reader')}"
    told += f"; {left_out} left out (--dry-run says why)." if left_out else "."
    later = [f"Some wait: the next can be sent to at {sent.later:%Y-%m-%d %H:%M} UTC."] if sent.later else []
    waits = {why: many for why, many in sent.left_out.items() if sent.later or why.startswith("still waits")}
    reasons = [f"  {many} not sent: {why}" for why, many in waits.items()]
    return [*lines, told, *reasons, *later, *_uncertain_lines(made, sent)]


def _uncertain_lines(made: Letter, sent: Sent) -> list[str]:
    """Say what to do about deliveries that were cut off, in this run or one before."""
    if not sent.uncertain:
        return []
    many = counted(sent.uncertain, "delivery is", "deliveries are")
    again = f"`byline send {made.edition} --uncertain sent`, or `--uncertain again` and send once more"
    return [
        f"{many} uncertain: cut off before the answer, unless another run has them at this moment.",
        f"  Look whether they arrived (`byline status` lists them), and say so: {again}.",
    ]


def _delivery_line(delivery: Delivery, *, discreet: bool) -> str:
    said = _answer(delivery, discreet=discreet) if delivery.answer else "cut off before the answer"
    return f"{_TOLD[delivery.state]}  {_who(delivery.reader, discreet=discreet)}: {said}"

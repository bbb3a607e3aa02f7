"""What Amazon SES writes of a letter, as JSON in a mail of its notification service -> reports, recipients, complaints.

No other large service tells by mail in such a form; what services tell by webhook is not read here.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from pipeline.send.returned.report import MOST_RECIPIENTS, Status

if TYPE_CHECKING:
    from collections.abc import Sequence

_DECODER = json.JSONDecoder(strict=False)


def notified(text: str) -> dict[str, Any]:
    """Return the notification in ``text``, or nothing."""
    told = _object(text)
    if isinstance(told.get("Message"), str):
        told = _object(told["Message"])
    return told if isinstance(told.get("notificationType") or told.get("eventType"), str) else {}


def _object(text: str) -> dict[str, Any]:
    start = text.find("{")
    if start < 0 or '"' not in text[start : start + 200]:
        return {}
    try:
        found, _ = _DECODER.raw_decode(text[start:].replace("\n ", "").replace("\n", ""))
    except (ValueError, RecursionError):  # no JSON, or deeper than any notification
        return {}
    return found if isinstance(found, dict) else {}


def statuses(told: dict[str, Any]) -> list[Status]:
    """Return what a notification says of each recipient of a bounce or a delivery, in the words of RFC 3464."""
    bounce, delivery = _inner(told, "bounce"), _inner(told, "delivery")
    kinds = f"{bounce.get('bounceType', '')} {bounce.get('bounceSubType', '')}"
    found = [
        Status(
            {
                "final-recipient": str(one.get("emailAddress", "")),
                "action": str(one.get("action", "failed")),
                "status": str(one.get("status", "")),
                "diagnostic-code": str(one.get("diagnosticCode", kinds)),
            }
        )
        for one in _list(bounce, "bouncedRecipients")
        if isinstance(one, dict)
    ]
    arrived = str(delivery.get("smtpResponse", ""))
    return found + [
        Status({"final-recipient": str(one), "action": "delivered", "diagnostic-code": arrived})
        for one in _list(delivery, "recipients")
    ]


def complained(told: dict[str, Any]) -> tuple[str, Sequence[str]]:
    """Return the type of a complaint and the addresses of those it may have come from; or nothing."""
    complaint = _inner(told, "complaint")
    people = [
        str(one.get("emailAddress", "")) for one in _list(complaint, "complainedRecipients") if isinstance(one, dict)
    ]
    return (str(complaint.get("complaintFeedbackType") or "abuse") if complaint else ""), people


def _inner(told: dict[str, Any], name: str) -> dict[str, Any]:
    found = told.get(name)
    return found if isinstance(found, dict) else {}


def _list(holder: dict[str, Any], name: str) -> list[Any]:
    found = holder.get(name)
    return found[:MOST_RECIPIENTS] if isinstance(found, list) else []

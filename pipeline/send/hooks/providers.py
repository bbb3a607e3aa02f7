"""The words of Postmark, Amazon SES, Mailgun and Resend -> what arrived. Whether they are genuine is known already.

What each kind means is as their documentation says; what tells of no letter that came back is None.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from pipeline.model import ReturnKind
from pipeline.model import ReturnReason as Reason
from pipeline.send.hooks.judging import Weight, arrival, at, bounce, listed, text, told

if TYPE_CHECKING:
    from pipeline.model import Arrived, Returned

_POSTMARK: Final = {
    "HardBounce": (Weight.HARD, Reason.USERUNKNOWN),
    "BadEmailAddress": (Weight.HARD, Reason.USERUNKNOWN),
    "Transient": (Weight.PENDING, Reason.ONHOLD),
    "SoftBounce": (Weight.SOFT, Reason.ONHOLD),
    "DnsError": (Weight.SOFT, Reason.NETWORKERROR),
    "ChallengeVerification": (Weight.SOFT, Reason.FILTERED),
    "Blocked": (Weight.OURS, Reason.BLOCKED),
    "SpamNotification": (Weight.OURS, Reason.SPAMDETECTED),
    "VirusNotification": (Weight.OURS, Reason.VIRUSDETECTED),
    "DMARCPolicy": (Weight.OURS, Reason.AUTHFAILURE),
    "OpenRelayTest": (Weight.OURS, Reason.NORELAYING),
    "SMTPApiError": (Weight.OURS, Reason.CONTENTERROR),
    "TemplateRenderingFailed": (Weight.OURS, Reason.CONTENTERROR),
    "Unknown": (Weight.SOFT, Reason.UNDEFINED),
}
_OF_POSTMARK: Final = {
    "SpamComplaint": ReturnKind.COMPLAINT,
    "Unsubscribe": ReturnKind.UNSUBSCRIBE,
    "AutoResponder": ReturnKind.AUTO_REPLY,
}
_SES: Final = {
    ("Permanent", ""): (Weight.HARD, Reason.USERUNKNOWN),
    ("Transient", ""): (Weight.SOFT, Reason.ONHOLD),
    ("Transient", "MailboxFull"): (Weight.SOFT, Reason.MAILBOXFULL),
    ("Transient", "CustomTimeoutExceeded"): (Weight.SOFT, Reason.EXPIRED),
    ("Transient", "MessageTooLarge"): (Weight.OURS, Reason.MESGTOOBIG),
    ("Transient", "ContentRejected"): (Weight.OURS, Reason.POLICYVIOLATION),
    ("Transient", "AttachmentRejected"): (Weight.OURS, Reason.POLICYVIOLATION),
    ("", ""): (Weight.SOFT, Reason.UNDEFINED),
}
"""Kind and kind within it, as Amazon names them and Resend after it; where the second is not here, the first counts."""
_MAILGUN_SUPPRESSES: Final = {
    "suppress-complaint": ReturnKind.COMPLAINT,
    "suppress-unsubscribe": ReturnKind.UNSUBSCRIBE,
}
_NO_COMPLAINT: Final = frozenset({"not-spam", "auth-failure"})


def of_postmark(words: dict[str, Any]) -> Arrived | None:
    """Return what Postmark says by a webhook for bounces, complaints, or changes of subscriptions."""
    kind, about = text(words, "Type"), text(words, "RecordType")
    name = f"{about}:{text(words, 'ID')}"
    if about == "SubscriptionChange":
        reason = text(words, "SuppressionReason")
        if at(words, "SuppressSending") is not True or text(words, "Origin") != "Recipient":
            return None  # taken back, or done by the author there
        # a bounce or a complaint comes by a word of its own, which tells more
        event = told(ReturnKind.UNSUBSCRIBE, text(words, "Recipient")) if reason == "ManualSuppression" else None
        name = f"{about}:{text(words, 'MessageID')}:{text(words, 'Recipient')}:{text(words, 'ChangedAt')}"
    elif about == "SpamComplaint" or (about == "Bounce" and kind in _OF_POSTMARK):
        event = told(_OF_POSTMARK.get(kind, ReturnKind.COMPLAINT), text(words, "Email"))
    elif about == "Bounce" and kind in _POSTMARK:
        said = text(words, "Details") or text(words, "Description")
        event = bounce(*_POSTMARK[kind], text(words, "Email"), said)
    else:
        return None
    return arrival("postmark", name, [event], [], words) if event else None


def of_ses(words: dict[str, Any]) -> Arrived | None:
    """Return what Amazon SES says in a notification or an event that a topic carries."""
    about = text(words, "notificationType") or text(words, "eventType")
    letters = [text(words, "mail", "commonHeaders", "messageId")]
    events: list[Returned] = []
    if about == "Bounce":
        kind, inner = text(words, "bounce", "bounceType"), text(words, "bounce", "bounceSubType")
        for each in listed(words, "bounce", "bouncedRecipients"):
            said = f"{text(each, 'diagnosticCode')} {text(each, 'status')}".strip()
            events.append(_amazons(kind, inner, text(each, "emailAddress"), said))
    elif about == "Complaint":
        kind = text(words, "complaint", "complaintFeedbackType")
        meant = ReturnKind.OTHER if kind in _NO_COMPLAINT else ReturnKind.COMPLAINT
        events = [
            told(meant, text(each, "emailAddress"), kind) for each in listed(words, "complaint", "complainedRecipients")
        ]
    elif about == "DeliveryDelay":
        for each in listed(words, "deliveryDelay", "delayedRecipients"):
            said = text(each, "diagnosticCode")
            events.append(bounce(Weight.PENDING, Reason.EXPIRED, text(each, "emailAddress"), said))
    name = (
        text(words, "bounce", "feedbackId")
        or text(words, "complaint", "feedbackId")
        or text(words, "mail", "messageId")
    )
    return arrival("ses", f"{about}:{name}", events, letters, words) if events else None


def _amazons(kind: str, inner: str, recipient: str, said: str) -> Returned:
    if inner == "UnsubscribedRecipient":
        return told(ReturnKind.UNSUBSCRIBE, recipient)
    weight, reason = _SES.get((kind, inner)) or _SES.get((kind, "")) or _SES["", ""]
    return bounce(weight, reason, recipient, said)


def of_mailgun(words: dict[str, Any]) -> Arrived | None:
    """Return what Mailgun says in the ``event-data`` of a webhook."""
    about, recipient = text(words, "event"), text(words, "recipient")
    if about == "failed":
        event = _mailguns(words, recipient)
    elif about in {"complained", "unsubscribed"}:
        event = told(ReturnKind.COMPLAINT if about == "complained" else ReturnKind.UNSUBSCRIBE, recipient)
    else:
        return None
    letters = [text(words, "message", "headers", "message-id")]
    return arrival("mailgun", text(words, "id"), [event], letters, words)


def _mailguns(words: dict[str, Any], recipient: str) -> Returned:
    reason = text(words, "reason")
    if reason in _MAILGUN_SUPPRESSES:
        return told(_MAILGUN_SUPPRESSES[reason], recipient)
    answer = [text(words, "delivery-status", name) for name in ("code", "enhanced-code", "message", "description")]
    said = " ".join(filter(None, answer))
    if reason == "suppress-bounce":  # it bounced for good before
        return bounce(Weight.HARD, Reason.USERUNKNOWN, recipient, "")
    if text(words, "severity") != "permanent":
        return bounce(Weight.PENDING, Reason.ONHOLD, recipient, said)
    if reason == "espblock":
        return bounce(Weight.OURS, Reason.BLOCKED, recipient, said)
    if reason == "old":  # Mailgun has given up to try
        return bounce(Weight.SOFT, Reason.EXPIRED, recipient, said)
    is_soft = text(words, "delivery-status", "bounce-type") == "soft"
    kind = (Weight.SOFT, Reason.ONHOLD) if is_soft else (Weight.HARD, Reason.USERUNKNOWN)
    return bounce(*kind, recipient, said)


def of_resend(words: dict[str, Any], name: str) -> Arrived | None:
    """Return what Resend says by a webhook; ``name`` is that of the message at Svix."""
    about = text(words, "type")
    people = [each for each in listed(words, "data", "to") if isinstance(each, str)]
    events: list[Returned]
    if about == "email.bounced":
        kind, inner = text(words, "data", "bounce", "type"), text(words, "data", "bounce", "subType")
        codes = " ".join(str(each)[:1000] for each in listed(words, "data", "bounce", "diagnosticCode"))
        events = [_amazons(kind, inner, each, codes) for each in people]
    elif about == "email.complained":
        events = [told(ReturnKind.COMPLAINT, each) for each in people]
    elif about == "email.suppressed":
        events = [bounce(Weight.HARD, Reason.USERUNKNOWN, each, "") for each in people]
    elif about == "email.delivery_delayed":
        events = [bounce(Weight.PENDING, Reason.EXPIRED, each, "") for each in people]
    else:
        return None
    return arrival("resend", name, events, [text(words, "data", "message_id")], words) if events else None

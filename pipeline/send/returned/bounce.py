"""A mail that says that a letter did not arrive -> an event for each recipient it names."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final, NamedTuple

from pipeline.html import plain_text, shortened
from pipeline.model import Returned, ReturnKind
from pipeline.model import ReturnReason as Reason
from pipeline.send.returned import notification, plain, report
from pipeline.send.returned.answers import says_it_is_automatic
from pipeline.send.returned.phrases import folded, has, sections
from pipeline.send.returned.reasons import is_gone, reason_of

if TYPE_CHECKING:
    from collections.abc import Mapping

    from pipeline.send.returned.mail import Mail

_LONGEST_SAID: Final = 300
_MOST_WORDS: Final = 4000
_STATUS: Final = re.compile(r"(?<![\d.])([245]\.\d{1,2}\.\d{1,3})(?![\d.])")
_REPLY: Final = re.compile(
    r"(?<![\d.:/=\[-])([45][0-5]\d)(?=[\s\-#:]|$)(?!\s?(?:bytes|kb|mb|days|hours|minutes|seconds|lines)\b)",
    re.IGNORECASE,
)
_QUOTED: Final = re.compile(r"(?m)^>(?: |$|(?=>>>))")
"""What mail programs put before each line of a mail that is forwarded; sendmail's own ">>> DATA" is left alone."""
_FOR_PEOPLE: Final = frozenset({"text/plain", "text", "multipart/report", "multipart/mixed", "multipart/alternative"})
"""Content types of notices; a part that says it holds parts and does not is one text."""
_ANSWERS_AFTER_THE_LETTER: Final = re.compile(r"inbound-smtp\.[\w-]{1,40}\.amazonaws\.com")
"""Rules of a reader at Amazon SES say that there is no such mailbox when they have seen the letter."""
_ARRIVED: Final = frozenset({"delivered", "relayed", "expanded"})


def bounces(mail: Mail) -> tuple[Returned, ...]:
    """Return the events of ``mail``; none where it is no word of a mail system about a letter that did not arrive."""
    notice = Notice.of(mail)
    by_fields = (
        [one for text in mail.of("message/delivery-status") for one in report.statuses(text)]
        or report.statuses(notice.whole)
        or notification.statuses(notification.notified(notice.text))
    )
    if by_fields:
        return tuple(_by_fields(one, notice) for one in by_fields)
    failed = report.ADDRESS.findall(" ".join(mail.headers.all("X-Failed-Recipients"))[:_MOST_WORDS])
    if not (failed or _from_a_system(mail) or _tells_of_a_failure(mail, notice)):
        return ()
    if named := failed or list(notice.told):
        return tuple(_by_words(address, notice) for address in dict.fromkeys(named))
    event = _by_words(notice.addressed, notice)
    return (replace(event, reason=Reason.UNDEFINED) if event.reason is Reason.ONHOLD else event,)


@dataclass(frozen=True, slots=True)
class Notice:
    """What a mail system wrote for people: the text, what it tells of each recipient, and whom the letter was for.

    ``whole`` has the letter that came back as well, ``opening`` is what stands before the first recipient, and
    ``heading`` the last line of that.
    """

    text: str
    whole: str
    opening: str
    heading: str
    told: Mapping[str, str]
    addressed: str

    @classmethod
    def of(cls, mail: Mail) -> Notice:
        """Return the notice of ``mail``."""
        written = [part.text for part in mail.parts if part.kind in _FOR_PEOPLE and not part.attached]
        if not "".join(written).strip():
            written = mail.of("text/html")
        written = [_QUOTED.sub("", text) for text in written]
        cut = [plain.before_original(text) for text in written]
        text = "\n".join(before for before, _ in cut)
        rest = "\n".join([*mail.of("message/rfc822", "text/rfc822-headers"), *(after for _, after in cut)])
        opening, heading = plain.heading(text)
        told, addressed = plain.recipients(text), plain.addressed(rest)
        return cls(text, "\n".join(written), opening, heading, told, addressed)

    def about(self, address: str) -> str:
        """Return what it tells of ``address``, or all that it tells where it does not tell that."""
        return self.told.get(address, "") or self.text


def _from_a_system(mail: Mail) -> bool:
    """Tell whether a mail system wrote ``mail``, by who it is from and what it is about."""
    if mail.headers.kind == "multipart/report":
        return "disposition-notification" not in mail.headers.parameter("report-type")
    sender = has(folded(mail.headers.get("From")), sections("signs.txt")["who writes: a mail system"])
    return (sender or bool(mail.headers.get("X-MLServer"))) and _about_a_failure(mail)


def _tells_of_a_failure(mail: Mail, notice: Notice) -> bool:
    """Tell whether ``mail`` says that a letter to somebody it names did not arrive, whoever wrote it."""
    if not (notice.told or notice.addressed) or not (_from_nobody(mail) or _about_a_failure(mail)):
        return False
    if says_it_is_automatic(mail):  # it repeats the subject of the letter, which may be about anything
        return False
    return has(folded(notice.text[:_MOST_WORDS]), sections("signs.txt")["what it says: a failure"])


def _from_nobody(mail: Mail) -> bool:
    """Tell whether ``mail`` takes no answers, as what machines write should not (RFC 3834, section 3.3)."""
    return mail.headers.get("Return-Path") == "<>"


def _about_a_failure(mail: Mail) -> bool:
    return has(folded(mail.headers.get("Subject")), sections("signs.txt")["what about: a failure"])


def _by_fields(one: report.Status, notice: Notice) -> Returned:
    """Return the event of a recipient that a delivery report tells of."""
    said, address = one.said, one.recipient or notice.addressed
    status, reply = codes_in(said or notice.about(address))
    status = status or _status_in(one.fields.get("status", ""))
    if one.action in _ARRIVED:
        recipient = plain_text(address)
        return Returned(kind=ReturnKind.OTHER, reason=Reason.DELIVERED, recipient=recipient, status=status, reply=reply)
    pending = one.action == "delayed"
    event = _event(address, (said, notice.about(address)), Codes(status, reply), notice, pending=pending)
    if event.reason is Reason.USERUNKNOWN and _ANSWERS_AFTER_THE_LETTER.search(one.fields.get("reporting-mta", "")):
        return replace(event, reason=Reason.FILTERED, gone=False)
    return event


def _by_words(address: str, notice: Notice) -> Returned:
    """Return the event of a recipient that only a text tells of."""
    words = notice.about(address)
    codes, before = codes_in(words), codes_in(notice.opening)
    return _event(address, ("", words), codes if any(codes) else before, notice)


def _event(address: str, said: tuple[str, str], codes: Codes, notice: Notice, *, pending: bool = False) -> Returned:
    """Return the event for ``address``: ``said`` is what the other side said, and what the notice tells of it."""
    status, reply = codes
    reason = reason_of((*said, notice.opening), status, reply, notice.heading)
    return Returned(
        kind=ReturnKind.BOUNCE,
        reason=reason,
        recipient=plain_text(address),
        gone=is_gone(reason, status, reply) and not pending,
        status=status,
        reply=reply,
        pending=pending,
        said=shortened(plain_text((said[0].strip() or said[1])[:_MOST_WORDS]), _LONGEST_SAID),
    )


class Codes(NamedTuple):
    """An enhanced status (RFC 3463) and a reply code of SMTP, as they were said."""

    status: str
    reply: str


def codes_in(text: str) -> Codes:
    """Return the enhanced status and the reply code in ``text``."""
    head = text[:_MOST_WORDS]
    reply = _REPLY.search(head)
    return Codes(_status_in(head), reply[1] if reply else "")


def _status_in(text: str) -> str:
    """Return the first code of a refusal, else the first of any kind: a transcript has those of what went well too."""
    found = _STATUS.findall(text)
    return next((code for code in found if not code.startswith("2")), found[0] if found else "")

"""The parts of a mail that are made for machines -> fields: delivery status (RFC 3464) and feedback (RFC 5965).

Many systems write these fields without the content type that goes with them, in a plain part or in a mail without
parts; so they are found by their names, wherever they stand before the letter that came back.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

MOST_LINES: Final = 4000
MOST_RECIPIENTS: Final = 500
_LONGEST_LINE: Final = 2000
ADDRESS: Final = re.compile(
    r'(?:"[^"\s\\]{1,62}"|[^\s<>()\[\]:;,"\'@\\]{1,64}(?:\'[^\s<>()\[\]:;,"\'@\\]{1,40})?)@(?:[\w-]{1,63}\.){0,8}[\w-]{1,63}'
)
_FIELD: Final = re.compile(r"([A-Za-z][A-Za-z0-9-]{1,40})\s{0,3}:\s{0,9}(.*)")
_OF_REPORTS: Final = frozenset(
    """reporting-mta arrival-date final-recipient original-recipient action status remote-mta diagnostic-code
    last-attempt-date will-retry-until x-actual-recipient x-display-name dsn-gateway received-from-mta
    final-log-id original-envelope-id x-supplementary-info x-postfix-sender x-postfix-queue-id
    x-powermta-bouncecategory""".split()
)
_RECIPIENTS: Final = ("final-recipient", "original-recipient", "x-actual-recipient")
_OF_FEEDBACK: Final = frozenset(
    {"feedback-type", "original-rcpt-to", "removal-recipient", "original-mail-from", "abuse-type"}
)


@dataclass(slots=True)
class Status:
    """What a delivery report says of one recipient, by the names of its fields in small letters."""

    fields: dict[str, str] = field(default_factory=dict)

    @property
    def recipient(self) -> str:
        """The address that the letter was sent to, where the report has it; else the one it came to in the end."""
        wanted = ("original-recipient", "final-recipient", "x-actual-recipient")
        return next((found for name in wanted if (found := address_in(self.fields.get(name, "")))), "")

    @property
    def said(self) -> str:
        """What the other side said, and what PowerMTA takes it for."""
        category = self.fields.get("x-powermta-bouncecategory", "")
        return f"{self.fields.get('diagnostic-code', '')} {category and f'powermta {category}'}".strip()

    @property
    def action(self) -> str:
        """What became of it: failed, delayed, delivered, relayed or expanded."""
        return " ".join(self.fields.get("action", "").lower().split()[:1]).strip(";,.")


def address_in(text: str) -> str:
    """Return the first address in ``text``, or an empty text."""
    found = ADDRESS.search(text[:_LONGEST_LINE])
    return found[0] if found else ""


def statuses(text: str) -> list[Status]:
    """Return what ``text`` says in fields of RFC 3464, a recipient each."""
    found: list[Status] = []
    shared: dict[str, str] = {}
    for name, value in _fields(text, _OF_REPORTS):
        if name in _RECIPIENTS and (not found or name in found[-1].fields or "action" in found[-1].fields):
            if len(found) == MOST_RECIPIENTS:
                break
            found.append(Status())
        (found[-1].fields if found else shared).setdefault(name, value)
    for one in found:
        for name in ("action", "status", "diagnostic-code", "reporting-mta"):
            if name in shared:
                one.fields.setdefault(name, shared[name])
    return [one for one in found if any(one.fields.get(name) for name in _RECIPIENTS)]


def feedback(text: str) -> Mapping[str, Sequence[str]]:
    """Return the fields of RFC 5965 in ``text`` by name; nothing where no type of feedback is among them."""
    found: dict[str, list[str]] = {}
    for name, value in _fields(text, _OF_FEEDBACK):
        values = found.setdefault(name, [])
        if len(values) < MOST_RECIPIENTS:
            values.append(value)
    return found if found.get("feedback-type") else {}


def _fields(text: str, known: frozenset[str]) -> Iterator[tuple[str, str]]:
    """Yield the fields of ``text`` that are ``known``, with the lines that go on them."""
    name, value = "", ""
    for line in text.split("\n", MOST_LINES)[:MOST_LINES]:
        if name and line[:1] in {" ", "\t"} and line.strip():
            value = f"{value} {line.strip()}"[:_LONGEST_LINE]
            continue
        if name:
            yield name, value
        found = _FIELD.match(line[:_LONGEST_LINE])
        name = found[1].lower() if found and found[1].lower() in known else ""
        value = found[2].strip() if found else ""
    if name:
        yield name, value

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
_OF_ALL: Final = ("action", "status", "diagnostic-code", "reporting-mta")
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
    for group in _groups(text):
        named = _recipients_of(group)
        found += named[: MOST_RECIPIENTS - len(found)]
        if not named:  # fields of all recipients, or more of the last one behind an empty line too many
            _add((found[-1].fields if found else shared), group)
    for one in found:
        _add(one.fields, [(name, shared[name]) for name in _OF_ALL if name in shared])
    return found


def _recipients_of(group: Sequence[tuple[str, str]]) -> list[Status]:
    """Return the recipients of a group of fields: one, in whatever order, unless its fields come again."""
    names = [name for name, _ in group]
    if not any(name in names for name in _RECIPIENTS):
        return []
    if all(names.count(name) <= 1 for name in _RECIPIENTS):
        return [Status(dict(reversed(group)))]
    found = [Status()]
    for name, value in group:
        if name in _RECIPIENTS and (name in found[-1].fields or "action" in found[-1].fields):
            found.append(Status())
        found[-1].fields.setdefault(name, value)
    return found


def _add(fields: dict[str, str], more: Sequence[tuple[str, str]]) -> None:
    for name, value in more:
        fields.setdefault(name, value)


def _groups(text: str) -> Iterator[list[tuple[str, str]]]:
    """Yield the fields of reports in ``text``, those between empty lines together."""
    group: list[tuple[str, str]] = []
    for name, value in _fields(text, _OF_REPORTS):
        if name:
            group.append((name, value))
        elif group:
            yield group
            group = []
    if group:
        yield group


def feedback(text: str) -> Mapping[str, Sequence[str]]:
    """Return the fields of RFC 5965 in ``text`` by name; nothing where no type of feedback is among them."""
    found: dict[str, list[str]] = {}
    for name, value in _fields(text, _OF_FEEDBACK):
        if name and len(values := found.setdefault(name, [])) < MOST_RECIPIENTS:
            values.append(value)
    return found if found.get("feedback-type") else {}


def _fields(text: str, known: frozenset[str]) -> Iterator[tuple[str, str]]:
    """Yield the fields of ``text`` that are ``known``, with the lines that go on them, and none at each empty line."""
    name, value = "", ""
    for line in text.split("\n", MOST_LINES)[:MOST_LINES]:
        if name and line[:1] in {" ", "\t"} and line.strip():
            value = f"{value} {line.strip()}"[:_LONGEST_LINE]
            continue
        if name:
            yield name, value
        if not line.strip():
            yield "", ""
        found = _FIELD.match(line[:_LONGEST_LINE])
        name = found[1].lower() if found and found[1].lower() in known else ""
        value = found[2].strip() if found else ""
    if name:
        yield name, value

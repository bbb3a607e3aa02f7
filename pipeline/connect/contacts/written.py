"""People to files that other programs read: vCard 4.0 and 3.0, and a table whose cells no spreadsheet runs.

What vCard has no property for is written under names of our own (``X-BYLINE-…``), which others pass over; read again,
nothing is lost.
"""

from __future__ import annotations

import csv
import io
from typing import TYPE_CHECKING, Any, Final

from pipeline.connect.contacts.tables import AS_TEXT, OURS

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from pipeline.model import Person

_WIDTH: Final = 75
"""Bytes of a line (RFC 6350, section 3.2)."""
_ESCAPES: Final = str.maketrans({"\\": "\\\\", ",": "\\,", ";": "\\;", "\n": "\\n"})
_OWN: Final = (
    ("X-BYLINE-MET", "met"),
    ("X-BYLINE-CONNECTED-ON", "connected_on"),
    ("X-BYLINE-WORKS-SINCE", "works_since"),
    ("X-BYLINE-WATCHED", "is_watched"),
    ("X-BYLINE-IDEAL-DAYS", "ideal_days"),
    ("X-BYLINE-LATEST-DAYS", "latest_days"),
    ("X-BYLINE-SNOOZED-UNTIL", "snoozed_until"),
    ("X-BYLINE-LEFT-ALONE", "is_left_alone"),
)


def vcards(people: Iterable[Person], version: str = "4.0") -> Iterator[str]:
    """Yield a card of each person, in vCard 4.0 or 3.0, with its line ends."""
    for person in people:
        lines = ("BEGIN:VCARD", f"VERSION:{version}", *_properties(person, version), "END:VCARD")
        yield "".join(f"{line}\r\n" for whole in lines for line in _folded(whole))


def _properties(person: Person, version: str) -> Iterator[str]:
    yield f"FN:{_text(person.name)}"
    if version == "3.0":
        given, _, family = person.name.rpartition(" ")
        yield f"N:{_text(family)};{_text(given)};;;"  # which 3.0 must have
    yield from _said("ORG", person.organisation)
    yield from _said("TITLE", person.role)
    yield from (f"EMAIL:{_text(mail)}" for mail in person.emails)
    yield from (f"TEL:{_text(phone)}" for phone in person.phones)
    yield from (f"URL:{_text(url)}" for url in person.profiles)
    if person.place:
        yield f"ADR:;;;{_text(person.place)};;;"
    if person.tags:
        yield f"CATEGORIES:{','.join(map(_text, person.tags))}"
    yield from (f"INTEREST:{_text(topic)}" for topic in person.topics)
    yield from _said("NOTE", person.notes)
    if person.birthday:
        yield f"BDAY:{_day(person.birthday, version)}"
    yield from (f"X-BYLINE-FORMER:{_text(former)}" for former in person.former)
    for name, field in _OWN:
        value = getattr(person, field)
        yield from _said(name, "yes" if value is True else str(value or ""))
    yield from (f"X-BYLINE-ASIDE:{_text(each.fact)};{_text(each.said)}" for each in person.aside)


def _said(name: str, value: str) -> Iterator[str]:
    if value:
        yield f"{name}:{_text(value)}"


def _text(value: str) -> str:
    return value.translate(_ESCAPES)


def _day(birthday: str, version: str) -> str:
    """Return a birthday as the version has it: 4.0 without dashes, and 3.0 knows none without a year."""
    if version == "3.0":
        return birthday
    return f"--{birthday[2:].replace('-', '')}" if birthday.startswith("--") else birthday.replace("-", "")


def _folded(line: str) -> Iterator[str]:
    """Yield ``line`` in parts that are short enough, none of which ends within a letter."""
    if len(line) <= _WIDTH and line.isascii():
        yield line
        return
    part, size = "", 0
    for letter in line:
        many = len(letter.encode("utf-8", "replace"))
        if size + many > _WIDTH:
            yield part
            part, size = " ", 1
        part += letter
        size += many
    yield part


def table(people: Iterable[Person]) -> Iterator[str]:
    """Yield the lines of a CSV table of people, its header first; a cell that would run as a formula is made text."""
    yield _line(OURS)
    for person in people:
        yield _line([_cell(name, getattr(person, name)) for name in OURS])


def _cell(name: str, value: Any) -> str:
    if name == "aside":
        return "\n".join(f"{each.fact}: {each.said}" for each in value)
    if isinstance(value, tuple):
        return "\n".join(value)
    if value is True:
        return "yes"
    return str(value or "")


def _line(cells: Iterable[str]) -> str:
    out = io.StringIO()
    csv.writer(out).writerow([f"'{cell}" if cell.startswith(AS_TEXT) else cell for cell in cells])
    return out.getvalue()

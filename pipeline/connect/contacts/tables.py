"""Tables of contacts out of other programs: lines of CSV to what each says of a person, under our names.

A table is known by names in its header, which may stand under lines of notes, as LinkedIn's does. A line that is none
is told of with its number; a quotation mark that is never closed costs its own line and no other.
"""

from __future__ import annotations

import csv
import io
from collections import deque
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from pipeline.connect.contacts.facts import Card, Head, Refused, person_from
from pipeline.connect.contacts.lines import LONGEST, Line
from pipeline.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

DEEPEST_HEADER: Final = 40
"""Lines among which the header is looked for."""
_MOST_LINES: Final = 300
"""Lines that one record may have: notes have line breaks."""
_SEPARATORS: Final = (",", ";", "\t")
AS_TEXT: Final = ("=", "+", "-", "@", "\t", "\r", "'")
"""What makes a spreadsheet take a cell for a formula; we write such a cell after an apostrophe."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Kind:
    """How a program writes its table: by which columns it is known, and what they mean.

    ``names`` are the columns that make up a name, in their order, where none has it whole; ``parted`` is what stands
    between several values in one cell.
    """

    name: str
    known_by: frozenset[str]
    columns: Mapping[str, str]
    names: tuple[str, ...] = ()
    parted: str = ""


def _numbered(pattern: str, field: str, most: int = 9) -> dict[str, str]:
    return {pattern.format(number): field for number in range(1, most + 1)}


_GOOGLE: Final = (
    _numbered("e-mail {} - value", "emails")
    | _numbered("phone {} - value", "phones")
    | _numbered("website {} - value", "profiles")
    | {"address 1 - city": "place", "birthday": "birthday", "notes": "notes"}
)
OURS: Final = (
    *("name", "role", "organisation", "former", "emails", "phones", "profiles", "place", "tags", "topics", "met"),
    *("notes", "birthday", "connected_on", "works_since", "is_watched", "ideal_days", "latest_days"),
    *("snoozed_until", "is_left_alone", "aside"),
)
"""The columns of a table that Byline writes."""
KINDS: Final = (
    Kind(
        name="Byline",
        known_by=frozenset({"name", "is_left_alone", "aside"}),
        columns={name: name for name in OURS},
        parted="\n",
    ),
    Kind(
        name="LinkedIn",
        known_by=frozenset({"first name", "last name", "connected on"}),
        columns={
            "url": "profiles",
            "email address": "emails",
            "company": "organisation",
            "position": "role",
            "connected on": "connected_on",
        },
        names=("first name", "last name"),
    ),
    Kind(
        name="Google Contacts, as it was until 2024",
        known_by=frozenset({"given name", "family name", "group membership"}),
        columns=_GOOGLE
        | {
            "name": "name",
            "organization 1 - name": "organisation",
            "organization 1 - title": "role",
            "group membership": "tags",
        },
        names=("given name", "additional name", "family name"),
        parted=" ::: ",
    ),
    Kind(
        name="Google Contacts",
        known_by=frozenset({"first name", "last name", "labels", "organization name"}),
        columns=_GOOGLE | {"organization name": "organisation", "organization title": "role", "labels": "tags"},
        names=("first name", "middle name", "last name"),
        parted=" ::: ",
    ),
    Kind(
        name="Outlook",
        known_by=frozenset({"first name", "last name", "e-mail address", "company"}),
        columns={
            **dict.fromkeys(("e-mail address", "e-mail 2 address", "e-mail 3 address"), "emails"),
            **dict.fromkeys(
                ("business phone", "business phone 2", "mobile phone", "home phone", "primary phone"), "phones"
            ),
            **dict.fromkeys(("web page", "personal web page"), "profiles"),
            **dict.fromkeys(("business city", "home city", "other city"), "place"),
            "company": "organisation",
            "job title": "role",
            "birthday": "birthday",
            "notes": "notes",
            "categories": "tags",
        },
        names=("first name", "middle name", "last name"),
        parted=";",
    ),
)
_PARTED: Final = frozenset({"emails", "phones", "profiles", "tags", "former", "topics", "aside"})
"""What one cell may hold several of."""
_SAYS_NOTHING: Final = {"birthday": ("0/0/00", "00/00/00", "0000-00-00"), "tags": ("* mycontacts", "* starred")}


@dataclass(frozen=True, slots=True)
class Record:
    """The lines of one record, from the first on; ``fault`` says why they are none."""

    line: int
    text: str
    fault: str = ""


def records(lines: Iterable[Line]) -> Iterator[Record]:
    """Yield the records of a table; where a quotation mark stays open, its line is no record, and the next may be."""
    coming, waiting = iter(lines), deque[Line]()
    while line := waiting.popleft() if waiting else next(coming, None):
        parts, size = [line], len(line.text)
        is_open = line.text.count('"') % 2 == 1
        while is_open and not parts[-1].fault and len(parts) < _MOST_LINES and size < LONGEST:
            more = waiting.popleft() if waiting else next(coming, None)
            if more is None:
                break
            parts.append(more)
            size += len(more.text)
            is_open = more.text.count('"') % 2 == 0
        if is_open and not line.fault:
            waiting.extendleft(reversed(parts[1:]))
            yield Record(line.number, line.text, "opens a quotation mark that is not closed")
        elif line.fault or not is_open:
            yield Record(line.number, "\n".join(part.text for part in parts), line.fault or parts[-1].fault)


def cards_of(lines: Iterable[Line], name: str) -> Iterator[Card | Refused | Head]:
    """Yield whom the lines of a table tell of. Raises ``UsageError`` where it has no header that is known."""
    found = records(lines)
    kind, columns, separator = _header(found, name)
    yield Head(text=separator.join(f'"{column}"' for column in columns))
    meant = [(place, field) for place, column in enumerate(columns) if (field := kind.columns.get(column))]
    named = [columns.index(name) for name in kind.names if name in columns]
    for record in found:
        if not record.text.strip(f" {separator}"):
            continue
        try:
            cells = _cells_of(record, separator, len(columns))
            yield Card(line=record.line, person=person_from(_facts(kind, meant, named, cells)))
        except ValueError as error:
            yield Refused(line=record.line, because=str(error), text=record.text)


def _header(found: Iterator[Record], name: str) -> tuple[Kind, Sequence[str], str]:
    for _, record in zip(range(DEEPEST_HEADER), found, strict=False):
        for separator in _SEPARATORS:
            try:
                cells = _cells(record.text, separator)
            except ValueError:
                continue
            columns = [cell.strip().strip("\ufeff").lower() for cell in cells]
            kind = next((each for each in KINDS if each.known_by <= set(columns)), None)
            if kind:
                return kind, columns, separator
    known = "; ".join(f"{kind.name} ({', '.join(sorted(kind.known_by))})" for kind in KINDS)
    raise UsageError(f"{name} has no header that is known; it must be that of one of these: {known}")


def _cells_of(record: Record, separator: str, many: int) -> list[str]:
    """Return the cells of a record. Raises ``ValueError`` where it is none, or not as wide as the header."""
    if record.fault:
        raise ValueError(record.fault)
    cells = _cells(record.text, separator)
    if len(cells) != many:
        raise ValueError(f"has {len(cells)} cells where the header has {many}")
    return cells


def _cells(text: str, separator: str) -> list[str]:
    try:
        return next(csv.reader(io.StringIO(text, newline="\n"), delimiter=separator, strict=True), [])
    except csv.Error as error:
        too_long = len(text) > csv.field_size_limit()
        raise ValueError("has a cell that is far too long" if too_long else f"is no line of a table: {error}") from None


def _facts(
    kind: Kind, meant: Sequence[tuple[int, str]], named: Sequence[int], cells: Sequence[str]
) -> dict[str, list[str]]:
    """Return what a line says; ``meant`` tells which cells mean what, ``named`` which make up the name."""
    facts: dict[str, list[str]] = {}
    for place, field in meant:
        cell = cells[place]
        if not cell:
            continue
        cell = as_meant(cell) if kind.name == "Byline" else cell
        several = cell.split(kind.parted) if kind.parted and field in _PARTED else [cell]
        nothing = _SAYS_NOTHING.get(field, ())
        facts.setdefault(field, []).extend(each for each in several if each.strip().lower() not in nothing)
    if named and not facts.get("name"):
        facts["name"] = [" ".join(part for place in named if (part := cells[place].strip()))]
    return facts


def as_meant(cell: str) -> str:
    """Take off the apostrophe that keeps a spreadsheet from running a cell, and no other."""
    return cell[1:] if cell[:1] == "'" and cell[1:].startswith(AS_TEXT) else cell

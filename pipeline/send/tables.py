"""Tables of readers out of other programs: CSV in, rows by the names that Byline gives its columns out.

Each letter service writes its table its own way. One that is known by its header is read as that service means it, and
whatever else stands in it (a State that is a place, a Type that is a price) is passed over.
"""

from __future__ import annotations

import csv
import io
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from pipeline.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

AS_TEXT: Final = ("=", "+", "-", "@", "\t", "\r", "'")
"""What makes a spreadsheet take a cell for a formula; such a cell is written after an apostrophe, as is one with it."""
_NO: Final = frozenset({"", "false", "no", "0", "f", "n"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Service:
    """How a letter service writes its table: by which columns it is known, and what those of its own mean.

    Of ``off`` and ``on`` each says whether letters go there; whoever has a time in ``gone`` went by then, and is
    called as that says.
    """

    name: str
    known_by: tuple[frozenset[str], ...]
    columns: Mapping[str, str]
    off: str = ""
    on: str = ""
    gone: Mapping[str, str] | None = None


_SERVICES: Final = (
    Service(
        name="Mailchimp",
        known_by=(frozenset({"email address", "optin_time"}), frozenset({"email address", "leid"})),
        columns={"optin_time": "asked_at", "confirm_time": "consented_at"},
        gone={"unsub_time": "unsubscribed", "clean_time": "cleaned"},
    ),
    Service(
        name="Substack",
        known_by=(frozenset({"email", "email_disabled"}), frozenset({"email", "paid upgrade date", "start date"})),
        columns={"created_at": "consented_at", "start date": "consented_at"},
        off="email_disabled",
        gone={"cancel date": "cancelled"},
    ),
    Service(
        name="Buttondown",
        known_by=(frozenset({"email_address", "creation_date"}), frozenset({"email", "creation_date"})),
        columns={"creation_date": "consented_at", "type": "state", "subscriber_type": "state"},
        gone={"unsubscription_date": "unsubscribed"},
    ),
    Service(
        name="Ghost",
        known_by=(frozenset({"email", "subscribed_to_emails"}),),
        columns={"created_at": "consented_at"},
        on="subscribed_to_emails",
        gone={"deleted_at": "deleted"},
    ),
    Service(
        name="beehiiv",
        known_by=tuple(
            frozenset({"email", "status", mark})
            for mark in ("created_at", "created at", "created", "subscription_tier", "utm_source")
        ),
        columns={
            "status": "state",
            "created_at": "consented_at",
            "created at": "consented_at",
            "created": "consented_at",
        },
    ),
)
_EVERYWHERE: Final = {
    **dict.fromkeys(("email", "e-mail", "email address", "e-mail address", "email_address", "mail"), "email"),
    **dict.fromkeys(("name", "full name", "full_name"), "name"),
    **dict.fromkeys(("zone", "timezone", "time zone", "time_zone"), "zone"),
    **dict.fromkeys(("first name", "first_name", "firstname", "given name"), "first"),
    **dict.fromkeys(("last name", "last_name", "lastname", "surname", "family name"), "last"),
}
_OURS: Final = {
    "state": "state",
    "status": "state",
    "consent": "consent",
    "consented_at": "consented_at",
}
"""What columns mean in a table that is of no service we know."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """The lines of a table with their numbers in the file, and which service wrote it, if that is known."""

    rows: tuple[tuple[int, Mapping[str, str]], ...]
    service: str
    tells_consent: bool


def table_of(text: str) -> Table:
    """Return the lines of a CSV table with a column of addresses. Raises ``UsageError`` where it is none."""
    lines = _lines(text)
    header = [cell.strip().lower() for cell in lines[0][1]] if lines else []
    service = next((each for each in _SERVICES if any(marks <= set(header) for marks in each.known_by)), None)
    meanings = {**_EVERYWHERE, **(service.columns if service else _OURS)}
    names = [meanings.get(name, "") for name in header]
    begun = 1
    if lines and "email" not in names:
        names, begun = _guessed(lines[0][1]), 0
    rows = tuple((number, _row(names, header, cells, service)) for number, cells in lines[begun:])
    return Table(rows=rows, service=service.name if service else "", tells_consent="consent" in names)


def _lines(text: str) -> list[tuple[int, Sequence[str]]]:
    table = text.removeprefix("\ufeff")
    first = table.lstrip("\r\n").partition("\n")[0]
    separator = ";" if first.count(";") > first.count(",") else ","
    reader = csv.reader(io.StringIO(table, newline=""), delimiter=separator, strict=True)
    try:
        return [(reader.line_num, cells) for cells in reader if any(cell.strip() for cell in cells)]
    except csv.Error as error:
        raise UsageError(f"line {reader.line_num} is no line of a CSV table: {error}") from error


def _row(names: Sequence[str], header: Sequence[str], cells: Sequence[str], service: Service | None) -> dict[str, str]:
    """Return a line by our names; of two columns that mean the same, the first that says something counts."""
    row: dict[str, str] = {"email": ""}
    for name, cell in zip(names, map(_as_meant, cells), strict=False):
        if name and not row.get(name):
            row[name] = cell
    row["name"] = row.get("name") or f"{row.get('first', '')} {row.get('last', '')}".strip()
    row["consented_at"] = row.get("consented_at") or row.get("asked_at", "")
    if service:
        row["state"] = _why_gone(dict(zip(header, cells, strict=False)), service) or row.get("state", "")
    return row


def _why_gone(said: Mapping[str, str], service: Service) -> str:
    """Return how a service calls somebody who gets no letters; empty where they do."""
    for column, called in (service.gone or {}).items():
        if said.get(column, "").strip():
            return called
    if service.off and said.get(service.off, "").strip().lower() not in _NO:
        return f"{service.off} {said[service.off].strip()}"
    if service.on and said.get(service.on, "").strip().lower() in _NO:
        return f"{service.on} {said.get(service.on, '').strip() or 'empty'}"
    return ""


def _guessed(cells: Sequence[str]) -> list[str]:
    """Name the columns of a table without a header by its first line. Raises ``UsageError`` where nothing tells."""
    others = iter(["name"] if len(cells) <= 2 else ["first", "last"])  # noqa: PLR2004  (address and name)
    names = ["email" if "@" in cell else next(others, "") for cell in cells]
    if names.count("email") != 1:
        raise UsageError("the first line names no column `email`; add a header line such as email,name")
    return names


def _as_meant(cell: str) -> str:
    """Take off the apostrophe that keeps a spreadsheet from running a cell, and no other."""
    cell = cell.strip()
    return cell[1:] if cell[:1] == "'" and cell[1:].startswith(AS_TEXT) else cell

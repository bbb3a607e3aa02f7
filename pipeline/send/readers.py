"""The list of readers: adding by hand, CSV in and out, and all about one of them, to be shown or erased."""

from __future__ import annotations

import csv
import io
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Final

from pipeline.errors import UsageError
from pipeline.html import plain_text, shortened
from pipeline.model import ReaderState, utc
from pipeline.store import forgotten as erased
from pipeline.store import send as kept

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from sqlalchemy import Connection

    from pipeline.model import Reader
    from pipeline.send.tokens import Tokens
    from pipeline.store import Store

COLUMNS: Final = ("email", "name", "state", "consent", "consented_at")
LONGEST_NAME: Final = 200
"""Characters; a header line ends at 998 bytes (RFC 5322)."""
_EMAIL_NAMES: Final = frozenset({"email", "e-mail", "email address", "e-mail address", "mail"})
_FIRST_NAMES: Final = frozenset({"first name", "first_name", "firstname", "given name"})
_LAST_NAMES: Final = frozenset({"last name", "last_name", "lastname", "surname", "family name"})
_ACTIVE: Final = frozenset({"", "active", "subscribed", "enabled", "confirmed"})
"""What lists of other programs call somebody who gets letters; whoever is marked otherwise does not."""
_AS_TEXT: Final = ("=", "+", "-", "@", "\t", "\r", "'")
"""What makes a spreadsheet take a cell for a formula; such a cell is written after an apostrophe, as is one with it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Imported:
    """What came of an import: the readers added, and each line refused with its number and reason."""

    added: int
    refused: tuple[tuple[int, str], ...]


class Readers:
    """The list in ``store``, at the time ``now``; ``tokens`` tell whose address was erased."""

    def __init__(self, store: Store, tokens: Tokens, now: datetime) -> None:
        self._store, self._tokens, self._now = store, tokens, now

    def add(self, email: str, name: str, consent: str, *, again: bool = False, at: datetime | None = None) -> Reader:
        """Add one reader, who agreed ``at`` that time; with ``again`` also one who left and asked anew.

        Raises ``UsageError`` where the address is none, or is known already.
        """
        address, since = _address_of(email), at or self._now
        marks = self._tokens.marks(kept.email_key(address))
        with self._store.writing() as connection:
            if again:
                erased.know_again(connection, marks)
            elif erased.is_forgotten(connection, marks):
                raise UsageError(f"{address} was erased from the list; {_AGAIN}")
            called = shortened(plain_text(name), LONGEST_NAME)
            reader = kept.add_reader(connection, address, called, plain_text(consent), since)
            if reader is None and again:
                reader = kept.rejoin(connection, address, plain_text(consent), since)
            known = kept.reader_by_email(connection, address)
        if reader is None:
            raise UsageError(f"{address} {_KNOWN[known.state if known else ReaderState.ACTIVE]}")
        return reader

    def remove(self, email: str) -> Reader:
        """Take a reader off the list; the address is remembered, so that no import brings it back."""
        with self._store.writing() as connection:
            reader = _found(connection, email)
            if reader.state is ReaderState.LEFT:
                raise UsageError(_NOT_THERE.format(plain_text(email)))
            kept.mark_left(connection, reader.id, self._now)
        return reader

    def import_csv(self, text: str, consent: str) -> Imported:
        """Add a reader for each line of a CSV table with a column of addresses; refuse lines one by one.

        Raises ``UsageError`` where it cannot be told any more who was erased.
        """
        self._see_that_the_erased_are_known()
        added, refused = 0, []
        for line, row in _rows(text):
            try:
                if row.get("state", "").lower() not in _ACTIVE:
                    raise UsageError(f"is marked {row['state']}")  # noqa: TRY301  (one refusal like the others)
                self.add(row["email"], row["name"], row.get("consent") or consent, at=_moment(row, self._now))
                added += 1
            except UsageError as error:
                refused.append((line, str(error)))
        return Imported(added=added, refused=tuple(refused))

    def export_csv(self) -> str:
        """Return all readers as CSV; a cell that a spreadsheet would run as a formula is made text."""
        with self._store.reading() as connection:
            readers = kept.readers_in(connection)
        out = io.StringIO()
        writer = csv.writer(out)
        writer.writerow(COLUMNS)
        for reader in readers:
            cells = (reader.email, reader.name, reader.state, reader.consent, reader.consented_at.isoformat())
            writer.writerow([f"'{cell}" if cell.startswith(_AS_TEXT) else cell for cell in cells])
        return out.getvalue()

    def show(self, email: str) -> Mapping[str, Any]:
        """Return everything that is kept about one address. Raises ``UsageError`` where nothing is."""
        with self._store.reading() as connection:
            reader = _found(connection, email)
            topics = kept.preferences_of(connection, reader).topics
            return erased.everything_about(connection, reader.id) | {"topics": topics}

    def erase(self, email: str) -> str:
        """Erase everything about one address but a mark, by which no import brings it back. Return the address.

        Raises ``UsageError`` where nothing is kept of it, or a letter is on its way there.
        """
        with self._store.writing() as connection:
            reader = _found(connection, email)
            if erased.is_on_its_way(connection, reader.id):
                raise UsageError(
                    f"a letter to {reader.email} is on its way, or nobody knows whether it arrived: wait for the end "
                    "of the send, settle what `byline status` calls uncertain, and erase them then"
                )
            erased.erase(connection, reader.id)
            erased.forget(connection, self._tokens.marks(kept.email_key(reader.email))[0], self._now)
        return reader.email

    def _see_that_the_erased_are_known(self) -> None:
        keys = {mark.key for mark in self._tokens.marks("")}
        with self._store.reading() as connection:
            if erased.marked_by_others(connection, keys):
                raise UsageError(
                    "some who were erased are known by a key that is not here any more, and an import could bring them "
                    "back: put it at the end of BYLINE_TOKEN_KEYS, or back into .byline/token.key. If it is lost, add "
                    "people one by one with `byline readers add`"
                )


_NOT_THERE: Final = "{} is not on the list; `byline readers list` shows who is"
_AGAIN: Final = "if they ask for the letter anew, `byline readers add --again` takes them back"
_KNOWN: Final = {
    ReaderState.PENDING: "asked for the letter, and has not confirmed yet; `byline readers add --again` takes them so",
    ReaderState.ACTIVE: "is a reader already",
    ReaderState.PAUSED: "is a reader already, who paused the letter",
    ReaderState.LEFT: f"left the list; {_AGAIN}",
}


def _found(connection: Connection, email: str) -> Reader:
    """Return the reader with this address. Raises ``UsageError`` where there is none."""
    with suppress(ValueError):
        email = address_of(email)
    reader = kept.reader_by_email(connection, email)
    if reader is None:
        raise UsageError(_NOT_THERE.format(plain_text(email)))
    return reader


def _address_of(email: str) -> str:
    try:
        return address_of(email)
    except ValueError as error:
        why = f"{plain_text(email)} is no mail address: {error}" if email.strip() else "has no mail address"
        raise UsageError(why) from None


def _moment(row: Mapping[str, str], now: datetime) -> datetime:
    """Return when the reader of a line agreed: as it says (a day begins in UTC), or now where it says nothing."""
    said = row.get("consented_at", "")
    if not said:
        return now
    try:
        moment = datetime.fromisoformat(said)
        return utc(moment if moment.tzinfo else moment.replace(tzinfo=UTC))
    except (ValueError, OverflowError):
        raise UsageError(f"{plain_text(said)} is no time of consent; write it as 2026-11-23") from None


def address_of(email: str) -> str:
    """Return the address as mail servers take it. Raises ``ValueError`` in words."""
    from email_validator import validate_email

    checked = validate_email(
        email.strip(), check_deliverability=False, allow_smtputf8=False, test_environment=True, strict=True
    )
    return checked.ascii_email or checked.normalized


def _rows(text: str) -> Iterator[tuple[int, dict[str, str]]]:
    """Yield the lines of a table by the names that Byline gives its columns, with their numbers in the file."""
    table = text.removeprefix("\ufeff")
    first = table.partition("\n")[0]
    separator = ";" if first.count(";") > first.count(",") else ","
    reader = csv.reader(io.StringIO(table, newline=""), delimiter=separator, strict=True)
    names: list[str] | None = None
    try:
        for cells in reader:
            if not any(cell.strip() for cell in cells):
                continue
            if names is None:
                names = [_column(cell) for cell in cells]
                if "email" in names:
                    continue
                names = _guessed(cells)
            row = dict(zip(names, (_as_meant(cell) for cell in cells), strict=False))
            full_name = row.get("name") or f"{row.get('first', '')} {row.get('last', '')}".strip()
            yield reader.line_num, {"email": "", **row, "name": full_name}
    except csv.Error as error:
        raise UsageError(f"line {reader.line_num} is no line of a CSV table: {error}") from error


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
    return cell[1:] if cell[:1] == "'" and cell[1:].startswith(_AS_TEXT) else cell


def _column(header: str) -> str:
    name = header.strip().lower()
    for known, names in (("email", _EMAIL_NAMES), ("first", _FIRST_NAMES), ("last", _LAST_NAMES)):
        if name in names:
            return known
    return {"status": "state", "full name": "name"}.get(name, name)

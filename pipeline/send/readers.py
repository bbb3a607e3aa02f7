"""The list of readers: adding by hand, CSV in and out, and all about one of them, to be shown or erased."""

from __future__ import annotations

import csv
import io
import re
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Final

from pipeline.errors import UsageError
from pipeline.html import plain_text, shortened
from pipeline.model import ReaderState, utc
from pipeline.send.limits import known_zone
from pipeline.send.tables import AS_TEXT, table_of
from pipeline.store import forgotten as erased
from pipeline.store import send as kept

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sqlalchemy import Connection

    from pipeline.model import Reader
    from pipeline.send.tokens import Tokens
    from pipeline.store import Store

COLUMNS: Final = ("email", "name", "state", "consent", "consented_at", "zone")
_EPOCH: Final = re.compile(r"[0-9]{9,10}")
"""Seconds since 1970, as some services tell times."""
LONGEST_NAME: Final = 200
"""Characters; a header line ends at 998 bytes (RFC 5322)."""
_ACTIVE: Final = frozenset(
    {"", "active", "subscribed", "enabled", "confirmed", "regular", "premium", "gifted", "trialed"}
)
"""What lists of other programs call somebody who gets letters; whoever is marked otherwise does not."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Imported:
    """What came of an import: the readers added, each line refused with its number and reason, whose table it was.

    ``noted`` are lines whose reader was added, with what was not taken of them.
    """

    added: int
    refused: tuple[tuple[int, str], ...]
    noted: tuple[tuple[int, str], ...]
    service: str = ""


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
            if reader.state is ReaderState.LEFT and not reader.because:
                raise UsageError(_NOT_THERE.format(plain_text(email)))
            kept.mark_left(connection, reader.id, self._now)
        return reader

    def import_csv(self, text: str, consent: str) -> Imported:
        """Add a reader for each line of a CSV table with a column of addresses; refuse lines one by one.

        ``consent`` says how they agreed, where the table does not. Raises ``UsageError`` where neither does, or it
        cannot be told any more who was erased.
        """
        self._see_that_the_erased_are_known()
        table = table_of(text)
        if not (consent.strip() or table.tells_consent):
            raise UsageError("the table does not say how these people agreed to get letters: say it by --consent")
        added, refused, noted = 0, [], []
        for line, row in table.rows:
            try:
                note = self._take(row, consent)
            except UsageError as error:
                refused.append((line, str(error)))
                continue
            added += 1
            noted += [(line, note)] if note else []
        return Imported(added=added, refused=tuple(refused), noted=tuple(noted), service=table.service)

    def _take(self, row: Mapping[str, str], consent: str) -> str:
        """Add the reader of one line. Return what was not taken of it. Raises ``UsageError`` where they are none."""
        if row.get("state", "").lower() not in _ACTIVE:
            raise UsageError(f"is marked {plain_text(row['state'])}")
        agreed = row.get("consent") or consent
        if not agreed.strip():
            raise UsageError("does not say how they agreed: say it by --consent")
        reader = self.add(row["email"], row["name"], agreed, at=_moment(row, self._now))
        given = row.get("zone", "").strip()
        if zone := known_zone(given):
            with self._store.writing() as connection:
                kept.note_zone(connection, reader.id, zone)
        elif given:
            said = plain_text(given[:60])
            return f"{reader.email} is added, but {said} is no time zone that is known, as Europe/Paris is"
        return ""

    def export_csv(self) -> str:
        """Return all readers as CSV; a cell that a spreadsheet would run as a formula is made text."""
        with self._store.reading() as connection:
            readers = kept.readers_in(connection)
        out = io.StringIO()
        writer = csv.writer(out)
        writer.writerow(COLUMNS)
        for reader in readers:
            cells = (
                reader.email,
                reader.name,
                reader.state_at(self._now),
                reader.consent,
                reader.consented_at.isoformat(),
                reader.zone,
            )
            writer.writerow([f"'{cell}" if cell.startswith(AS_TEXT) else cell for cell in cells])
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
        with self._store.erasing() as connection:
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
        if _EPOCH.fullmatch(said):
            return datetime.fromtimestamp(int(said), UTC)
        moment = datetime.fromisoformat(said.removesuffix(" UTC"))
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

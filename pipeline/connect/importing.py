"""Files of contacts into the store: one after the other, in one transaction for each, with what was refused kept aside.

What comes in is what ``contacts`` tells; ``same`` says who is who. Nobody becomes a reader by it.
"""

from __future__ import annotations

import os
from dataclasses import dataclass, field, replace
from itertools import islice
from typing import TYPE_CHECKING, Final, TextIO

from pipeline.connect.contacts import contacts
from pipeline.connect.contacts.facts import Card, Head, Place, Refused
from pipeline.connect.same import (
    is_same,
    keys_of,
    merged,
    merged_organisation,
    organisation_key,
    said_by_hand,
)
from pipeline.errors import UsageError
from pipeline.store import people as kept

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from datetime import datetime
    from pathlib import Path
    from types import TracebackType
    from typing import Self

    from sqlalchemy import Connection

    from pipeline.connect.contacts import Told
    from pipeline.model import Person, PersonId, PlainText
    from pipeline.store import Store

_AT_ONCE: Final = 1_000
"""Cards that are looked up and stored together."""
_MOST_TOLD: Final = 1_000
"""So many who were merged, and so many refused lines, are told of one by one; the others are counted."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Merged:
    """A card that was taken for a person who is known: at which line, by what, and what then changed."""

    line: int
    told: PlainText
    known: PlainText
    by: str
    changed: tuple[str, ...]


@dataclass(slots=True, kw_only=True)
class Imported:
    """What became of a file; ``kept_in`` holds what was refused, as it stood."""

    file: Path
    added: int = 0
    changed: int = 0
    unchanged: int = 0
    organisations: int = 0
    merged: list[Merged] = field(default_factory=list)
    refused: list[Refused] = field(default_factory=list)
    refusals: int = 0
    kept_in: Path | None = None


@dataclass(slots=True)
class _Held:
    """Somebody whom the cards in hand tell of; ``id`` is 0 as long as they are not stored."""

    person: Person
    is_changed: bool = False
    keys: set[str] = field(default_factory=set)


class _UndoneError(Exception):
    """Leads out of a transaction of which nothing is to be kept."""


def import_file(store: Store, path: Path, refused: Path, now: datetime, *, dry_run: bool = False) -> Imported:
    """Take in whom a file tells of, and keep what it refuses in the folder ``refused``; in a ``dry_run``, nothing.

    Raises ``UsageError`` where the file cannot be read at all.
    """
    imported = Imported(file=path)
    try:
        with (
            _Aside(refused / f"{path.stem}.refused{path.suffix}", dry_run=dry_run) as aside,
            store.writing() as kept_in,
        ):
            told = _without_refused(contacts(path), imported, aside)
            while some := list(islice(told, _AT_ONCE)):
                _take_in(kept_in, some, imported, now)
            _undo_if(dry_run)
    except _UndoneError:
        pass
    imported.kept_in = aside.path if imported.refusals and not dry_run else None
    return imported


def _undo_if(dry_run: bool) -> None:  # noqa: FBT001  (it is what it is called for)
    if dry_run:
        raise _UndoneError


def _without_refused(told: Iterator[Told], imported: Imported, aside: _Aside) -> Iterator[Card | Place]:
    for each in told:
        if isinstance(each, Head):
            aside.head = each.text
        elif isinstance(each, Refused):
            imported.refusals += 1
            if len(imported.refused) < _MOST_TOLD:
                imported.refused.append(replace(each, text=each.text[:200]))
            aside.write(each.text)
        else:
            yield each


def _take_in(connection: Connection, some: Sequence[Card | Place], imported: Imported, now: datetime) -> None:
    cards = [(each, keys_of(each.person)) for each in some if isinstance(each, Card)]
    for each in some:
        if isinstance(each, Place):
            imported.organisations += _keep_organisation(connection, each)
    known = kept.known_by(connection, list({key for _, keys in cards for key in keys}))
    there = kept.people_by_id(connection, sorted(set(known.values())))
    people = {number: _Held(person) for number, person in there.items()}
    held = {key: people[number] for key, number in known.items()}
    new: list[_Held] = []
    for card, keys in cards:
        found = next(
            ((held[key], key) for key in keys if key in held and is_same(held[key].person, card.person, key)), None
        )
        if found:
            one, key = found
            _merge(one, card, key, imported)
        else:
            hands = said_by_hand(card.person) if card.by_hand else ()
            one = _Held(replace(card.person, by_hand=hands))
            new.append(one)
        for key in keys:
            if held.setdefault(key, one) is one and key not in known:
                one.keys.add(key)
    _store(connection, new, [one for one in people.values() if one.is_changed or one.keys], now)
    imported.added += len(new)


def _merge(one: _Held, card: Card, key: str, imported: Imported) -> None:
    person = merged(one.person, card.person, by_hand=card.by_hand)
    if person == one.person:
        imported.unchanged += 1
        return
    if len(imported.merged) < _MOST_TOLD:
        changed = tuple(name for name in _FIELDS if getattr(person, name) != getattr(one.person, name))
        by = key.partition(":")[0]
        imported.merged.append(
            Merged(line=card.line, told=card.person.name, known=one.person.name, by=_BY[by], changed=changed)
        )
    one.person, one.is_changed = person, True
    imported.changed += 1


_BY: Final = {"profile": "profile", "mail": "address", "name": "name and organisation", "phone": "name and phone"}
_FIELDS: Final = (
    *(
        "name",
        "role",
        "organisation",
        "former",
        "emails",
        "phones",
        "profiles",
        "place",
        "tags",
        "topics",
        "met",
        "notes",
    ),
    *("birthday", "connected_on", "works_since", "is_watched", "ideal_days", "latest_days", "snoozed_until"),
    *("is_left_alone", "aside", "by_hand"),
)


def _store(connection: Connection, new: Sequence[_Held], others: Sequence[_Held], now: datetime) -> None:
    numbers = kept.add_people(connection, [one.person for one in new], now)
    keys: list[tuple[str, PersonId]] = []
    for one, number in zip(new, numbers, strict=True):
        keys += [(key, number) for key in one.keys]
    for one in others:
        if one.is_changed:
            kept.change_person(connection, one.person)
        keys += [(key, one.person.id) for key in one.keys]
    kept.know_by(connection, keys)


def _keep_organisation(connection: Connection, place: Place) -> bool:
    key = organisation_key(place.organisation.name)
    known = kept.organisation_by_key(connection, key)
    now = merged_organisation(known, place.organisation) if known else place.organisation
    if now != known:
        kept.keep_organisation(connection, key, now)
    return now != known


class _Aside:
    """The file of what is refused, which its owner alone can read; there is none as long as nothing is."""

    def __init__(self, path: Path, *, dry_run: bool) -> None:
        self.path = path
        self.head = ""
        self._dry_run = dry_run
        self._file: TextIO | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        if self._file:
            self._file.close()
            self._made.replace(self.path)

    @property
    def _made(self) -> Path:
        return self.path.with_name(f"{self.path.name}.new")

    def write(self, text: str) -> None:
        """Keep a text that was refused, as it stood."""
        if self._dry_run:
            return
        if self._file is None:
            self._file = self._begun()
        self._file.write(f"{text}\n")

    def _begun(self) -> TextIO:
        try:
            self.path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            self._made.unlink(missing_ok=True)
            number = os.open(self._made, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600)
        except OSError as error:
            raise UsageError(f"{self._made} cannot be written: {error.strerror}") from error
        file = os.fdopen(number, "w", encoding="utf-8", errors="replace", newline="\n")
        if self.head:
            file.write(f"{self.head}\n")
        return file

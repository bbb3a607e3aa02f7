"""What the room ``connect`` remembers of people and organisations; of what was had with them see ``store.touches``."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Any, Final

from sqlalchemy import Connection, delete, func, insert, select, update

from pipeline.html import kept_text, kept_url
from pipeline.model import Aside, Organisation, OrganisationId, Person, PersonId
from pipeline.store.schema import find_in, insert_new, notes, organisations, people, person_keys, touches

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence
    from datetime import datetime

    from sqlalchemy import Row

_COLUMNS: Final = (
    *("name", "role", "organisation", "is_watched", "ideal_days", "latest_days", "snoozed_until", "is_left_alone"),
)
_TEXTS: Final = ("place", "met", "notes")
_LISTS: Final = ("former", "phones", "tags", "topics")
_DAYS: Final = ("connected_on", "works_since")
_AT_ONCE: Final = 1_000


def all_people(connection: Connection) -> Iterator[Person]:
    """Yield everybody, in the order of their names; they are not all in memory at once."""
    query = select(people).order_by(func.lower(people.c.name), people.c.id).execution_options(yield_per=_AT_ONCE)
    yield from map(person_of, connection.execute(query))


def first_added_at(connection: Connection) -> datetime | None:
    """Return when the first of those who are known was added."""
    first: datetime | None = connection.scalar(select(func.min(people.c.added_at)))
    return first


def person_by_id(connection: Connection, number: int) -> Person | None:
    """Return the person of this number."""
    row = connection.execute(select(people).where(people.c.id == number)).first()
    return person_of(row) if row else None


def people_by_id(connection: Connection, numbers: Sequence[int]) -> dict[PersonId, Person]:
    """Return people by their numbers."""
    found = map(person_of, find_in(connection, select(people), people.c.id, numbers))
    return {person.id: person for person in found}


def known_by(connection: Connection, keys: Sequence[str]) -> dict[str, PersonId]:
    """Return who is known by which of ``keys``."""
    return {
        row.key: PersonId(row.person_id) for row in find_in(connection, select(person_keys), person_keys.c.key, keys)
    }


def add_people(connection: Connection, new: Sequence[Person], now: datetime) -> list[PersonId]:
    """Store people; return their numbers in the same order."""
    if not new:
        return []
    rows = [_row_of(person) | {"added_at": now} for person in new]
    made = connection.execute(insert(people).returning(people.c.id, sort_by_parameter_order=True), rows)
    return [PersonId(row.id) for row in made]


def change_person(connection: Connection, person: Person) -> None:
    """Store a person as they are now."""
    connection.execute(update(people).where(people.c.id == person.id).values(**_row_of(person)))


def know_by(connection: Connection, keys: Iterable[tuple[str, PersonId]]) -> None:
    """Remember by which keys people are known; a key that is somebody's already stays theirs."""
    rows = [{"key": key, "person_id": person} for key, person in keys]
    if rows:
        connection.execute(insert_new(connection, person_keys), rows)


def erase_person(connection: Connection, person: PersonId) -> None:
    """Delete a person whole: keys, touches and notes too."""
    for table in (person_keys, touches, notes):
        connection.execute(delete(table).where(table.c.person_id == person))
    connection.execute(delete(people).where(people.c.id == person))


def join_people(connection: Connection, person: Person, gone: PersonId) -> None:
    """Store ``person``, who has all that ``gone`` had from now on: keys, touches and notes. ``gone`` is no more."""
    mine = select(touches.c.kind, touches.c.at, touches.c.about).where(touches.c.person_id == person.id)
    known = {tuple(row) for row in connection.execute(mine)}
    for row in connection.execute(select(touches).where(touches.c.person_id == gone)).all():
        if (row.kind, row.at, row.about) in known:  # both were imported from one file, or logged twice
            connection.execute(delete(touches).where(touches.c.id == row.id))
    for table in (person_keys, touches, notes):
        connection.execute(update(table).where(table.c.person_id == gone).values(person_id=person.id))
    connection.execute(delete(people).where(people.c.id == gone))
    change_person(connection, person)


def _row_of(person: Person) -> dict[str, Any]:
    card: dict[str, Any] = {name: value for name in (*_TEXTS, "birthday") if (value := getattr(person, name))}
    card |= {
        name: list(value) for name in (*_LISTS, "emails", "profiles", "by_hand") if (value := getattr(person, name))
    }
    card |= {name: value.isoformat() for name in _DAYS if (value := getattr(person, name))}
    if person.aside:
        card["aside"] = [[each.fact, each.said] for each in person.aside]
    return {name: getattr(person, name) for name in _COLUMNS} | {"card": card}


def person_of(row: Row[Any]) -> Person:
    """Return the person of a row."""
    card: Mapping[str, Any] = row.card
    texts: dict[str, Any] = {name: kept_text(card.get(name, "")) for name in _TEXTS}
    lists: dict[str, Any] = {name: tuple(map(kept_text, card.get(name, ()))) for name in _LISTS}
    days: dict[str, Any] = {name: date.fromisoformat(card[name]) if name in card else None for name in _DAYS}
    return Person(
        id=PersonId(row.id),
        name=kept_text(row.name),
        role=kept_text(row.role),
        organisation=kept_text(row.organisation),
        emails=tuple(card.get("emails", ())),
        profiles=tuple(map(kept_url, card.get("profiles", ()))),
        birthday=card.get("birthday", ""),
        is_watched=row.is_watched,
        ideal_days=row.ideal_days,
        latest_days=row.latest_days,
        snoozed_until=row.snoozed_until,
        is_left_alone=row.is_left_alone,
        aside=tuple(Aside(fact=fact, said=kept_text(said)) for fact, said in card.get("aside", ())),
        by_hand=tuple(card.get("by_hand", ())),
        added_at=row.added_at,
        **texts,
        **lists,
        **days,
    )


def all_organisations(connection: Connection) -> list[Organisation]:
    """Return all organisations, in the order of their names."""
    query = select(organisations).order_by(organisations.c.name_key)
    return [organisation_of(row) for row in connection.execute(query)]


def organisation_by_key(connection: Connection, key: str) -> Organisation | None:
    """Return the organisation that is known by the key of its name."""
    row = connection.execute(select(organisations).where(organisations.c.name_key == key)).first()
    return organisation_of(row) if row else None


def keep_organisation(connection: Connection, key: str, organisation: Organisation) -> None:
    """Store an organisation as it is now, be it new or not."""
    card: dict[str, Any] = {
        name: list(value) for name in ("also", "topics", "tags") if (value := getattr(organisation, name))
    }
    card |= {"site": organisation.site} if organisation.site else {}
    card |= {"notes": organisation.notes} if organisation.notes else {}
    wishes = {"is_wanted": organisation.is_wanted, "is_watched": organisation.is_watched}
    values = {"name": organisation.name, "card": card, **wishes}
    if organisation_by_key(connection, key) is None:
        connection.execute(insert(organisations).values(name_key=key, **values))
    else:
        connection.execute(update(organisations).where(organisations.c.name_key == key).values(**values))


def erase_organisation(connection: Connection, key: str) -> None:
    """Delete an organisation; the people who work there stay."""
    connection.execute(delete(organisations).where(organisations.c.name_key == key))


def organisation_of(row: Row[Any]) -> Organisation:
    """Return the organisation of a row."""
    card: Mapping[str, Any] = row.card
    return Organisation(
        id=OrganisationId(row.id),
        name=kept_text(row.name),
        also=tuple(map(kept_text, card.get("also", ()))),
        site=kept_url(card["site"]) if "site" in card else None,
        topics=tuple(map(kept_text, card.get("topics", ()))),
        tags=tuple(map(kept_text, card.get("tags", ()))),
        notes=kept_text(card.get("notes", "")),
        is_wanted=row.is_wanted,
        is_watched=row.is_watched,
    )

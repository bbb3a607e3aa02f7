"""What is read of the author's network as a whole: its people, its organisations, and what was had with each."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import Connection, select

from pipeline.store.people import organisation_of, person_of
from pipeline.store.schema import organisations, people, touches
from pipeline.store.touches import touch_of

if TYPE_CHECKING:
    from pipeline.model import Organisation, Person, PersonId, Touch


def people_in(connection: Connection) -> tuple[Person, ...]:
    """Return all people of the network, the first that was added first."""
    return tuple(map(person_of, connection.execute(select(people).order_by(people.c.id))))


def organisations_in(connection: Connection) -> tuple[Organisation, ...]:
    """Return all organisations that the store has, the first that was added first."""
    return tuple(map(organisation_of, connection.execute(select(organisations).order_by(organisations.c.id))))


def touches_with(connection: Connection) -> dict[PersonId, tuple[Touch, ...]]:
    """Return all touches with each person, the latest first."""
    found: dict[PersonId, list[Touch]] = {}
    for row in connection.execute(select(touches).order_by(touches.c.at.desc(), touches.c.id.desc())):
        touch = touch_of(row)
        found.setdefault(touch.person, []).append(touch)
    return {person: tuple(had) for person, had in found.items()}

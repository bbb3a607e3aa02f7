"""What the rooms read of the author's network: its people, its organisations, and the last that was had with each."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Any

from sqlalchemy import Connection, func, select

from pipeline.html import kept_text, kept_url
from pipeline.model import NO_TEXT, Organisation, OrganisationId, Person, PersonId, Touch, TouchKind
from pipeline.store.schema import organisations, people, touches

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from sqlalchemy import Row

    from pipeline.model import PlainText, SafeUrl


def people_in(connection: Connection) -> tuple[Person, ...]:
    """Return all people of the network, the first that was added first."""
    return tuple(map(_person, connection.execute(select(people).order_by(people.c.id))))


def organisations_in(connection: Connection) -> tuple[Organisation, ...]:
    """Return all organisations that the store has, the first that was added first."""
    return tuple(map(_organisation, connection.execute(select(organisations).order_by(organisations.c.id))))


def last_touches(connection: Connection) -> dict[PersonId, Touch]:
    """Return the last touch with each person with whom there was one."""
    numbered = func.row_number().over(
        partition_by=touches.c.person_id, order_by=(touches.c.at.desc(), touches.c.id.desc())
    )
    latest = select(touches, numbered.label("place")).subquery()
    rows = connection.execute(select(latest).where(latest.c.place == 1).order_by(latest.c.person_id))
    return {PersonId(row.person_id): _touch(row) for row in rows}


def touches_with(connection: Connection) -> dict[PersonId, tuple[Touch, ...]]:
    """Return all touches with each person, the latest first."""
    found: dict[PersonId, tuple[Touch, ...]] = {}
    for row in connection.execute(select(touches).order_by(touches.c.at.desc(), touches.c.id.desc())):
        touch = _touch(row)
        found[touch.person] = (*found.get(touch.person, ()), touch)
    return found


def _person(row: Row[Any]) -> Person:
    card: Mapping[str, Any] = row.card or {}
    return Person(
        id=PersonId(row.id),
        name=kept_text(row.name),
        role=kept_text(row.role),
        organisation=kept_text(row.organisation),
        former=_texts(card, "former"),
        emails=tuple(card.get("emails") or ()),
        phones=_texts(card, "phones"),
        profiles=_links(card.get("profiles") or ()),
        place=_text(card, "place"),
        tags=_texts(card, "tags"),
        topics=_texts(card, "topics"),
        met=_text(card, "met"),
        notes=_text(card, "notes"),
        birthday=card.get("birthday") or "",
        connected_on=date.fromisoformat(card["connected_on"]) if card.get("connected_on") else None,
        is_watched=row.is_watched,
        ideal_days=row.ideal_days,
        latest_days=row.latest_days,
        snoozed_until=row.snoozed_until,
        is_left_alone=row.is_left_alone,
        added_at=row.added_at,
    )


def _organisation(row: Row[Any]) -> Organisation:
    card: Mapping[str, Any] = row.card or {}
    return Organisation(
        id=OrganisationId(row.id),
        name=kept_text(row.name),
        also=_texts(card, "also"),
        site=kept_url(card["site"]) if card.get("site") else None,
        topics=_texts(card, "topics"),
        tags=_texts(card, "tags"),
        notes=_text(card, "notes"),
        is_wanted=row.is_wanted,
        is_watched=row.is_watched,
    )


def _touch(row: Row[Any]) -> Touch:
    return Touch(
        person=PersonId(row.person_id),
        kind=TouchKind(row.kind),
        at=row.at,
        about=kept_text(row.about),
        link=kept_url(row.link) if row.link else None,
    )


def _text(card: Mapping[str, Any], name: str) -> PlainText:
    return kept_text(card[name]) if card.get(name) else NO_TEXT


def _texts(card: Mapping[str, Any], name: str) -> tuple[PlainText, ...]:
    return tuple(map(kept_text, card.get(name) or ()))


def _links(stored: Iterable[str]) -> tuple[SafeUrl, ...]:
    return tuple(map(kept_url, stored))

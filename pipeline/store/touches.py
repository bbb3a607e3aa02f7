"""What the room ``connect`` remembers of what was had with people, and of what the author gave."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sqlalchemy import Connection, delete, func, insert, select, union_all

from pipeline.html import kept_text, kept_url
from pipeline.model import PersonId, ReturnKind, Service, ServiceKind, Touch, TouchKind
from pipeline.store.schema import notes, person_keys, readers, returns, services, touches

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import date, datetime

    from sqlalchemy import Row


def log_touch(connection: Connection, touch: Touch) -> bool:
    """Store a touch; tell whether it was not there already."""
    values = {
        "person_id": touch.person,
        "kind": touch.kind,
        "at": touch.at,
        "about": touch.about,
        "link": touch.link,
    }
    same = [getattr(touches.c, name) == value for name, value in values.items() if value is not None]
    if connection.execute(select(touches.c.id).where(*same)).first():
        return False
    connection.execute(insert(touches).values(**values))
    return True


def remove_touch(connection: Connection, touch: Touch) -> bool:
    """Delete the latest touch that is just so, as it was none; tell whether it was there."""
    same = (touches.c.person_id == touch.person) & (touches.c.kind == touch.kind) & (touches.c.at == touch.at)
    latest = connection.scalar(select(func.max(touches.c.id)).where(same))
    return latest is not None and bool(connection.execute(delete(touches).where(touches.c.id == latest)).rowcount)


def touches_with(connection: Connection, person: PersonId) -> list[Touch]:
    """Return all touches with a person, the latest first."""
    query = select(touches).where(touches.c.person_id == person).order_by(touches.c.at.desc(), touches.c.id.desc())
    return [touch_of(row) for row in connection.execute(query)]


def last_touches(connection: Connection) -> dict[PersonId, Touch]:
    """Return the last touch with each person; a note that the author said they sent is one."""
    sent = select(notes.c.person_id, notes.c.sent_at.label("at")).where(notes.c.sent_at.is_not(None))
    both = union_all(select(touches.c.person_id, touches.c.at), sent).subquery()
    latest = select(both.c.person_id, func.max(both.c.at).label("at")).group_by(both.c.person_id)
    found = {PersonId(row.person_id): row.at for row in connection.execute(latest)}
    last = {person: Touch(person=person, kind=TouchKind.NOTE, at=at) for person, at in found.items()}
    for row in connection.execute(select(touches).order_by(touches.c.at, touches.c.id)):
        touch = touch_of(row)
        if found.get(touch.person) == touch.at:
            last[touch.person] = touch
    return last


def touch_of(row: Row[Any]) -> Touch:
    """Return the touch in ``row``."""
    return Touch(
        person=PersonId(row.person_id),
        kind=TouchKind(row.kind),
        at=row.at,
        about=kept_text(row.about),
        link=kept_url(row.link) if row.link else None,
    )


def notes_for(connection: Connection, person: PersonId) -> list[Mapping[str, Any]]:
    """Return all that is kept of notes for a person, as it is kept."""
    query = select(notes).where(notes.c.person_id == person).order_by(notes.c.id)
    return [dict(row._mapping) for row in connection.execute(query)]  # noqa: SLF001  (the name is SQLAlchemy's own)


def answers_since(connection: Connection, since: datetime) -> list[tuple[PersonId, datetime]]:
    """Return who of the people answered a letter by a mail of their own, and when, the latest first.

    An automatic reply, a bounce, a complaint or a wish to leave is no such answer.
    """
    key = "mail:" + func.lower(readers.c.email_key)
    query = (
        select(person_keys.c.person_id, returns.c.at)
        .join(readers, readers.c.id == returns.c.reader_id)
        .join(person_keys, person_keys.c.key == key)
        .where(returns.c.kind == ReturnKind.OTHER, returns.c.at >= since)
        .order_by(returns.c.at.desc())
    )
    return [(PersonId(row.person_id), row.at) for row in connection.execute(query)]


def add_service(connection: Connection, given: Service) -> int:
    """Store something that the author gave; return its number."""
    values = {
        "kind": given.kind,
        "on": given.on,
        "what": given.what,
        "organisation": given.organisation,
        "link": given.link,
        "is_public": given.is_public,
    }
    return int(connection.execute(insert(services).values(**values).returning(services.c.id)).scalar_one())


def all_services(connection: Connection, *, public: bool = False) -> Sequence[Service]:
    """Return what the author gave, the latest first; only what is ``public``, if so asked."""
    query = select(services).order_by(services.c.on.desc(), services.c.id.desc())
    if public:
        query = query.where(services.c.is_public)
    return [_service_of(row) for row in connection.execute(query)]


def remove_service(connection: Connection, number: int) -> bool:
    """Delete something that the author gave; tell whether it was there."""
    return bool(connection.execute(delete(services).where(services.c.id == number)).rowcount)


def last_service_on(connection: Connection) -> date | None:
    """Return the day on which the author last gave something."""
    last: date | None = connection.scalar(select(func.max(services.c.on)))
    return last


def _service_of(row: Row[Any]) -> Service:
    return Service(
        id=row.id,
        kind=ServiceKind(row.kind),
        on=row.on,
        what=kept_text(row.what),
        organisation=kept_text(row.organisation),
        link=kept_url(row.link) if row.link else None,
        is_public=row.is_public,
    )

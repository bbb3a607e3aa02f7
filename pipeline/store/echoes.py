"""What came back of the author's work: each once, by its key, and shown only where the author says so."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sqlalchemy import Connection, Row, delete, select, update

from pipeline.html import kept_text, kept_url
from pipeline.model import Echo, EchoKind
from pipeline.store.schema import echoes, insert_new

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime


def keep(connection: Connection, key: str, echo: Echo) -> int:
    """Keep ``echo``; return its number, or 0 where it is kept already."""
    return connection.scalar(insert_new(connection, echoes).values(_values(key, echo)).returning(echoes.c.id)) or 0


def put(connection: Connection, key: str, echo: Echo, now: datetime) -> int:
    """Keep ``echo`` in the place of the one of the same key; whether that is shown stays, unless its words changed.

    Its source was looked at ``now``.
    """
    fresh = keep(connection, key, echo)
    looked(connection, key, now)
    if fresh:
        return fresh
    row = connection.execute(select(echoes).where(echoes.c.key == key)).one()
    same = (row.author, row.said) == (str(echo.author), str(echo.said))
    values = {**_values(key, echo), "is_shown": row.is_shown and same, "at": row.at if same else echo.at}
    connection.execute(update(echoes).where(echoes.c.id == row.id).values(values))
    return int(row.id)


def looked(connection: Connection, key: str, now: datetime) -> None:
    """Note that the source of what has this key was looked at ``now``."""
    connection.execute(update(echoes).where(echoes.c.key == key).values(looked_at=now))


def looked_at_before(connection: Connection, before: datetime, most: int) -> list[Echo]:
    """Return whose source was looked at once, and not since ``before``, the longest ago first; at most so many.

    What was imported or found in a feed was never looked at, and is not among them.
    """
    long_ago = select(echoes).where(echoes.c.looked_at < before).order_by(echoes.c.looked_at, echoes.c.id).limit(most)
    return [_echo(row) for row in connection.execute(long_ago)]


def remove(connection: Connection, key: str) -> bool:
    """Forget what has this key; tell whether there was anything."""
    return bool(connection.execute(delete(echoes).where(echoes.c.key == key)).rowcount)


def show(connection: Connection, number: int, topics: Sequence[str] = (), *, shown: bool) -> bool:
    """Note whether the author shows what has this number, and the ``topics`` of the post that it answers to.

    Tell whether there is such a one.
    """
    values = {"is_shown": shown, "topics": list(topics)}
    return bool(connection.execute(update(echoes).where(echoes.c.id == number).values(values)).rowcount)


def echo_by(connection: Connection, number: int) -> Echo | None:
    """Return what has this number."""
    row = connection.execute(select(echoes).where(echoes.c.id == number)).one_or_none()
    return _echo(row) if row else None


def answered(connection: Connection, since: datetime) -> dict[str, int]:
    """Return how many people answered ``since`` to what the author wrote about each topic, and are shown.

    Topics are folded, without regard to capitals.
    """
    shown = select(echoes.c.author, echoes.c.topics).where(echoes.c.is_shown, echoes.c.at >= since)
    people: dict[str, set[str]] = {}
    for row in connection.execute(shown):
        for topic in row.topics or ():
            people.setdefault(str(topic).casefold(), set()).add(row.author)
    return {topic: len(names) for topic, names in people.items()}


def all_echoes(connection: Connection, *, shown: bool | None = None, since: datetime | None = None) -> list[Echo]:
    """Return what came back, the latest first: all of it, what is or is not ``shown``, or what came ``since``."""
    query = select(echoes).order_by(echoes.c.at.desc(), echoes.c.id.desc())
    query = query if shown is None else query.where(echoes.c.is_shown == shown)
    query = query if since is None else query.where(echoes.c.at >= since)
    return [_echo(row) for row in connection.execute(query)]


def _values(key: str, echo: Echo) -> dict[str, Any]:
    return {
        "key": key,
        "kind": echo.kind,
        "author": echo.author,
        "said": echo.said,
        "source": echo.source,
        "about": echo.about,
        "at": echo.at,
        "is_shown": echo.is_shown,
    }


def _echo(row: Row[Any]) -> Echo:
    return Echo(
        id=row.id,
        kind=EchoKind(row.kind),
        author=kept_text(row.author),
        said=kept_text(row.said),
        source=kept_url(row.source) if row.source else None,
        about=row.about,
        at=row.at,
        is_shown=row.is_shown,
    )

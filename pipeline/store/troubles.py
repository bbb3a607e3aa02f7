"""What a worker could not do for a site, and why: the last of each duty, until that goes well again."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Final, NamedTuple

from sqlalchemy import Connection, delete, select

from pipeline.html import kept_text
from pipeline.store.schema import troubles, upsert

if TYPE_CHECKING:
    from collections.abc import Collection
    from datetime import datetime

    from pipeline.model import PlainText

_OVER: Final = timedelta(days=1)
"""What was not tried in vain again for so long is no trouble any more: nobody tries it, or another way was found."""


class Trouble(NamedTuple):
    """What could not be done (``deliver EDITION``, or a duty's name alone), what was said, since when and when last."""

    duty: str
    said: PlainText
    since: datetime
    at: datetime


def keep(connection: Connection, duty: str, said: PlainText, now: datetime) -> None:
    """Write down that ``duty`` could not be done, and why."""
    connection.execute(delete(troubles).where(troubles.c.at < now - _OVER))
    latest = upsert(connection, troubles, lambda new: {"said": new.said, "at": new.at})
    connection.execute(latest, {"duty": duty, "said": said, "since": now, "at": now})


def went_well(connection: Connection, duties: Collection[str]) -> None:
    """Forget what was wrong with ``duties``."""
    connection.execute(delete(troubles).where(troubles.c.duty.in_(list(duties))))


def all_troubles(connection: Connection, now: datetime) -> tuple[Trouble, ...]:
    """Return what could not be done within the last day and did not go well since, the earliest first."""
    rows = connection.execute(
        select(troubles).where(troubles.c.at >= now - _OVER).order_by(troubles.c.since, troubles.c.duty)
    )
    return tuple(Trouble(row.duty, kept_text(row.said), row.since, row.at) for row in rows)

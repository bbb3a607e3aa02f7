"""That the store came out of a backup, and so does not know who was sent what between that and the restore."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import Connection, select, update

from pipeline.model import SendState
from pipeline.store.begun import is_begun
from pipeline.store.schema import insert_new, restores, sends
from pipeline.store.sends import sendings

if TYPE_CHECKING:
    from datetime import date, datetime

    from pipeline.model import EditionId

_MAY_HAVE_GONE_ON = (SendState.SCHEDULED, SendState.RUNNING, SendState.PAUSED)
"""One that was paused in the backup may have been resumed since then."""


def came_back(connection: Connection, made_at: datetime, now: datetime) -> tuple[EditionId, ...]:
    """Write down that the store is that of a backup which was ``made_at`` that time. Return which sends are paused.

    None begins or goes on by itself, and each says why: whoever got a letter since is not known here.
    """
    connection.execute(insert_new(connection, restores).values({"at": now, "made_at": made_at}))
    held = sendings(connection, _MAY_HAVE_GONE_ON)
    why = f"restored from the backup of {made_at:%Y-%m-%d %H:%M} UTC, and who got it since then is not known here"
    for each in held:
        reason = f"{why}; before that it was paused: {each.reason}" if each.reason else why
        paused = {"state": SendState.PAUSED, "reason": reason, "due_at": None}
        connection.execute(update(sends).where(sends.c.edition == each.edition).values(paused))
    return tuple(each.edition for each in held)


def why_unknown(connection: Connection, edition: EditionId, day: date) -> str:
    """Return why an ``edition`` of that ``day`` may have been sent though nothing is known of it; else nothing.

    What is newer than the last restore cannot have been sent before.
    """
    last = connection.execute(select(restores).order_by(restores.c.at.desc()).limit(1)).first()
    if last is None or day > last.at.date() or _is_known(connection, edition):
        return ""
    return (
        f"the store was restored on {last.at:%Y-%m-%d} from the backup of {last.made_at:%Y-%m-%d %H:%M} UTC, and "
        f"whether {edition} was sent between is not known here, so nobody is sent it. If it was not, `byline send "
        f"{edition} --resume` sends it; if it was, `byline send {edition} --uncertain sent` says so"
    )


def _is_known(connection: Connection, edition: EditionId) -> bool:
    planned = select(sends.c.edition).where(sends.c.edition == edition)
    return connection.scalar(planned) is not None or is_begun(connection, edition)

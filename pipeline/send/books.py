"""How the books of a run are closed: by what the ledger has, as others may send the same edition at once."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pipeline.model import SendState
from pipeline.store import sends
from pipeline.store.remaining import exclude_who_left, remaining

if TYPE_CHECKING:
    from datetime import datetime

    from pipeline.send.clerk import Clerk
    from pipeline.send.lineman import Round
    from pipeline.send.waiting import Waiting
    from pipeline.store.remaining import Remaining


def close(send: Round, clerk: Clerk) -> None:
    """Write down how this run ended, and when the send can go on."""
    with send.store.writing() as connection:
        before = sends.sending_of(connection, send.edition, held=True)
        now = send.clock()
        exclude_who_left(connection, send.edition, now)
        left = remaining(connection, send.edition, now)
        state = SendState.RUNNING if left.is_any else SendState.DONE
        state = SendState.PAUSED if clerk.must_be_resumed else state
        due_at = due_again(left, clerk.waiting, before.due_at if before else None)
        sends.close(connection, send.edition, state, str(clerk.trouble or ""), due_at)


def due_again(left: Remaining, waiting: Waiting, before: datetime | None) -> datetime | None:
    """Return when a send of which so much is ``left`` goes on by itself; None where nothing is, or the author has to.

    ``waiting`` is what the run knows of those who wait. Of others, whom it did not come to or somebody else has at this
    moment, nobody may ever tell more: it stays due when it was ``before``.
    """
    is_known = bool(waiting.why_cut) or left.waiting <= waiting.left.total()
    times = (
        left.put_off,
        left.on_its_way,
        waiting.later if left.waiting else None,
        before if left.waiting and not is_known else None,
    )
    return min(filter(None, times), default=None)

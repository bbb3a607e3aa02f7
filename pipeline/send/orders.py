"""What an author orders of a send beside sending it: to plan, pause or cancel it; and which planned ones are due."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

from pipeline.errors import SendError, UsageError
from pipeline.model import CLOCKS, LONGEST_WAIT, SendState
from pipeline.send.deliver import why_held
from pipeline.store import sends
from pipeline.store.begun import is_begun

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime

    from pipeline.model import EditionId, Sending
    from pipeline.store import Store

_BEGUN = (SendState.RUNNING, SendState.PAUSED)
_STOPPED = (SendState.PAUSED, SendState.CANCELLED)
_NOTHING = "{} is not being sent, so there is nothing to {}: `byline status` says what is"


@dataclass(frozen=True, slots=True, kw_only=True)
class Due:
    """Of the sends whose time has come, those to begin or to go on with, and those that are too late to begin."""

    now: tuple[Sending, ...]
    late: tuple[Sending, ...]


def due_of(planned: Iterable[Sending], late_hours: int, now: datetime) -> Due:
    """Decide which of the ``planned`` sends begin ``now``, and which that were begun go on.

    One that is hours late was overslept, and is asked about. One that goes on farther ahead than anything waits for is
    due: that was written down by a clock that was wrong. An author may plan one for any day.
    """
    farthest = now + LONGEST_WAIT + CLOCKS
    since = now - timedelta(hours=late_hours)
    wrong = {
        each.edition for each in planned if each.state is SendState.RUNNING and each.due_at and each.due_at > farthest
    }
    come = [each for each in planned if each.due_at and (each.due_at <= now or each.edition in wrong)]
    late = tuple(each for each in come if each.state is SendState.SCHEDULED and each.due_at and each.due_at < since)
    return Due(now=tuple(each for each in come if each not in late), late=late)


def due(store: Store, late_hours: int, now: datetime) -> Due:
    """Return which sends are due ``now``."""
    with store.reading() as connection:
        planned = sends.sendings(connection, (SendState.SCHEDULED, SendState.RUNNING))
    return due_of(planned, late_hours, now)


def plan(store: Store, edition: EditionId, at: datetime, now: datetime, *, resume: bool = False) -> None:
    """Write down that ``edition`` is to be sent ``at`` that time.

    One that was paused or cancelled is planned anew to ``resume`` it, as long as nobody was sent it. Raises
    ``UsageError`` where it cannot be planned.
    """
    if at <= now:
        raise UsageError(f"{at:%Y-%m-%d %H:%M} UTC is over; without --at, the letter is sent now")
    with store.writing() as connection:
        before = sends.sending_of(connection, edition, held=True)
        if before and before.state is not SendState.SCHEDULED:
            is_stopped = before.state in _STOPPED
            is_new = is_stopped and not is_begun(connection, edition)
            if not (is_new and resume):
                goes_on = f"`byline send {edition}{' --resume' if is_stopped else ''}` goes on with it"
                anew = ", and with --at plans it anew" if is_new else ""
                raise UsageError(f"the send of {edition} is {before.state} already; {goes_on}{anew}")
        sends.plan(connection, edition, at, now)


def pause(store: Store, edition: EditionId) -> None:
    """Let nobody else be sent to until it is resumed; who is being sent to now still gets theirs."""
    with store.writing() as connection:
        before = sends.sending_of(connection, edition, held=True)
        if before is None or before.state is not SendState.RUNNING:
            raise UsageError(_NOTHING.format(edition, "pause"))
        sends.stop(connection, edition, SendState.PAUSED, "you paused it")


def take_up(store: Store, edition: EditionId, *, resume: bool) -> None:
    """See that ``edition`` may be handed over as a whole; one that was stopped goes on only where ``resume`` says so.

    Raises ``SendError`` where it may not.
    """
    with store.writing() as connection:
        before = sends.sending_of(connection, edition, held=True)
        if why := why_held(before):
            if not resume:
                raise SendError(why)
            sends.stop(connection, edition, SendState.RUNNING)


def cancel(store: Store, edition: EditionId) -> int:
    """Let nobody else get ``edition``. Return how many waited for it."""
    with store.writing() as connection:
        before = sends.sending_of(connection, edition, held=True)
        if before is None or before.state not in {*_BEGUN, SendState.SCHEDULED}:
            raise UsageError(_NOTHING.format(edition, "cancel"))
        return sends.cancel(connection, edition)

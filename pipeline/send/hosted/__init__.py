"""An edition is handed over as a whole to a service that has the readers, once.

It is claimed in the store before anything is asked, and settled after the answer. What was cut off is looked for at the
service first: what was started there counts as sent, a draft is started, and only where there is nothing is one made.
"""

from __future__ import annotations

import secrets
from contextlib import closing
from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING, Final

from pipeline.errors import SendError
from pipeline.html import plain_text
from pipeline.model import DeliveryState, Handover, SendState
from pipeline.send.hosted.service import NoAnswerError
from pipeline.store import handovers as kept
from pipeline.store import sends

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from pipeline.model import Letter, PlainText
    from pipeline.send.hosted.service import Edition, Found, Hosted, HostedLine
    from pipeline.settings.sections import Settings
    from pipeline.store import Store

__all__ = ["hand_over", "hosted_of"]

_IN_USE: Final = timedelta(minutes=10)
"""So long another run may be about to make the draft that is not there yet."""


def hosted_of(settings: Settings) -> Hosted | None:
    """Return the service that has the readers, if the settings name one. Raises ``UsageError`` without its key."""
    from pipeline.send.ways.chosen import key_of

    if settings.send.way == "buttondown":
        from pipeline.send.hosted.buttondown import Buttondown

        return Buttondown(settings.send.buttondown, key_of(settings, "buttondown_key"))
    if settings.send.way == "listmonk":
        from pipeline.send.hosted.listmonk import Listmonk

        return Listmonk(settings, key_of(settings, "listmonk_token"))
    return None


def hand_over(
    letter: Letter, settings: Settings, store: Store, service: Hosted, clock: Callable[[], datetime]
) -> Handover:
    """Hand ``letter`` over to ``service``, if that was not done yet; return what became of it. Raises ``SendError``."""
    edition = service.edition(letter, settings)
    with store.reading() as connection:
        before = kept.handover_of(connection, letter.edition)
    if before and (before.state is DeliveryState.SENT or before.way != service.mark):
        return _as_before(before, store, service)
    with closing(service.open()) as line:
        found = service.find(line, edition)  # before all else: a service that cannot be reached claims nothing
        claimed = _claimed(letter, store, service, (before, found), clock())
        try:
            answer = _done(store, service, line, edition, (claimed, found))
        except NoAnswerError as error:
            raise SendError(f"{error}; it is uncertain now: run the same again, which looks there first") from error
        except SendError:
            with store.writing() as connection:
                kept.release_edition(connection, claimed)
            raise
        with store.writing() as connection:
            kept.settle_edition(connection, claimed, answer, clock())
    return replace(claimed, state=DeliveryState.SENT, answer=answer)


def _as_before(before: Handover, store: Store, service: Hosted) -> Handover:
    if before.state is DeliveryState.SENT:
        with store.writing() as connection:
            sends.stop(connection, before.edition, SendState.DONE)  # it was planned since, or before sends were closed
        return before
    raise SendError(
        f"{before.edition} was being handed over to {before.way} when that was cut off, and send.way is now "
        f"{service.mark}: look there whether it went out, and settle it with --uncertain"
    )


def _claimed(
    letter: Letter, store: Store, service: Hosted, known: tuple[Handover | None, Found | None], now: datetime
) -> Handover:
    """Claim the edition for this run, of which the ledger and the service say what is ``known``."""
    before, found = known
    if before and not found:
        if before.there:
            raise SendError(
                f"{service.name} had {letter.edition} as {before.there}, and has it no more: look there whether it "
                "went out, and settle it with --uncertain"
            )
        if abs(now - before.claimed_at) < _IN_USE:  # farther ahead, it is of a clock that was wrong
            raise SendError(
                f"another run may be handing {letter.edition} over at this moment: wait ten minutes and run it again, "
                "or say --uncertain again, if you know that none runs"
            )
    claimed = Handover(
        edition=letter.edition,
        way=service.mark,
        state=DeliveryState.CLAIMED,
        ticket=secrets.token_hex(8),
        there=found.name if found else "",
        claimed_at=now,
    )
    with store.writing() as connection:
        if not kept.claim_edition(connection, claimed, before):
            raise SendError(f"another run hands {letter.edition} over at this moment: look at `byline status`")
    return claimed


def _done(
    store: Store, service: Hosted, line: HostedLine, edition: Edition, known: tuple[Handover, Found | None]
) -> PlainText:
    """See that the service has the edition and sends it, and return what it says."""
    claimed, found = known
    if found and found.is_started:
        return plain_text(f"it was there already, as {found.name}")
    name = service.put(line, edition, found.name if found else "")
    with store.writing() as connection:
        holds = kept.note_there(connection, claimed, name)
    if not holds:
        raise SendError(f"another run took {claimed.edition} over: look at `byline status`")
    return service.start(line, name)

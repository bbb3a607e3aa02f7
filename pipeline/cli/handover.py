"""What ``byline send`` does where a service has the readers: it hands the edition over as a whole."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from pipeline.cli.talk import report
from pipeline.errors import UsageError
from pipeline.model import DeliveryState

if TYPE_CHECKING:
    from pipeline.app import App
    from pipeline.model import Letter
    from pipeline.send.hosted.service import Hosted


def handed_over(
    opened: App,
    made: Letter,
    stale: str | None,
    *,
    dry_run: bool,
    ask: bool,
    as_json: bool,
    resume: bool = False,
) -> int:
    """Hand the edition over, or say with ``dry_run`` what would be."""
    service = opened.letters.service
    assert service is not None, "who calls this has asked"
    if dry_run:
        return _would_be(opened, made, service, stale, as_json=as_json)
    if stale:
        raise UsageError(stale)
    return _done(opened, made, service, ask=ask, resume=resume, as_json=as_json)


def _would_be(opened: App, made: Letter, service: Hosted, stale: str | None, *, as_json: bool) -> int:
    """Say what would be handed over, and what a real send would say."""
    edition, before = service.edition(made, opened.settings), opened.letters.handed(made)
    is_done = before is not None and before.state is DeliveryState.SENT
    notes = [
        *([stale] if stale else []),
        *([f"it was handed over already: {before.answer}"] if before and is_done else []),
    ]
    size = {"html": len(edition.html.encode()), "text": len(edition.text.encode())}
    made_there = "" if service.takes_text else ", which this service makes by itself"
    lines = [
        f"“{edition.subject}” would be handed over to {service.name}, which sends it to the readers it has.",
        f"HTML       {size['html'] / 1000:.1f} kB, with {service.leave} as the way to leave",
        f"plain text {size['text'] / 1000:.1f} kB{made_there}",
        *(f"note: {note}" for note in notes),
    ]
    data = {"edition": made.edition, "subject": edition.subject, "to": service.name, "bytes": size, "notes": notes}
    report(data, *lines, as_json=as_json)
    return int(stale is not None)


def _done(opened: App, made: Letter, service: Hosted, *, ask: bool, resume: bool, as_json: bool) -> int:
    """Hand the edition over, once the author said yes, and say what the service made of it."""
    is_new = not opened.letters.is_handed(made)
    if is_new and ask:
        click.confirm(f"Hand “{made.subject}” over to {service.name} for its readers?", abort=True, err=True)
    done = opened.letters.hand_over(made, service, resume=resume)
    told = f"Handed over to {service.name}: {done.answer}."
    if not is_new:
        told = f"It was handed over to {done.way} already: {done.answer}. Nothing was done."
    report({"edition": made.edition, "to": done.way, "state": done.state, "answer": done.answer}, told, as_json=as_json)
    return 0

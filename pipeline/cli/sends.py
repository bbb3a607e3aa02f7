"""``byline send``, as far as it does not send at once: planning, pausing, cancelling, and what is due."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

import click

from pipeline import post as posts
from pipeline.cli.sent import without_others
from pipeline.cli.talk import counted, report
from pipeline.errors import BylineError, PostError, UsageError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from pipeline.app import App
    from pipeline.model import EditionId


def planned(opened: App, path: Path, when: str, *, is_built_here: bool, resume: bool, as_json: bool) -> int:
    """Write down when the edition in ``path`` is to be sent; say what would keep it from going then."""
    zone, edition = opened.settings.send.pace.zone, posts.edition_of(posts.read(path))
    at = _moment(when, zone)
    if not resume:
        opened.letters.see_that_it_is_known(path)
    opened.letters.plan(edition, at, resume=resume)
    here = at.astimezone(ZoneInfo(zone))
    notes = list(_hindrances(opened, path, at, is_built_here=is_built_here))
    told = f"{edition} is to be sent on {here:%Y-%m-%d at %H:%M} ({zone}), once `byline send --due` runs after that."
    lines = (told, *(f"note: {note}" for note in notes))
    report({"edition": edition, "at": at, "notes": notes}, *lines, as_json=as_json)
    return 0


def _hindrances(opened: App, path: Path, at: datetime, *, is_built_here: bool) -> Iterator[str]:
    """Yield why the edition in ``path`` will not leave ``at`` that time, as things stand."""
    if why := opened.at(at).held(path):
        yield f"{path.stem} {why}; what runs then will not send it"
    elif is_built_here and (why := opened.letters.stale(path)) and not opened.held(path):
        yield (
            f"{why}: it is sent only if `byline publish` ran by then. The timer of deploy/systemd and a worker see "
            "to that; where your code host builds the site, write `built_elsewhere: true` below publish: in byline.yml"
        )


def _moment(when: str, zone: str) -> datetime:
    """Return the time that an author means; without an offset, on the clock in ``zone``."""
    try:
        said = datetime.fromisoformat(when)
        return (said if said.tzinfo else said.replace(tzinfo=ZoneInfo(zone))).astimezone(UTC)
    except (ValueError, OverflowError):
        raise UsageError(f"--at {when} is no time; write it as 2026-12-01T08:00") from None


def paused(opened: App, edition: EditionId, *, as_json: bool) -> int:
    """Pause the send of ``edition``."""
    opened.letters.pause(edition)
    told = f"The send of {edition} is paused. `byline send {edition} --resume` goes on with it."
    report({"edition": edition, "state": "paused"}, told, as_json=as_json)
    return 0


def cancelled(opened: App, edition: EditionId, *, as_json: bool) -> int:
    """Cancel the send of ``edition``."""
    many = opened.letters.cancel(edition)
    told = f"The send of {edition} is cancelled; {counted(many, 'reader')} who waited will not get it."
    report({"edition": edition, "state": "cancelled", "readers": many}, told, as_json=as_json)
    return 0


def send_due(opened: App, send: Callable[[EditionId], bool], *, as_json: bool) -> int:
    """Send what is due by ``send``, which tells whether all went well. The exit code is 1 where something did not."""
    opened.letters.see_that_it_lasts("POST")
    found = opened.letters.due()
    wrong = bool(found.late)
    sent = []
    for each in found.now:
        if not opened.letters.is_due(each.edition):
            continue  # the author thought otherwise while the one before was on its way
        sent.append(each.edition)
        try:
            wrong |= not send(each.edition)
        except BylineError as error:  # another that is due may go well
            said = without_others(str(error)) if opened.settings.is_thrown_away else str(error)
            click.echo(f"byline: {each.edition}: {said}", err=True)
            wrong = True
    lines = [
        f"{each.edition} was due on {each.due_at:%Y-%m-%d at %H:%M} UTC, which is too long ago to begin by itself: "
        f"`byline send {each.edition}` sends it now, --at at another time"
        for each in found.late
    ]
    data = {"sent": sent, "late": [each.edition for each in found.late]}
    report(data, *(lines or ([] if found.now else ["Nothing is due."])), as_json=as_json)
    return int(wrong)


def edition_named(opened: App, post: str) -> EditionId:
    """Return the edition of the post that the author calls so, or that was planned or begun by this name.

    A send is stopped whatever became of its post.
    """
    try:
        return posts.edition_of(posts.read(opened.find(post)))
    except (UsageError, PostError):
        if (known := opened.letters.begun(post)) is None:
            raise
        return known

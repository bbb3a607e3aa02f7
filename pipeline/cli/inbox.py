"""``byline inbox``."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from pipeline.cli.talk import command, json_option, report, shown
from pipeline.errors import UsageError
from pipeline.model import Effect, ReturnKind

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from pipeline.model import Returned


@click.command()
@click.option("--explain", is_flag=True, help="Say what the mails in these files mean, and change nothing.")
@click.argument("files", nargs=-1, metavar="FILE...", type=click.Path(path_type=Path))
@json_option
def inbox(files: tuple[Path, ...], *, explain: bool, as_json: bool) -> int:
    """Say what mails that came back mean: bounces, complaints, wishes to leave, automatic replies.

    Each file is one mail, as mail programs save it (.eml). Nothing is asked, sent or changed: no reader is taken off
    the list by it.

    \b
    Example:
      byline inbox --explain bounce.eml
    """
    if not explain or not files:
        raise UsageError(f"say which mails to explain: {command('inbox', '--explain', 'FILE.eml')}")
    from pipeline.send.returned import read

    for file in files:
        events = read(_mail_in(file))
        report({"file": str(file), **_data(events)}, *_lines(file, events), as_json=as_json)
    return 0


def _mail_in(file: Path) -> bytes:
    """Return as much of the mail in ``file`` as is ever read."""
    from pipeline.send.returned import MOST_BYTES

    try:
        with file.open("rb") as opened:
            return opened.read(MOST_BYTES)
    except OSError as error:
        raise UsageError(f"{file} cannot be read: {error.strerror}; give files that hold one mail each") from error


def _data(events: Sequence[Returned]) -> dict[str, object]:
    """Return what a mail says of the first recipient, and under ``also`` what of the others."""
    first, *others = map(_one, events)
    return {**first, "also": others}


def _one(event: Returned) -> dict[str, object]:
    return {
        "kind": event.kind,
        "recipient": event.recipient,
        "reason": event.reason,
        "gone": event.gone,
        "status": event.status,
        "feedback_type": event.feedback_type,
    }


def _lines(file: Path, events: Sequence[Returned]) -> Iterator[str]:
    from pipeline.send.returned import effect_of

    for event in events:
        yield f"{shown(file)}: {_sentence(event)}. {_EFFECTS[effect_of(event)]}"
        if event.said:
            yield f"    it says: {event.said}"


_EFFECTS = {
    Effect.LEAVES: "This reader should get no more letters.",
    Effect.STRIKE: "Three of these in the last five letters are a reason to pause.",
    Effect.NOTHING: "It does not count against a reader.",
}


def _sentence(event: Returned) -> str:
    """Return what ``event`` says, in words."""
    who = event.recipient or "somebody whom it does not name"
    codes = " ".join(filter(None, (event.reply, event.status)))
    match event.kind:
        case ReturnKind.COMPLAINT:
            return f"{who} complained ({event.feedback_type or 'of no kind that is named'})"
        case ReturnKind.UNSUBSCRIBE:
            return f"{who} asks to leave"
        case ReturnKind.AUTO_REPLY:
            return f"a machine answers for {who}"
        case ReturnKind.BOUNCE:
            still = ", and it is still being tried" if event.pending else ""
            gone = "the address is gone" if event.gone else "it did not arrive"
            return f"to {who}: {gone}, {event.reason}{f' ({codes})' if codes else ''}{still}"
        case ReturnKind.OTHER:
            return f"no bounce and no wish, from or for {who} ({event.reason})"

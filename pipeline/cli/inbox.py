"""``byline inbox``."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from pipeline.cli.returned import decision, decision_data, explanation, explanation_data, reader_now
from pipeline.cli.talk import app, command, counted, json_option, report
from pipeline.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from pipeline.app.returns import Returns
    from pipeline.send.inbox import Looked


@click.command()
@click.option("--explain", is_flag=True, help="Say what the mails in these files mean, and change nothing.")
@click.option("--dry-run", is_flag=True, help="Say what would be done about each mail; do and keep nothing.")
@click.option("--list", "listed", is_flag=True, help="Show what came back about readers, and what was done.")
@click.option("--waiting", is_flag=True, help="Show what waits for you to decide.")
@click.option("--show", type=int, metavar="NUMBER", help="Show one of these, with its mail.")
@click.option("--undo", type=int, metavar="NUMBER", help="Let it count no more, and put its reader back.")
@click.option("--accept", type=int, metavar="NUMBER", help="Believe one that waits.")
@click.option("--dismiss", type=int, metavar="NUMBER", help="Let one that waits mean nothing.")
@click.argument("files", nargs=-1, metavar="[FILE]...", type=click.Path(path_type=Path))
@json_option
@click.pass_context
def inbox(context: click.Context, /, files: tuple[Path, ...], *, dry_run: bool, as_json: bool, **asked: Any) -> int:
    """Read what came back: bounces, complaints and wishes to leave, and do what they mean for readers.

    Without FILE, it reads what is new in the mailbox of send.inbox. A FILE is one mail (.eml), an mbox or a Maildir.
    Whose address is gone, who complains and who asks to leave is taken off the list; who could not be reached with
    three of the last five letters is paused. What could be forged waits for you. Nothing is deleted.

    \b
    Example:
      byline inbox
      byline inbox --explain bounce.eml
      byline inbox --list
      byline inbox --undo 12
    """
    wish, number = _wish(asked, files, dry_run=dry_run)
    if wish == "explain":
        return _explained(files, as_json=as_json)
    with app(context) as opened:
        if not wish:
            return _read(opened.returns, files, dry_run=dry_run, as_json=as_json)
        if wish in {"listed", "waiting"}:
            return _listed(opened.returns, waiting=wish == "waiting", as_json=as_json)
        return _one(opened.returns, wish, number, as_json=as_json)


def _wish(asked: Mapping[str, Any], files: tuple[Path, ...], *, dry_run: bool) -> tuple[str, int]:
    """Return which of the options that go with no other is said, and its number; nothing where mails are to be read."""
    wishes = {name: value for name, value in asked.items() if value is not None and value is not False}
    names = [f"--{'list' if name == 'listed' else name}" for name in wishes]
    if len(names) > 1 or (names and dry_run):
        raise UsageError(f"{names[0]} goes with no other of these options: say one thing at a time")
    if not wishes:
        return "", 0
    ((wish, number),) = wishes.items()
    if files and wish != "explain":
        raise UsageError(f"{names[0]} is about what was read before, and takes no files")
    return wish, int(number)


def _read(returns: Returns, files: tuple[Path, ...], *, dry_run: bool, as_json: bool) -> int:
    """Act on mails, and say of each what was done as it is done."""
    data: list[dict[str, Any]] = []
    mails = 0

    def tell(looked: Looked) -> None:
        nonlocal mails
        mails += 1
        about = [ruling for ruling in looked.rulings if ruling.email]
        data.extend({"where": looked.where, **decision_data(ruling)} for ruling in about)
        for ruling in about if not as_json else ():
            click.echo(decision(ruling, is_plan=dry_run))

    notes = returns.read(files, tell, only_look=dry_run)
    told = f"Looked at {counted(mails, 'mail')}, with {counted(len(data), 'event')} about readers."
    told += " Nothing was done or kept." if dry_run else ""
    for note in notes:
        click.echo(f"note: {note}", err=True)
    report({"mails": mails, "events": data, "dry_run": dry_run, "notes": notes}, told, as_json=as_json)
    return 0


def _listed(returns: Returns, *, waiting: bool, as_json: bool) -> int:
    rulings = returns.rulings(waiting=waiting)
    lines = [decision(ruling) for ruling in rulings]
    told = f"{counted(len(rulings), 'event')}{' to decide about: --show, --accept or --dismiss it' if waiting else ''}."
    report({"events": [decision_data(ruling) for ruling in rulings]}, *lines, told, as_json=as_json)
    return 0


def _one(returns: Returns, wish: str, number: int, *, as_json: bool) -> int:
    """Show one event, take it back, or decide about it."""
    if wish == "undo":
        reader = returns.undo(number)
        report({"undone": number, "email": reader.email, "state": reader.state}, reader_now(reader), as_json=as_json)
        return 0
    if wish == "show":
        ruling, mail = returns.show(number)
        report(
            {**decision_data(ruling), "mail": mail},
            decision(ruling),
            "",
            *(f"  {line}" for line in mail),
            as_json=as_json,
        )
        return 0
    ruling = returns.settle(number, counts=wish == "accept")
    report(decision_data(ruling), decision(ruling), as_json=as_json)
    return 0


def _explained(files: tuple[Path, ...], *, as_json: bool) -> int:
    """Say what mails in files mean."""
    if not files:
        raise UsageError(f"say which mails to explain: {command('inbox', '--explain', 'FILE.eml')}")
    from pipeline.send.returned import read

    for file in files:
        events = read(_mail_in(file))
        report({"file": str(file), **explanation_data(events)}, *explanation(file, events), as_json=as_json)
    return 0


def _mail_in(file: Path) -> bytes:
    """Return as much of the mail in ``file`` as is ever read."""
    from pipeline.send.returned import MOST_BYTES

    try:
        with file.open("rb") as opened:
            return opened.read(MOST_BYTES)
    except OSError as error:
        raise UsageError(f"{file} cannot be read: {error.strerror}; give files that hold one mail each") from error

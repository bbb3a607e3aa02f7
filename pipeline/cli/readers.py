"""``byline readers``."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import Any

import click

from pipeline.cli.talk import app, counted, json_option, plain, report, write_file
from pipeline.errors import UsageError
from pipeline.model import ReaderState


@click.group(invoke_without_command=True)
@json_option
@click.pass_context
def readers(context: click.Context, *, as_json: bool) -> int:
    """List, add, remove, show, erase, import and export the readers of the letter.

    \b
    Example:
      byline readers add ana@example.org --name "Ana Ruiz" --consent "asked for it at the port congress"
    """
    if context.invoked_subcommand is None:
        code: int = context.invoke(list_readers, as_json=as_json)
        return code
    return 0


_OTHERS = {ReaderState.PENDING: "not confirmed", ReaderState.PAUSED: "paused", ReaderState.LEFT: "left"}


@readers.command("list")
@json_option
@click.pass_context
def list_readers(context: click.Context, *, as_json: bool) -> int:
    """Show all readers, those who left too.

    \b
    Example:
      byline readers list
    """
    with app(context) as opened:
        everyone = [(reader, reader.state_at(opened.now)) for reader in opened.readers.everyone()]
    lines = [
        f"{state:<7} {reader.email}  {reader.name}  ({reader.consent or 'how they agreed is not noted'})"
        for reader, state in everyone
    ]
    counts = Counter(state for _, state in everyone)
    shown = [
        {
            "email": reader.email,
            "name": reader.name,
            "state": state,
            "consent": reader.consent,
            "consented_at": reader.consented_at,
        }
        for reader, state in everyone
    ]
    others = [f", {counts[state]} {word}" for state, word in _OTHERS.items() if counts[state]]
    told = f"{counted(counts[ReaderState.ACTIVE], 'reader')}{''.join(others)}."
    report({"readers": shown}, *lines, told, as_json=as_json)
    return 0


@readers.command("add")
@click.argument("email")
@click.option("--name", default="", help="What to call the reader.")
@click.option("--consent", default="", help="How and where they agreed to the letter.")
@click.option("--again", is_flag=True, help="Take back somebody who left, because they asked for it anew.")
@json_option
@click.pass_context
def add(context: click.Context, email: str, name: str, consent: str, *, again: bool, as_json: bool) -> int:
    """Add one reader, who has agreed to get the letter.

    \b
    Example:
      byline readers add ana@example.org --name "Ana Ruiz" --consent "asked for it at the port congress"
    """
    with app(context) as opened:
        reader = opened.readers.add(email, name, consent, again=again)
    report({"added": reader.email, "name": reader.name}, f"Added {reader.email}.", as_json=as_json)
    return 0


@readers.command("remove")
@click.argument("email")
@json_option
@click.pass_context
def remove(context: click.Context, email: str, *, as_json: bool) -> int:
    """Take a reader off the list for good; no import brings the address back.

    \b
    Example:
      byline readers remove ana@example.org
    """
    with app(context) as opened:
        reader = opened.readers.remove(email)
    report({"removed": reader.email}, f"{reader.email} gets no more letters.", as_json=as_json)
    return 0


@readers.command("show")
@click.argument("email")
@json_option
@click.pass_context
def show(context: click.Context, email: str, *, as_json: bool) -> int:
    """Show everything that is kept about one address: for readers who ask what you know of them.

    \b
    Example:
      byline readers show ana@example.org --json
    """
    with app(context) as opened:
        kept = opened.readers.show(email)
    lines = [f"{name:<13} {_in_words(value)}" for name, value in kept.items() if name != "deliveries"]
    lines += [f"{each['edition']}: {each['state']}  {each['answer']}".rstrip() for each in kept["deliveries"]]
    report(kept, *lines, as_json=as_json)
    return 0


def _in_words(value: Any) -> str:
    if isinstance(value, tuple):
        return ", ".join(value) or "-"
    if isinstance(value, dict):
        return "; ".join(f"{name} {each}" for name, each in value.items() if each)
    return str(plain(value)) if value not in (None, "") else "-"


@readers.command("erase")
@click.argument("email")
@json_option
@click.pass_context
def erase(context: click.Context, email: str, *, as_json: bool) -> int:
    """Erase everything about one address, deliveries too; only a keyed mark is left, so that no import brings it back.

    \b
    Example:
      byline readers erase ana@example.org
    """
    with app(context) as opened:
        erased = opened.readers.erase(email)
    report({"erased": erased}, f"Nothing is kept of {erased} any more.", as_json=as_json)
    return 0


@readers.command("import")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--consent", default="", help="How and where these people agreed, where the table does not say it.")
@json_option
@click.pass_context
def import_readers(context: click.Context, file: Path, consent: str, *, as_json: bool) -> int:
    """Add the readers of a CSV table with a column of addresses; each refused line is named with its reason.

    The tables that Mailchimp, Substack, Buttondown, Ghost and beehiiv write are known by their columns.

    \b
    Example:
      byline readers import readers.csv --consent "signed up on my old site"
    """
    try:
        table = file.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError:
        raise UsageError(f"{file} is not UTF-8 text: save it as CSV in UTF-8") from None
    with app(context) as opened:
        imported = opened.readers.import_csv(table, consent)
    refused = [{"line": line, "because": why} for line, why in imported.refused]
    noted = [{"line": line, "note": note} for line, note in imported.noted]
    lines = [f"{file}:{line}: {why}" for line, why in sorted((*imported.refused, *imported.noted))]
    told = f"Added {counted(imported.added, 'reader')}, refused {counted(len(refused), 'line')}."
    told += f" It is a table of {imported.service}." if imported.service else ""
    data = {"added": imported.added, "refused": refused, "noted": noted, "service": imported.service}
    report(data, *lines, told, as_json=as_json)
    return int(bool(refused))


@readers.command("export")
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path), required=False)
@click.pass_context
def export_readers(context: click.Context, file: Path | None) -> int:
    """Write all readers as CSV, to FILE or to stdout.

    \b
    Example:
      byline readers export readers.csv
    """
    with app(context) as opened:
        table = opened.readers.export_csv()
    if file is None:
        click.echo(table, nl=False)
    else:
        write_file(file, table.encode(), private=True)
    return 0

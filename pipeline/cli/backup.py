"""``byline backup`` and ``byline restore``."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from pipeline.cli.store import table_rows
from pipeline.cli.talk import app, counted, json_option, moment, plain, report, shown, working
from pipeline.errors import UsageError
from pipeline.settings.sections import store_url

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pipeline.app.backup.restored import Restored


@click.command()
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
@click.option("--to", "recipients", multiple=True, metavar="KEY", help="Encrypt for this public key of age (age1…).")
@json_option
@click.pass_context
def backup(context: click.Context, file: Path, recipients: tuple[str, ...], *, as_json: bool) -> int:
    """Put all that cannot be done again into one encrypted FILE: the store, the key of readers' links, your texts.

    It is encrypted by the passphrase in BYLINE_BACKUP_PASSPHRASE, or for the public keys that you name. Pulls and
    sends may go on meanwhile.

    \b
    Example:
      byline backup /mnt/stick/2026-11-23.age
    """
    with app(context) as opened, working("backing up"):
        made = opened.backup(file, recipients)
    told = (
        f"{shown(made.path)}: {counted(made.files, 'file')}, {counted(sum(made.tables.values()), 'row')} of the store"
    )
    notes = [
        f"  not in it: {name}, which is a link or has a name that not every system can have" for name in made.left_out
    ]
    report(plain(made) | {"tables": table_rows(made.tables)}, told, *notes, as_json=as_json)
    return int(bool(made.left_out))


@click.command()
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.argument("folder", metavar="DIR", type=click.Path(file_okay=False, path_type=Path))
@click.option(
    "--identity",
    metavar="KEYS",
    type=click.Path(dir_okay=False, path_type=Path),
    help="The file of the secret key, for a backup made with --to.",
)
@click.option("--force", is_flag=True, help="Set aside what is in DIR.")
@click.option("--empty-database", is_flag=True, help="Empty the database of DATABASE_URL; a file keeps what it held.")
@click.option("--yes", is_flag=True, help="Do not ask before a database is emptied.")
@json_option
@click.pass_context
def restore(context: click.Context, /, file: Path, folder: Path, identity: Path | None, **said: bool) -> int:
    """Put what the backup in FILE holds into DIR: all of it, or nothing.

    DIR must be new or empty. With DATABASE_URL set, the store goes into that database, which must be empty. What was
    being sent, or is planned, waits for your word: who got it since the backup is not known.

    \b
    Example:
      byline restore /mnt/stick/2026-11-23.age my-site
    """
    from pipeline.app.backup.restored import Database
    from pipeline.app.backup.restored import restore as put_back
    from pipeline.app.backup.sealed import Lock

    environment = context.obj["environment"]
    lock = Lock(passphrase=environment.get("BYLINE_BACKUP_PASSPHRASE") or None, identities=identity)
    database = store_url(environment["DATABASE_URL"]) if environment.get("DATABASE_URL") else None
    if said["empty_database"]:
        _see_that_it_is_meant(database, folder, is_asked=not said["yes"])
    with working("restoring"):
        done = put_back(
            file,
            folder,
            lock,
            force=said["force"],
            database=Database(database, empties=said["empty_database"]) if database else None,
            now=moment(context),
        )
    rows = counted(sum(done.tables.values()), "row")
    made = f"as of {done.made_at:%Y-%m-%d %H:%M} UTC"
    told = f"{shown(done.folder)}: {counted(done.files, 'file')}, {rows} of the store, {made}"
    data = plain(done) | {"tables": table_rows(done.tables)}
    report(data, told, *_places(done), *_held(done), as_json=said["as_json"])
    return 0


def _see_that_it_is_meant(database: str | None, folder: Path, *, is_asked: bool) -> None:
    """Let the author say whether a database is to be emptied. Raises ``click.Abort`` at a no."""
    from pipeline.store.address import shown as address_shown
    from pipeline.store.examined import rows_at

    if database is None:
        raise UsageError("--empty-database is about the database of DATABASE_URL, which is not set")
    rows = rows_at(database)
    if rows and is_asked:
        held = f"{address_shown(database)} holds {counted(rows.get('readers', 0), 'reader')}"
        click.confirm(f"{held}. Empty it, once all of it is in a file beside {shown(folder)}?", abort=True, err=True)


def _places(done: Restored) -> Iterator[str]:
    if done.before:
        yield f"  what was there before is in {shown(done.before)}"
    if done.database:
        yield f"  the store is in {done.database}"
    if done.database_before:
        yield f"  what was in that database before is in {shown(done.database_before)}, a store of SQLite"


def _held(done: Restored) -> Iterator[str]:
    """Yield what the author has to know before a letter leaves."""
    for name in done.held:
        yield (
            f"  {name} waits, as who got it since the backup is not known here: `byline send {name} --resume` goes on "
            "with it, --cancel does not"
        )
    yield "  editions up to today that this store does not know are sent only with --resume: see who got them first"

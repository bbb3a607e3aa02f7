"""``byline backup`` and ``byline restore``."""

from __future__ import annotations

from pathlib import Path

import click

from pipeline.cli.store import table_rows
from pipeline.cli.talk import app, counted, json_option, plain, report, shown, working
from pipeline.settings.sections import store_url


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
@click.option("--force", is_flag=True, help="Set aside what is in DIR, and empty the database of DATABASE_URL.")
@json_option
@click.pass_context
def restore(
    context: click.Context, file: Path, folder: Path, identity: Path | None, *, force: bool, as_json: bool
) -> int:
    """Put what the backup in FILE holds into DIR: all of it, or nothing.

    DIR must be new or empty. With DATABASE_URL set, the store goes into that database, which must be empty.

    \b
    Example:
      byline restore /mnt/stick/2026-11-23.age my-site
    """
    from pipeline.app.backup.restored import restore as put_back
    from pipeline.app.backup.sealed import Lock

    environment = context.obj["environment"]
    lock = Lock(passphrase=environment.get("BYLINE_BACKUP_PASSPHRASE") or None, identities=identity)
    url = environment.get("DATABASE_URL")
    with working("restoring"):
        done = put_back(file, folder, lock, force=force, database=store_url(url) if url else None)
    rows = counted(sum(done.tables.values()), "row")
    made = f"as of {done.made_at:%Y-%m-%d %H:%M} UTC"
    told = f"{shown(done.folder)}: {counted(done.files, 'file')}, {rows} of the store, {made}"
    aside = [f"  what was there before is in {shown(done.before)}"] if done.before else []
    report(plain(done) | {"tables": table_rows(done.tables)}, told, *aside, as_json=as_json)
    return 0

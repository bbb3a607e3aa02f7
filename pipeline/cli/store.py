"""``byline store``."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import click

from pipeline.cli.talk import app, counted, json_option, report, working
from pipeline.errors import SettingsError, UsageError
from pipeline.settings.sections import store_url

if TYPE_CHECKING:
    from collections.abc import Mapping


@click.group()
def store() -> None:
    """Copy what is remembered into another database.

    \b
    Example:
      byline store copy postgresql://ana@localhost/byline
    """


@store.command()
@click.argument("url")
@click.option("--spare", is_flag=True, help="It is a spare one: this store is used as before.")
@json_option
@click.pass_context
def copy(context: click.Context, url: str, *, spare: bool, as_json: bool) -> int:
    """Copy the whole store into the empty one at URL, all or nothing: from SQLite to PostgreSQL, or back.

    The store that is copied keeps all that it has. But once it moved to PostgreSQL, nothing is written into it any
    more, and no letter is sent from it, as the other would not know of that; `byline store stay` takes that back. No
    store moves while an edition is sent from it, and nothing is ever copied over another store.

    \b
    Example:
      byline store copy postgresql://ana@localhost/byline
      byline store copy postgresql://ana@localhost/try --spare
      DATABASE_URL=postgresql://ana@localhost/byline byline store copy sqlite:///moved.db
    """
    from pipeline.store.address import address_of
    from pipeline.store.address import shown as address_shown

    address = store_url(url)
    try:
        parts = address_of(address)
    except SettingsError:
        parts = None
    if parts is None or not parts.database:
        raise UsageError(
            "the URL to copy to names no database: write postgresql://user@host/name or sqlite:///FILE, and in a "
            "password @ as %40, : as %3A and / as %2F"
        )
    place = address_shown(parts)
    moves = parts.get_backend_name() == "postgresql" and not spare
    with app(context) as opened, working("copying"):
        tables = opened.copy_store(address, moves_to=place if moves else "")
    rows = counted(sum(tables.values()), "row")
    report(
        {"copied": place, "tables": table_rows(tables)},
        f"Copied {rows} of {counted(len(tables), 'table')} into {place}.",
        *(_NEXT if moves else ("Put it where you want it.",)),
        as_json=as_json,
    )
    return 0


@store.command()
@json_option
@click.pass_context
def stay(context: click.Context, *, as_json: bool) -> int:
    """Use this store again, after it was copied to another that is not to be used, or the copy was cut off.

    What happened in the other one since then is not known here: who got a letter, who came and who left.

    \b
    Example:
      byline store stay
    """
    with app(context) as opened:
        was_moved = opened.stay()
    told = "This store is used again." if was_moved else "This store was not moved: nothing was done."
    report({"moved": was_moved}, told, as_json=as_json)
    return 0


_NEXT: Final = (
    "Nothing is written here any more. Wherever Byline runs, set DATABASE_URL to it now, with its password if any:",
    "  stop and start anew `byline serve`, `byline desk` and `byline worker`",
    "  units of systemd read it in /etc/byline/environment, jobs at a code host among their secrets",
    "Then `byline status` says how many readers it has.",
)


def table_rows(tables: Mapping[str, int]) -> list[dict[str, object]]:
    """Return the numbers of rows as a report has them."""
    return [{"name": name, "rows": count} for name, count in tables.items()]

"""``byline store``."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click
from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError

from pipeline.cli.talk import app, counted, json_option, report, working
from pipeline.errors import UsageError
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
@json_option
@click.pass_context
def copy(context: click.Context, url: str, *, as_json: bool) -> int:
    """Copy the whole store into the empty one at URL, all or nothing: from SQLite to PostgreSQL, or back.

    The store that is copied stays as it is. Nothing is ever copied over another store.

    \b
    Example:
      byline store copy postgresql://ana@localhost/byline
      DATABASE_URL=postgresql://ana@localhost/byline byline store copy sqlite:///moved.db
    """
    address = store_url(url)
    try:
        parts = make_url(address)
    except ArgumentError:
        parts = None
    if parts is None or parts.get_backend_name() not in {"postgresql", "sqlite"} or not parts.database:
        raise UsageError(f"{url} names no database: write postgresql://user@host/name, or sqlite:///FILE")
    with app(context) as opened, working("copying"):
        tables = opened.copy_store(address)
    place = parts.render_as_string(hide_password=True)
    rows = counted(sum(tables.values()), "row")
    report(
        {"copied": place, "tables": table_rows(tables)},
        f"Copied {rows} of {counted(len(tables), 'table')} into {place}.",
        "From now on, set DATABASE_URL to it."
        if parts.get_backend_name() == "postgresql"
        else "Put it where you want it.",
        as_json=as_json,
    )
    return 0


def table_rows(tables: Mapping[str, int]) -> list[dict[str, object]]:
    """Return the numbers of rows as a report has them."""
    return [{"name": name, "rows": count} for name, count in tables.items()]

"""Many sites in one PostgreSQL database, each in a schema of its own: ``…/agency?schema=ana``.

A connection looks into that one schema and into no other, so no query of the store can name a row of another site.
What a role may do beyond that is PostgreSQL's to say, and here to be found out.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final, NamedTuple

from sqlalchemy import text

from pipeline.errors import SettingsError, StoreError

if TYPE_CHECKING:
    from sqlalchemy import URL, Connection

QUEUE: Final = "byline_queue"
"""The schema that all workers share; what is in it is made anew, so it is no place for a site."""
_NAME: Final = re.compile(r"(?!pg_)[a-z_][a-z0-9_]{0,62}")


class Walls(NamedTuple):
    """What a role may do beyond its own site: all there is (``is_superuser``), or with the tables of ``others``."""

    is_superuser: bool
    others: tuple[str, ...]


def schema_of(url: URL) -> tuple[URL, str]:
    """Return ``url`` as the server's library takes it, and the schema that it names; empty where it names none.

    Raises ``SettingsError`` where that is no name for one.
    """
    named = url.query.get("schema", "")
    if not named:
        return url, ""
    if not isinstance(named, str) or not _NAME.fullmatch(named) or named == "information_schema":
        raise SettingsError(
            ["DATABASE_URL: schema must be small letters, digits and _, and not begin with a digit or pg_: ?schema=ana"]
        )
    if named == QUEUE:
        raise SettingsError(
            [f"DATABASE_URL: the schema {QUEUE} is that of the workers' queue; name another: ?schema=ana"]
        )
    return url.difference_update_query(["schema"]), named


def see_that_it_is_there(connection: Connection, schema: str) -> None:
    """Make ``schema`` where it is missing. Raises ``StoreError`` where it is somebody else's to make."""
    if not schema:
        return
    if _is_ours(connection, schema):
        return
    connection.execute(_ONE_AT_A_TIME, {"name": schema})  # IF NOT EXISTS fails where another makes it just now
    if _is_ours(connection, schema):
        return
    if not connection.scalar(_MAY_MAKE):
        raise StoreError(
            f"there is no schema {schema} in the database, and DATABASE_URL's role may make none: whoever administers "
            f"it makes one by `CREATE SCHEMA {schema} AUTHORIZATION` and the name of that role"
        )
    connection.execute(text(f'CREATE SCHEMA "{schema}"'))


def _is_ours(connection: Connection, schema: str) -> bool:
    """Tell whether ``schema`` is there. Raises ``StoreError`` where it is another's."""
    may = connection.execute(_IS_THERE, {"name": schema}).first()
    if may is not None and not may[0]:
        raise StoreError(f"the schema {schema} is another role's, and not that of DATABASE_URL: name your own schema")
    return may is not None


def beyond(connection: Connection) -> Walls:
    """Return what the role of ``connection`` may do beyond the schema that it looks into."""
    is_superuser = bool(connection.scalar(text("SELECT rolsuper FROM pg_roles WHERE rolname = current_user")))
    return Walls(is_superuser, tuple(connection.scalars(_OTHERS)))


def place_of(connection: Connection) -> str:
    """Return what tells the store of ``connection`` from all others, whatever address leads there.

    That is the server's own number, and those of the database and of a table of ours; empty where the role may not ask.
    """
    if not connection.scalar(_MAY_ASK):
        return ""
    return str(connection.scalar(_PLACE))


_MAY_ASK: Final = text("SELECT has_function_privilege('pg_catalog.pg_control_system()', 'EXECUTE')")
_PLACE: Final = text(
    "SELECT concat_ws(' ', system_identifier, (SELECT oid FROM pg_database WHERE datname = current_database()), "
    "to_regclass('sends')::oid) FROM pg_control_system()"
)
_IS_THERE: Final = text("SELECT has_schema_privilege(oid, 'USAGE') FROM pg_namespace WHERE nspname = :name")
_ONE_AT_A_TIME: Final = text("SELECT pg_advisory_xact_lock(7240195, hashtext(:name))")
_MAY_MAKE: Final = text("SELECT has_database_privilege(current_database(), 'CREATE')")
_OTHERS: Final = text(
    "SELECT DISTINCT spaces.nspname FROM pg_class AS tables JOIN pg_namespace AS spaces "
    "ON spaces.oid = tables.relnamespace WHERE tables.relkind = 'r' AND spaces.nspname <> current_schema() "
    "AND spaces.oid IN (SELECT relnamespace FROM pg_class WHERE relname = 'alembic_version') "
    "AND has_schema_privilege(spaces.oid, 'USAGE') "
    "AND has_table_privilege(tables.oid, 'SELECT, INSERT, UPDATE, DELETE, TRUNCATE') ORDER BY spaces.nspname"
)
"""What else has the tables of a Byline in it, and lets this role at any of them."""

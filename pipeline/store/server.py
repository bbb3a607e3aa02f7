"""A PostgreSQL server: how it is connected to, what each transaction begins by, and what tells that it is away.

Behind a pooler a connection has another client's next, so what holds is said for a transaction alone, and all of it in
one statement. What the address of the database says of the connection itself, and what a role or a database says of
how long it waits, stands.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from sqlalchemy import create_engine, event
from sqlalchemy.exc import InterfaceError, OperationalError

from pipeline.store.walls import schema_of

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from sqlalchemy import URL, Connection, Engine
    from sqlalchemy.engine.interfaces import ExceptionContext

READING: Final = "byline_reading"
"""The option of an engine or a connection that only reads: it holds up nobody, and forgets nothing."""
_LIVING: Final = {
    "connect_timeout": 10,
    "keepalives": 1,
    "keepalives_idle": 30,
    "keepalives_interval": 10,
    "keepalives_count": 3,
    "tcp_user_timeout": 30_000,
}
"""Seconds, and milliseconds: a machine that is gone from the network without a word is noticed within a minute."""
_WAITS: Final = "60s"
"""So long one waits for what another holds, and so long another may hold it and do nothing: whoever was stopped, or
lost its machine, within a transaction holds up nobody for longer."""
_DEMOTED: Final = "25006"
"""It was the server that is written to, and is another's copy now."""
_HELD_UP: Final = ("53300", "25P03", "55P03")
"""It has too many connections; it ended one that did nothing; somebody else holds what is wanted."""


def connecting(url: URL, schema: str = "") -> Engine:
    """Return what connects to the database at ``url``, and looks into ``schema`` or the one that it names."""
    url, named = schema_of(url)
    # What a server has prepared is not there for the next client of a pooler: nothing is.
    engine = create_engine(url, connect_args={"prepare_threshold": None, **living(url)})
    event.listen(engine, "connect", _set_up)
    event.listen(engine, "begin", _beginning(schema or named))
    event.listen(engine, "handle_error", _leave_a_demoted_one)
    return engine


def living(url: URL) -> Mapping[str, int]:
    """Return the parameters by which a connection finds out that the other side is gone, but for those of ``url``."""
    return {name: value for name, value in _LIVING.items() if name not in url.query}


def is_away(error: Exception) -> bool:
    """Tell whether a server may be there again in a moment, as one that lacks room (class 53, 58) is not.

    https://www.postgresql.org/docs/current/errcodes-appendix.html
    """
    state = _state_of(getattr(error, "orig", None))
    if state == _DEMOTED or state in _HELD_UP:
        return True
    return isinstance(error, (OperationalError, InterfaceError)) and state[:2] not in {"53", "58"}


def _state_of(error: BaseException | None) -> str:
    return getattr(error, "sqlstate", None) or ""


def _set_up(connection: Any, _record: object) -> None:
    connection.execute("SET TIME ZONE 'UTC'")  # elsewhere, a time of the year 9999 may lie beyond what Python knows
    connection.commit()


def _beginning(schema: str) -> Callable[[Connection], None]:
    """Return what a transaction begins by: it looks into ``schema`` and nowhere else, if one is named.

    One that writes waits and is waited for no longer than ``_WAITS``, and what it committed is on disk, there and
    wherever the server says that it must be: a claim that a crash forgets is a second letter.
    """
    look = f"set_config('search_path', '\"{schema}\"', true)" if schema else ""
    waits = [
        f"CASE current_setting('{name}') WHEN '0' THEN set_config('{name}', '{_WAITS}', true) END"
        for name in ("lock_timeout", "idle_in_transaction_session_timeout")
    ]
    lasts = (
        "CASE WHEN current_setting('synchronous_commit') IN ('off', 'local') "
        "THEN set_config('synchronous_commit', 'on', true) END"
    )
    reading = f"SELECT {look}" if look else ""
    writing = f"SELECT {', '.join([look, *waits, lasts] if look else [*waits, lasts])}"

    def begin(connection: Connection) -> None:
        if statement := reading if connection.get_execution_options().get(READING) else writing:
            connection.exec_driver_sql(statement)

    return begin


def _leave_a_demoted_one(context: ExceptionContext) -> None:
    """Let go of all connections to a server that is written to no more: a new one may lead to that which is."""
    if _state_of(context.original_exception) == _DEMOTED:
        context.is_disconnect = True

"""What all workers share besides the queue: the schema that both stand in, and the statements that are asked of it.

The schema is made when the first worker starts. All that is in it can be told anew from the sites' own stores, so that
it is made anew, and never migrated, where another version of the queue's library needs another one.
"""

from __future__ import annotations

import json
import threading
import time
from importlib.metadata import version
from typing import TYPE_CHECKING, Any, Final

from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from pipeline.errors import StoreAwayError, StoreError
from pipeline.store import connecting
from pipeline.store.address import words_of
from pipeline.store.walls import QUEUE, see_that_it_is_there
from pipeline.worker.ills import Ills

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from sqlalchemy import URL, Connection, Row, TextClause

SCHEMA: Final = QUEUE
ALIVE: Final = 30
"""Seconds: a worker that gave no sign for so long is dead."""
BEAT: Final = 5.0
"""Seconds between two signs of life."""
_PRESENT: Final = 2.4 * BEAT
"""Seconds after its last sign in which a worker counts as alive; it is not held for dead at once, see ALIVE."""
_AT_ONCE: Final = 10
"""Connections of one worker beside those of its queue; whoever needs one more waits for it."""
_AWAY: Final = (0.5, 1.0, 2.0)
"""Seconds after which a server that ended the connection is asked again."""


class Fleet:
    """The database of the queue, as all workers see it; ``url`` is its address."""

    def __init__(self, url: URL) -> None:
        self.url = url
        self.engine = connecting(url.render_as_string(hide_password=False), SCHEMA)
        self._room = threading.BoundedSemaphore(_AT_ONCE)

    def prepare(self, *, renew: bool = False) -> None:
        """Make what is missing; ``renew`` makes all anew.

        Raises ``StoreError`` where another library made it, or the database is not there or not ours to make it in.
        """
        try:
            with self.engine.begin() as connection:
                _prepare(connection, renew=renew)
        except DBAPIError as error:
            raise StoreError(
                f"the queue cannot be made ready: {words_of(error)}; check that the database of DATABASE_URL is there, "
                f"and that the schema {SCHEMA} is its role's, if there is one"
            ) from error

    def workers(self) -> int:
        """Return how many workers gave a sign of life just now."""
        return int(self.ask(_WORKERS, alive=_PRESENT)[0].many)

    def jobs(self) -> Mapping[tuple[str, str], int]:
        """Return how many jobs there are of each task in each state; of those done, ``stalled`` ones."""
        return {(row.task_name, row.state): row.many for row in self.ask(_JOBS, alive=ALIVE)}

    def is_waiting(self, lock: str) -> bool:
        """Tell whether a job with this lock waits to be done."""
        return bool(self.ask(_WAITING, lock=lock))

    def has_work(self) -> bool:
        """Tell whether a job waits that can be done now."""
        return bool(self.ask(_WORK))

    def failed_lately(self, task: str, site: str) -> bool:
        """Tell whether a task of a site failed within the last hour."""
        return bool(self.ask(_FAILED, task=task, site=site))

    def also_at(self, site: str, place: str) -> Sequence[str]:
        """Write down that the store of ``site`` is at ``place``. Return which others were found to be there last."""
        return [row.site for row in self.ask(_ALSO_AT, site=site, place=place)]

    def looked(self, site: str, ills: Ills) -> None:
        """Write down what is wrong with ``site``, as whoever looked at it last saw that."""
        said = {"troubles": json.dumps(dict(ills.troubles)), "late": ills.late, "uncertain": ills.uncertain}
        self.ask(_LOOKED, site=site, **said)

    def ills(self) -> Mapping[str, Ills]:
        """Return what is wrong with each site at which somebody looked within the last half an hour."""
        return {
            row.site: Ills(troubles=row.troubles, late=row.late, uncertain=row.uncertain) for row in self.ask(_ILLS)
        }

    def ask(self, statement: TextClause, **given: object) -> Sequence[Row[Any]]:
        """Return the rows of a statement that can be run twice: it is, where the server ended the connection.

        Raises ``StoreAwayError`` where the server does not answer.
        """
        for wait in (0.0, *_AWAY):
            time.sleep(wait)
            try:
                with self._room, self.engine.begin() as connection:
                    found = connection.execute(statement, given)
                    return found.all() if found.returns_rows else ()
            except DBAPIError as error:
                last = error
        raise StoreAwayError(f"the database of the queue does not answer: {type(last.orig).__name__}") from last

    def close(self) -> None:
        """Let go of the database."""
        self.engine.dispose()


def _prepare(connection: Connection, *, renew: bool) -> None:
    from procrastinate.schema import SchemaManager

    made_by = version("procrastinate")
    connection.execute(text("SELECT pg_advisory_xact_lock(7240194)"))  # one at a time makes it
    if renew or _made_by(connection) is None:
        _see_that_nobody_else_is_in_it(connection)
    if renew:
        connection.execute(text(f"DROP SCHEMA IF EXISTS {SCHEMA} CASCADE"))
    found = _made_by(connection)
    if found is None:
        see_that_it_is_there(connection, SCHEMA)
        plain = connection.execution_options(no_parameters=True)
        plain.exec_driver_sql(SchemaManager.get_schema())
        plain.exec_driver_sql(_TABLES)
        connection.execute(text("INSERT INTO queue_made_by VALUES (:version)"), {"version": made_by})
    elif found.split(".")[:2] != made_by.split(".")[:2]:
        raise StoreError(
            f"the queue was made by procrastinate {found}, and this is {made_by}: end all workers, and start the first "
            "with --renew, which makes the queue anew. Nothing is lost: what is to be done stands in the sites' stores"
        )
    connection.execution_options(no_parameters=True).exec_driver_sql(_SITES)


def _see_that_nobody_else_is_in_it(connection: Connection) -> None:
    """Raise ``StoreError`` where the schema of the queue has the tables of a site, or of whatever else."""
    tables = set(connection.scalars(_TABLES_IN_IT, {"schema": SCHEMA}))
    if "alembic_version" in tables or (tables and "queue_made_by" not in tables):
        raise StoreError(
            f"the schema {SCHEMA} holds what is not the queue's, so nothing was made or dropped in it: if that is the "
            "store of a site, ALTER SCHEMA … RENAME TO gives it a name of its own"
        )


def _made_by(connection: Connection) -> str | None:
    if connection.scalar(text("SELECT to_regclass('byline_queue.queue_made_by')")) is None:
        return None
    return str(connection.scalar(text("SELECT version FROM queue_made_by")))


_TABLES: Final = """
CREATE TABLE queue_made_by (version text NOT NULL);
CREATE TABLE host_turns (
    host text PRIMARY KEY,
    holder text NOT NULL DEFAULT '',
    held_until timestamptz NOT NULL DEFAULT '-infinity',
    ended_at timestamptz NOT NULL DEFAULT '-infinity',
    left_until timestamptz NOT NULL DEFAULT '-infinity',
    because text NOT NULL DEFAULT ''
) WITH (fillfactor = 50);
"""
_SITES: Final = """
CREATE TABLE IF NOT EXISTS site_places (site text PRIMARY KEY, place text NOT NULL);
CREATE TABLE IF NOT EXISTS site_ills (
    site text PRIMARY KEY, looked_at timestamptz NOT NULL, troubles jsonb NOT NULL, late int NOT NULL,
    uncertain int NOT NULL
) WITH (fillfactor = 50);
"""
_TABLES_IN_IT: Final = text("SELECT tablename FROM pg_tables WHERE schemaname = :schema")
_LOOKED: Final = text(
    "INSERT INTO site_ills VALUES (:site, now(), CAST(:troubles AS jsonb), :late, :uncertain) ON CONFLICT (site) "
    "DO UPDATE SET looked_at = excluded.looked_at, troubles = excluded.troubles, late = excluded.late, "
    "uncertain = excluded.uncertain"
)
_ILLS: Final = text("SELECT * FROM site_ills WHERE looked_at > now() - interval '30 minutes' ORDER BY site")
_ALSO_AT: Final = text(
    "WITH known AS (INSERT INTO site_places AS places VALUES (:site, :place) ON CONFLICT (site) DO UPDATE "
    "SET place = excluded.place WHERE places.place <> excluded.place) "
    "SELECT site FROM site_places WHERE place = :place AND site <> :site ORDER BY site"
)
_WORKERS: Final = text(
    "SELECT count(*) AS many FROM procrastinate_workers WHERE last_heartbeat > now() - make_interval(secs => :alive)"
)
_JOBS: Final = text(
    "SELECT task_name, CASE WHEN status = 'doing' AND (worker_id IS NULL OR last_heartbeat IS NULL "
    "OR last_heartbeat < now() - make_interval(secs => :alive)) THEN 'stalled' ELSE status::text END AS state, "
    "count(*) AS many FROM procrastinate_jobs LEFT JOIN procrastinate_workers AS workers ON workers.id = worker_id "
    "GROUP BY 1, 2"
)
_WAITING: Final = text("SELECT 1 FROM procrastinate_jobs WHERE status = 'todo' AND lock = :lock LIMIT 1")
_WORK: Final = text(
    "SELECT 1 FROM procrastinate_jobs WHERE status = 'todo' AND (scheduled_at IS NULL OR scheduled_at <= now()) LIMIT 1"
)
_FAILED: Final = text(
    "SELECT 1 FROM procrastinate_jobs AS jobs JOIN procrastinate_events AS events ON events.job_id = jobs.id "
    "WHERE task_name = :task AND args ->> 'site' = :site AND status = 'failed' AND events.type = 'failed' "
    "AND events.at > now() - interval '1 hour' LIMIT 1"
)

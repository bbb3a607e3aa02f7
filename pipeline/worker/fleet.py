"""What all workers share besides the queue: the schema that both stand in, and whose turn it is at a host.

The schema is made when the first worker starts. All that is in it can be told anew from the sites' own stores, so that
it is made anew, and never migrated, where another version of the queue's library needs another one.
"""

from __future__ import annotations

import asyncio
import random
import threading
import time
from importlib.metadata import version
from typing import TYPE_CHECKING, Any, Final
from uuid import uuid4

from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from pipeline.errors import StoreAwayError, StoreError
from pipeline.model import Due
from pipeline.store import connecting
from pipeline.store.address import words_of
from pipeline.store.walls import see_that_it_is_there

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from sqlalchemy import URL, Connection, Row, TextClause

SCHEMA: Final = "byline_queue"
ALIVE: Final = 30
"""Seconds: a worker that gave no sign for so long is dead."""
BEAT: Final = 5.0
"""Seconds between two signs of life."""
_PRESENT: Final = 2.4 * BEAT
"""Seconds after its last sign in which a worker counts as alive; it is not held for dead at once, see ALIVE."""
_ANSWER: Final = 5
"""Seconds that a turn is kept beyond what a request may take, for what is around it."""
_AT_ONCE: Final = 10
"""Connections of one worker beside those of its queue; whoever needs one more waits for it."""
_SHORTEST_LOOK: Final = 0.1
_LONGEST_LOOK: Final = 5.0
"""Seconds between two looks whether a host's turn is free."""
_AWAY: Final = (0.5, 1.0, 2.0)
"""Seconds after which a server that ended the connection is asked again."""


class Fleet:
    """The database of the queue, as all workers see it; ``url`` is its address."""

    def __init__(self, url: URL) -> None:
        self.url = url
        here = url.update_query_dict({"schema": SCHEMA}).render_as_string(hide_password=False)
        self.engine = connecting(here)
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


class SharedTurns:
    """Turns at hosts as all workers have them (see ``pipeline.web.Turns``).

    A turn is a row that is taken until a time by the clock of the database: who is killed has it until then, which is
    as long as the answer may take that nobody waits for any more. ``told`` hears how many seconds each took. One of
    these is for one ``Web``, which asks each host for one thing at a time: what it has a turn for is its own.
    """

    def __init__(self, fleet: Fleet, told: Callable[[float], object]) -> None:
        self._fleet = fleet
        self._told = told
        self._me = uuid4().hex
        self._taken: dict[str, float] = {}
        self._looks: dict[str, int] = {}

    async def take(self, host: str, pause: float, seconds: float) -> float:
        """Take the turn at ``host`` for at most so many ``seconds``; 0, or in how many to come again."""
        return await asyncio.to_thread(self._take, host, pause, seconds)

    async def end(self, host: str) -> None:
        """Give the turn back."""
        self._told(time.monotonic() - self._taken.pop(host))
        await asyncio.to_thread(self._fleet.ask, _END, host=host, me=self._me)

    async def left_alone(self, host: str) -> Due | None:
        """Return until when ``host`` wants to be left alone, and why, if any worker heard that it does."""
        return await asyncio.to_thread(self._left_alone, host)

    async def leave_alone(self, host: str, wait: Due) -> None:
        """Let all workers know until when ``host`` wants to be left alone."""
        await asyncio.to_thread(self._fleet.ask, _LEAVE_ALONE, host=host, at=wait.at, because=wait.because)

    def _take(self, host: str, pause: float, seconds: float) -> float:
        if self._fleet.ask(_TAKE, host=host, me=self._me, pause=pause, long=seconds + _ANSWER):
            self._taken[host] = time.monotonic()
            self._looks.pop(host, None)
            return 0.0
        rests = max((float(row.rests) for row in self._fleet.ask(_FREE, host=host, pause=pause)), default=0.0)
        # While somebody has the turn, nobody knows for how long: it is looked up less and less often.
        looks = self._looks[host] = self._looks.get(host, 0) + 1
        wait = max(0.01, rests) if rests > 0 else min(_LONGEST_LOOK, max(_SHORTEST_LOOK, pause) * 1.5 ** min(looks, 20))
        # By chance a little later: else all who wait for it would come at the same moment.
        return wait * random.uniform(1, 1.1)  # noqa: S311

    def _left_alone(self, host: str) -> Due | None:
        found = self._fleet.ask(_LEFT_ALONE, host=host)
        return Due(at=found[0].left_until, because=found[0].because) if found else None


def _prepare(connection: Connection, *, renew: bool) -> None:
    from procrastinate.schema import SchemaManager

    made_by = version("procrastinate")
    connection.execute(text("SELECT pg_advisory_xact_lock(7240194)"))  # one at a time makes it
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
_TAKE: Final = text(
    "INSERT INTO host_turns AS turns (host, holder, held_until) "
    "VALUES (:host, :me, clock_timestamp() + make_interval(secs => :long)) ON CONFLICT (host) DO UPDATE "
    "SET holder = :me, held_until = clock_timestamp() + make_interval(secs => :long) "
    "WHERE (turns.held_until <= clock_timestamp() OR turns.holder = :me) "
    "AND turns.ended_at + make_interval(secs => :pause) <= clock_timestamp() RETURNING host"
)
_FREE: Final = text(
    "SELECT EXTRACT(EPOCH FROM ended_at + make_interval(secs => :pause) - clock_timestamp()) AS rests "
    "FROM host_turns WHERE host = :host AND held_until <= clock_timestamp() AND ended_at > '-infinity'"
)
"""For how many seconds more the host rests after its last visit; no row where somebody has the turn."""
_END: Final = text(
    "UPDATE host_turns SET held_until = '-infinity', ended_at = clock_timestamp() WHERE host = :host AND holder = :me"
)
_LEFT_ALONE: Final = text(
    "SELECT left_until, because FROM host_turns WHERE host = :host AND left_until > clock_timestamp()"
)
_LEAVE_ALONE: Final = text(
    "INSERT INTO host_turns (host, left_until, because) VALUES (:host, :at, :because) "
    "ON CONFLICT (host) DO UPDATE SET left_until = excluded.left_until, because = excluded.because "
    "WHERE host_turns.left_until < excluded.left_until"
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

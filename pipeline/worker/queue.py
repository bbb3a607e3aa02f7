"""The duties as jobs of Procrastinate: who does what when, taken over where a worker died, handed back where one ends.

What comes in are the duties and the fleet's database; what goes out is a run that lasts until it is told to end.
"""

from __future__ import annotations

import asyncio
import time
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import TYPE_CHECKING, Any, Final

from procrastinate import App as Queue
from procrastinate import PsycopgConnector, RetryDecision
from procrastinate.exceptions import ConnectorException
from procrastinate.retry import BaseRetryStrategy

from pipeline.errors import ElsewhereError, StoppedError, StoreError, StoreMovedError
from pipeline.store.server import living
from pipeline.worker.duties import Done, Job
from pipeline.worker.fleet import ALIVE, BEAT, SCHEMA

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from procrastinate.jobs import Job as Taken

    from pipeline.send.interrupted import Stopping
    from pipeline.worker.duties import Duties
    from pipeline.worker.fleet import Fleet
    from pipeline.worker.sites import Site
    from pipeline.worker.told import Told

_OFTEN: Final = 8
"""So often a job is tried whose database is away."""
_ABSENT: Final = timedelta(minutes=1)
_KEPT: Final = 72
"""Hours for which jobs that failed are kept, to be looked at."""
_BESIDE: Final = 4
"""Threads for what is asked of the database between tasks."""
_AGAIN: Final = 2.0
"""Seconds after which a queue that was away is tried again."""


class _Again(BaseRetryStrategy):
    """A job that was handed back is free at once, one whose database was away a little later; others have ended."""

    def get_retry_decision(self, *, exception: BaseException, job: Taken) -> RetryDecision | None:
        if isinstance(exception, StoppedError):
            return RetryDecision(retry_in={"seconds": 0})
        if isinstance(exception, ElsewhereError) and job.attempts < _OFTEN:
            return RetryDecision(retry_in={"seconds": int(_ABSENT.total_seconds())})
        if isinstance(exception, StoreMovedError):  # until somebody says where it is
            return None
        if isinstance(exception, StoreError) and job.attempts < _OFTEN:
            return RetryDecision(retry_in={"seconds": 2 ** (job.attempts + 1)})
        return None


class Work:
    """One worker's part of the queue."""

    def __init__(self, fleet: Fleet, duties: Duties, sites: Callable[[], Mapping[str, Site]], told: Told) -> None:
        self._fleet, self._duties, self._sites, self._told = fleet, duties, sites, told

    async def run(self, stopping: Stopping, tasks: int, *, once: bool) -> None:
        """Do what is to be done, so many ``tasks`` at once, until told to end, or ``once`` until nothing is left.

        A queue that is away is waited for.
        """
        asyncio.get_running_loop().set_default_executor(ThreadPoolExecutor(tasks + _BESIDE))
        while not stopping.is_wanted:
            queue = self._queue()
            try:
                async with queue.open_async():
                    await self._muster(queue)
                    await _until(queue, stopping, tasks, once=once)
                    while once and not stopping.is_wanted and self._fleet.has_work():
                        await _until(queue, stopping, tasks, once=once)
                    if once:
                        return
            except (ConnectorException, StoreError) as error:
                if once:
                    raise StoreError(f"the queue cannot be used: {type(error).__name__}") from error
                self._told.queue_away(error)
            await asyncio.sleep(0 if stopping.is_wanted else _AGAIN)

    def _queue(self) -> Queue:
        place = self._fleet.url.set(drivername="postgresql").render_as_string(hide_password=False)
        looking = {
            **living(self._fleet.url),
            "options": f"-c search_path={SCHEMA}",
            "application_name": "byline worker",
        }
        connector = PsycopgConnector(conninfo=place, kwargs=looking, min_size=1, max_size=4, timeout=10)
        queue = Queue(connector=connector)
        for name in ("look", "pull", "group", "build", "deliver"):
            queue.task(name=name, retry=_Again(), pass_context=False)(self._doing(queue, name))
        self._by_the_clock(queue)
        return queue

    def _doing(self, queue: Queue, name: str) -> Callable[..., Any]:
        """Return the function of a task: it does a duty, tells of it, and has done what comes of that."""

        async def do(site: str, **given: Any) -> None:
            began = time.monotonic()
            try:
                done: Done = await asyncio.to_thread(getattr(self._duties, name), site, **given)
            except BaseException as error:
                self._told.failed(name, site, error, time.monotonic() - began)
                raise
            self._told.done(name, site, done.counts, time.monotonic() - began)
            for duty, cause in done.failed.items():
                self._told.failed(duty.partition(" ")[0], site, cause, 0.0)
            await self._defer(queue, done.then)

        return do

    async def _defer(self, queue: Queue, jobs: tuple[Job, ...]) -> None:
        """Have ``jobs`` done, but for those that wait already, and builds that failed lately."""
        for job in jobs:
            if await asyncio.to_thread(self._fleet.is_waiting, job.lock):
                continue
            if job.task == "build" and await asyncio.to_thread(self._fleet.failed_lately, job.task, job.site):
                continue
            await queue.configure_task(job.task, lock=job.lock).defer_async(site=job.site, **job.given)

    async def _muster(self, queue: Queue) -> None:
        """Have each site looked at."""
        await self._defer(queue, tuple(Job(task="look", site=name) for name in await asyncio.to_thread(self._sites)))

    def _by_the_clock(self, queue: Queue) -> None:
        @queue.periodic(cron="*/5 * * * *")
        @queue.task(name="muster", pass_context=False)
        async def muster(timestamp: int) -> None:
            del timestamp
            try:
                await self._muster(queue)
            except Exception as error:
                self._told.failed("muster", "", error, 0.0)
                raise

        @queue.periodic(cron="* * * * * */15")
        @queue.task(name="take over", pass_context=False)
        async def take_over(timestamp: int) -> None:
            """Give the jobs of workers that died to others."""
            del timestamp
            for job in await queue.job_manager.get_stalled_jobs(seconds_since_heartbeat=ALIVE):
                await queue.job_manager.retry_job(job)
                self._told.taken_over(job.task_name, str(job.task_kwargs.get("site", "")))

        @queue.periodic(cron="17 3 * * *")
        @queue.task(name="tidy", pass_context=False)
        async def tidy(timestamp: int) -> None:
            del timestamp
            await queue.job_manager.delete_old_jobs(nb_hours=_KEPT, include_failed=True)


async def _until(queue: Queue, stopping: Stopping, tasks: int, *, once: bool) -> None:
    """Run a worker until it is told to end; what it does is ended or handed back before this returns."""
    worker = asyncio.ensure_future(
        queue.run_worker_async(
            concurrency=tasks,
            wait=not once,
            delete_jobs="successful",
            install_signal_handlers=False,
            update_heartbeat_interval=BEAT,
            stalled_worker_timeout=ALIVE,
        )
    )
    loop = asyncio.get_running_loop()

    def end() -> None:
        loop.call_soon_threadsafe(worker.cancel)

    with stopping.heeding(end):
        try:
            await worker
        except asyncio.CancelledError:
            if not stopping.is_wanted:
                raise

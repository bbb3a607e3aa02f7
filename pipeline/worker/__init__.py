"""``byline worker``: the same work as that of the commands, taken from a queue, on as many machines as wanted.

A worker does what is due for its sites, beside others that do the same. All that is to be done can be told from the
sites' own stores; the queue says only who does it. So nothing is lost with a worker, or with the queue.
"""

from __future__ import annotations

import asyncio
import signal
from contextlib import contextmanager
from typing import TYPE_CHECKING

from pipeline.processes import shut_off
from pipeline.send.interrupted import Stopping
from pipeline.worker.duties import Duties
from pipeline.worker.fleet import Fleet
from pipeline.worker.others import OtherWorkers
from pipeline.worker.queue import Work
from pipeline.worker.shelf import Shelf
from pipeline.worker.sites import Known
from pipeline.worker.told import Told, log_as_json

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from sqlalchemy import URL

    from pipeline.worker.sites import Found

__all__ = ["worker"]


def worker(
    url: URL, sites: Callable[[], Found], *, tasks: int, metrics: tuple[str, int] | None, once: bool, renew: bool
) -> None:
    """Work for ``sites``, which are asked for anew from time to time, by the queue in the database at ``url``."""
    log_as_json()
    shut_off()  # builds run what the sites bring along, as the same user
    fleet, shelf, stopping, told = Fleet(url), Shelf(), Stopping(), Told()
    try:
        fleet.prepare(renew=renew)
        if metrics is not None:
            told.serve(metrics, fleet)
        known = Known(sites, told.left_out)
        duties = Duties(known, lambda: OtherWorkers(fleet, shelf, told.fetches.observe), stopping, fleet, told.counted)
        with _ended_by_signals(stopping):
            told.note("begins", sites=len(known), tasks=tasks)
            asyncio.run(Work(fleet, duties, known.anew, told).run(stopping, tasks, once=once))
            told.note("ends")
    finally:
        fleet.close()


@contextmanager
def _ended_by_signals(stopping: Stopping) -> Iterator[None]:
    """Let the first signal to end be heeded in order; a second one ends at once."""
    wanted = (signal.SIGINT, signal.SIGTERM)

    def come(number: int, _frame: object) -> None:
        signal.signal(number, signal.SIG_DFL)
        stopping.want()

    before = {each: signal.signal(each, come) for each in wanted}
    try:
        yield
    finally:
        for each, handler in before.items():
            signal.signal(each, handler)

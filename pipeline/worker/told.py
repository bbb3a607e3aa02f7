"""What a worker tells of itself: a line of JSON for each event, and figures for Prometheus. Nothing of anybody.

A line has a name, a task, a site's folder, seconds and counts, and nothing that was read or written: no address, no
name, no link, no words of an error, as these may hold any of them. What an error says stands in `byline status` and
`byline doctor` of the site.
"""

from __future__ import annotations

import json
import logging
import sys
import traceback
from collections import Counter as Counts
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Final

from prometheus_client import REGISTRY, Counter, Gauge, Histogram, start_http_server
from prometheus_client.core import GaugeMetricFamily

from pipeline.errors import StoppedError, StoreError, UsageError

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from threading import Thread
    from wsgiref.simple_server import WSGIServer

    from prometheus_client.registry import CollectorRegistry

    from pipeline.worker.fleet import Fleet
    from pipeline.worker.ills import Ills

log = logging.getLogger("byline.worker")
_SECONDS: Final = (0.01, 0.05, 0.1, 0.5, 1, 5, 10, 30, 60, 300, 1800)
_FETCHES: Final = (0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30)
_UP: Final = "1 where the database of the queue answers, 0 where it does not."
_STATES: Final = ("todo", "doing", "stalled", "failed")


class Told:
    """Tells what a worker does, to the log and into ``registry``."""

    def __init__(self, registry: CollectorRegistry = REGISTRY) -> None:
        self._registry = registry
        named: dict[str, Any] = {"registry": registry}
        self._tasks = Counter("byline_tasks", "Tasks by how they ended.", ["task", "outcome"], **named)
        self._seconds = Histogram(
            "byline_task_seconds", "Seconds that tasks took.", ["task"], buckets=_SECONDS, **named
        )
        self._feeds = Counter("byline_feeds_pulled", "Feeds by how they fared.", ["state"], **named)
        self._entries = Counter("byline_entries_kept", "Entries that were new or changed.", **named)
        self._deliveries = Counter("byline_deliveries", "Deliveries by state.", ["state"], **named)
        self._builds = Histogram("byline_build_seconds", "Seconds that builds took.", buckets=_SECONDS, **named)
        self._left_out: Mapping[str, str] = {}
        self._sites_left_out = Gauge(
            "byline_site_left_out", "Sites that are not worked for, as their own file is wrong.", ["site"], **named
        )
        self.fetches = Histogram(
            "byline_fetch_seconds", "Seconds that hosts took to answer.", buckets=_FETCHES, **named
        )

    def serve(self, place: tuple[str, int], fleet: Fleet) -> tuple[WSGIServer, Thread]:
        """Answer at a host and port with all figures, those of the queue as it is then, until the process ends.

        Raises ``UsageError`` where that port cannot be had.
        """
        host, port = place
        try:
            server = start_http_server(port, addr=host, registry=self._registry)
        except OSError as error:
            raise UsageError(
                f"port {port} of {host} cannot be used for figures ({error.strerror}): another worker here "
                "may have it; give each worker a --metrics of its own, or leave it away"
            ) from error
        self._registry.register(_QueueFigures(fleet))
        return server

    def done(self, task: str, site: str, counts: Mapping[str, int], seconds: float) -> None:
        """Tell of a task that ended well."""
        self._tasks.labels(task, "done").inc()
        self._seconds.labels(task).observe(seconds)
        if task == "build":
            self._builds.observe(seconds)
        self._say(logging.INFO, "done", task=task, site=site, seconds=round(seconds, 3), **counts)

    def counted(self, task: str, counts: Mapping[str, int]) -> None:
        """Count what was done in a task, well ended or not."""
        for name, many in counts.items():
            if task == "deliver":
                self._deliveries.labels(name).inc(many)
            elif task == "pull" and name == "entries":
                self._entries.inc(many)
            elif task == "pull":
                self._feeds.labels(name).inc(many)

    def failed(self, task: str, site: str, error: BaseException, seconds: float) -> None:
        """Tell of a task that did not, by the kind of its error."""
        outcome = "handed back" if isinstance(error, StoppedError) else "failed"
        self._tasks.labels(task, outcome).inc()
        level = logging.INFO if outcome == "handed back" else logging.ERROR
        self._say(
            level, outcome, task=task, site=site, seconds=round(seconds, 3), error=_kinds(error), at=_place(error)
        )

    def taken_over(self, task: str, site: str) -> None:
        """Tell that a task of a worker that died is free again."""
        self._tasks.labels(task, "taken over").inc()
        self._say(logging.WARNING, "taken over", task=task, site=site)

    def left_out(self, sites: Mapping[str, str]) -> None:
        """Tell of the sites that are not worked for now, and why; in the log, when that changes."""
        before, self._left_out = self._left_out, sites
        self._sites_left_out.clear()
        for site, why in sites.items():
            self._sites_left_out.labels(site).set(1)
            if before.get(site) != why:
                self._say(logging.ERROR, "left out", site=site, why=why)
        for site in before.keys() - sites.keys():
            self._say(logging.INFO, "taken up again", site=site)

    def queue_away(self, error: BaseException) -> None:
        """Tell that the database of the queue does not answer."""
        self._say(logging.ERROR, "queue away", error=_kinds(error))

    def note(self, event: str, **figures: int | str) -> None:
        """Tell of anything else, in words that are the program's own."""
        self._say(logging.INFO, event, **figures)

    def _say(self, level: int, event: str, **facts: Any) -> None:
        log.log(level, event, extra={"facts": facts})


class _QueueFigures:
    """What the queue holds when it is asked."""

    def __init__(self, fleet: Fleet) -> None:
        self._fleet = fleet

    def collect(self) -> Iterable[GaugeMetricFamily]:
        """Yield how many jobs there are by state, and how many workers; only that it is away where the database is."""
        try:
            known, workers, ills = self._fleet.jobs(), self._fleet.workers(), self._fleet.ills()
        except StoreError:
            yield GaugeMetricFamily("byline_database_up", _UP, value=0)
            return
        yield GaugeMetricFamily("byline_database_up", _UP, value=1)
        jobs = GaugeMetricFamily("byline_queue_jobs", "Jobs in the queue.", labels=["task", "state"])
        totals: Counts[str] = Counts(dict.fromkeys(_STATES, 0))
        for (task, state), many in known.items():
            jobs.add_metric([task, state], many)
            totals[state] += many
        yield jobs
        yield GaugeMetricFamily("byline_queue_depth", "Jobs that wait to be done.", value=totals["todo"])
        yield GaugeMetricFamily("byline_queue_stalled_jobs", "Jobs of workers that died.", value=totals["stalled"])
        yield GaugeMetricFamily("byline_workers", "Workers that are alive.", value=workers)
        yield from _ills(ills)


def _ills(known: Mapping[str, Ills]) -> Iterable[GaugeMetricFamily]:
    """Yield what is wrong with sites; of one that is well, nothing."""
    troubles = GaugeMetricFamily("byline_site_troubles", "What could not be done for a site.", labels=["site", "task"])
    late = GaugeMetricFamily("byline_site_late_editions", "Planned, and too late to leave.", labels=["site"])
    uncertain = GaugeMetricFamily("byline_site_uncertain_deliveries", "Cut off while they left.", labels=["site"])
    for site, ills in known.items():
        for task, many in ills.troubles.items():
            troubles.add_metric([site, task], many)
        for figure, many in ((late, ills.late), (uncertain, ills.uncertain)):
            if many:
                figure.add_metric([site], many)
    yield from (troubles, late, uncertain)


class _AsJson(logging.Formatter):
    """A record as one line of JSON. Of what others log, only who and what kind: their words may hold anything."""

    def format(self, record: logging.LogRecord) -> str:
        """Return the line."""
        when = datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
        line: dict[str, Any] = {"time": when, "level": record.levelname.lower()}
        if record.name == log.name:
            line |= {"event": record.msg, **record.__dict__.get("facts", {})}
        else:
            line |= {"event": "logged", "by": record.name}
            if record.exc_info and record.exc_info[1] is not None:
                line["error"] = _kinds(record.exc_info[1])
        return json.dumps(line)


def log_as_json() -> None:
    """Have all that is logged written to stderr as lines of JSON."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(_AsJson())
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(logging.WARNING)
    log.setLevel(logging.INFO)


def _place(error: BaseException) -> str:
    """Return the module of ours and the line that an error comes from."""
    ours = [
        f"{module}:{lineno}"
        for frame, lineno in traceback.walk_tb(error.__traceback__)
        if (module := str(frame.f_globals.get("__name__"))).startswith("pipeline.")
    ]
    return ours[-1] if ours else ""


def _kinds(error: BaseException) -> str:
    """Return the kinds of an error and of what caused it, without a word of theirs."""
    names: list[str] = []
    following: BaseException | None = error
    while following is not None and len(names) < 4:  # noqa: PLR2004  (what is deeper tells no more)
        names.append(type(following).__name__)
        following = following.__cause__
    return " < ".join(names)

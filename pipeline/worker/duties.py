"""What a worker does for a site, each duty by itself: it looks what is due, pulls, groups, builds and delivers.

What comes in is a site by its name; what goes out is ``Done``: what is to be done next, and figures that tell nothing
of anybody. Whatever is left undone is found again by the next look, as it stands in the site's store.
"""

from __future__ import annotations

import subprocess
import sys
from collections import Counter
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Final

from pipeline.app import App
from pipeline.errors import PublishError
from pipeline.model import FeedState, SendState
from pipeline.send import Orders

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from pipeline.model import Delivery, Sending
    from pipeline.send.interrupted import Stopping
    from pipeline.web import Turns
    from pipeline.worker.sites import Site

MOST_HANDS: Final = 4
"""So many tasks at most deliver one edition at once, on whatever machines. They share its lines among them, as how many
may be open is said once for a sender (send.smtp.connections)."""
_A_HAND: Final = 500
"""Letters that are worth another hand."""
_LONGEST_BUILD: Final = 3600
"""Seconds."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    """What is to be done: a duty of a site, and for ``deliver`` the edition and the number of the hand."""

    task: str
    site: str
    given: Mapping[str, str | int] = field(default_factory=dict)

    @property
    def lock(self) -> str:
        """What no two that run at once have in common."""
        which = (str(self.given[name]) for name in ("edition", "hand") if name in self.given)
        return " ".join((self.task, self.site, *which))


@dataclass(frozen=True, slots=True, kw_only=True)
class Done:
    """What came of a duty: ``then`` is to be done next, ``counts`` has how many of what."""

    then: tuple[Job, ...] = ()
    counts: Mapping[str, int] = field(default_factory=dict)


class Duties:
    """The duties of a worker for its sites; ``turns`` makes those at the hosts of feeds, anew for each pull."""

    def __init__(self, sites: Mapping[str, Site], turns: Callable[[], Turns | None], stopping: Stopping) -> None:
        self._sites, self._turns, self._stopping = sites, turns, stopping

    def look(self, site: str) -> Done:
        """Find out what is due."""
        with self._opened(site) as app:
            jobs = [Job(task="pull", site=site)] if app.feeds.are_due() else []
            due, unbuilt = app.letters.due().now, {path.stem for path in app.unbuilt()}
            if any(not app.held(app.find(name)) for name in unbuilt):
                jobs.append(Job(task="build", site=site))
            jobs += [job for sending in due for job in _deliveries(app, site, sending, unbuilt)]
        return Done(then=tuple(jobs))

    def pull(self, site: str) -> Done:
        """Ask the feeds that are due."""
        with self._opened(site) as app:
            outcomes = app.feeds.pull(self._stopping.see_that_it_goes_on, only_due=True)
        counts = Counter(str(outcome.state) for outcome in outcomes if outcome.state is not FeedState.RESTING)
        came = sum(outcome.new + outcome.updated for outcome in outcomes)
        return Done(then=(Job(task="group", site=site),) if came else (), counts=counts | {"entries": came})

    def group(self, site: str) -> Done:
        """Make the shortlist anew."""
        with self._opened(site) as app:
            return Done(counts={"stories": len(app.stories.select())})

    def build(self, site: str) -> Done:
        """Build the site, in a process of its own: what a site's templates and plugins do stays with that site."""
        it = self._sites[site]
        command = [sys.executable, "-m", "pipeline", "-C", str(it.root), "publish"]
        process = subprocess.Popen(  # noqa: S603  (our own command)
            command, env=dict(it.environment), stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL, start_new_session=True,
        )  # fmt: skip
        with self._stopping.heeding(process.terminate):
            try:
                code = process.wait(_LONGEST_BUILD)
            except subprocess.TimeoutExpired:
                process.kill()
                code = process.wait()
        self._stopping.see_that_it_goes_on()
        if code:
            raise PublishError(f"the site {site} cannot be built: `byline publish` there says why")
        return Done(counts={"built": 1})

    def deliver(self, site: str, edition: str, hand: int = 0, hands: int = 1) -> Done:
        """Send an edition to those who wait, as one ``hand`` of so many that do the same."""
        counts: Counter[str] = Counter()

        def tell(delivery: Delivery) -> None:
            counts[str(delivery.state)] += 1

        with self._opened(site) as app:
            letter = app.letters.make(app.find(edition))
            if (service := app.letters.service) is not None:
                app.letters.hand_over(letter, service)
                return Done(counts={"handed over": 1})
            lines = _share(app.letters.way().connections, hand, hands)
            if not lines:  # the settings have fewer by now than when the hands were counted, and 0 would be all
                return Done()
            part = Orders(heeding=self._stopping.heeding, lines=lines, hand=hand, hands=hands)
            app.letters.send(letter, None, tell, part=part)
        self._stopping.see_that_it_goes_on()
        return Done(counts=counts)

    @contextmanager
    def _opened(self, site: str) -> Iterator[App]:
        """Give the pipeline of a site as it is now. Raises ``KeyError`` where this machine does not have it."""
        with closing(App(self._sites[site].settings(), datetime.now(UTC), self._turns())) as app:
            yield app


def _deliveries(app: App, site: str, sending: Sending, unbuilt: set[str]) -> Iterator[Job]:
    """Yield the jobs that deliver an edition once the site shows it: as many as all of its letters are worth.

    Their number is that of the frozen audience, which stays while it is sent, and none runs twice at once: so there are
    never more lines. Where nobody waits any more, one hand closes the books, as whoever was to do that may be dead.
    """
    path = app.find(sending.edition)
    if path.stem in unbuilt or app.held(path):
        return
    letter = app.letters.make(path)
    waits = app.letters.count(letter)
    if not waits and (app.letters.service or sending.state is not SendState.RUNNING):
        return
    worth = max(1, -(-app.letters.reach(letter) // _A_HAND))
    hands = 1 if app.letters.service else min(MOST_HANDS, worth, app.letters.way().connections)
    for hand in range(hands if waits else 1):
        yield Job(task="deliver", site=site, given={"edition": str(sending.edition), "hand": hand, "hands": hands})


def _share(lines: int, hand: int, hands: int) -> int:
    """Return how many of ``lines`` are for one of ``hands``."""
    return lines // hands + (hand < lines % hands)

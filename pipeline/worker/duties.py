"""What a worker does for a site, each duty by itself: it looks what is due, pulls, groups, builds and delivers.

What comes in is a site by its name; what goes out is ``Done``: what is to be done next, and figures that tell nothing
of anybody. Whatever is left undone is found again by the next look, as it stands in the site's store. What could not be
done, and why, stands there as well, until it goes well again: the log may not tell the words of an error.
"""

from __future__ import annotations

import threading
import time
from collections import Counter
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import partial
from typing import TYPE_CHECKING, Final

from pipeline import post as posts
from pipeline.app import App
from pipeline.app.outlined import noting_built, to_build
from pipeline.errors import BylineError, ElsewhereError, SettingsError, StoppedError, StoreError, StoreMovedError
from pipeline.html import plain_text
from pipeline.model import EditionId, FeedState, SendState
from pipeline.send import Orders
from pipeline.store import troubles, walls
from pipeline.worker.building import build
from pipeline.worker.ills import MOVED, UNREADABLE, ills_of
from pipeline.worker.sites import share

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
    from pathlib import Path

    from pipeline.model import Delivery, FeedOutcome, Letter, Sending
    from pipeline.send.interrupted import Stopping
    from pipeline.settings.sections import Settings
    from pipeline.web import Others
    from pipeline.worker.fleet import Fleet
    from pipeline.worker.sites import Site

A_TURN = 60.0
"""Seconds; then others have the worker's hands."""
A_HANDS_PACE: Final = 50
"""Letters a second that one hand sends with ease: where the pace is slow, more would only wait."""
MOST_HANDS: Final = 4
"""So many tasks at most deliver one edition at once, on whatever machines. They share its lines among them, as how many
may be open is said once for a sender (send.smtp.connections)."""
_A_HAND: Final = 500
"""Letters that are worth another hand."""
_SAID: Final = 500
"""Characters that are kept of an error."""

_NOT_HERE: Final = (
    "the site's folder on a machine does not show {} as it is: all workers of a site need one folder in common, or "
    "byline.yml says publish.built_elsewhere: true, if the site is built somewhere else"
)


class Turn:
    """So many ``seconds`` of a worker's time, or less where it is to end."""

    def __init__(self, stopping: Stopping, seconds: float) -> None:
        self._stopping, self._until = stopping, time.monotonic() + seconds

    @property
    def is_over(self) -> bool:
        """Whether the time is up."""
        return time.monotonic() >= self._until

    @contextmanager
    def heeding(self, stop: Callable[[], None]) -> Iterator[None]:
        """Call ``stop`` once the time is up or the worker is to end, while the block lasts."""
        timer = threading.Timer(max(0.0, self._until - time.monotonic()), stop)
        timer.daemon = True
        with self._stopping.heeding(stop):
            timer.start()
            try:
                yield
            finally:
                timer.cancel()


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
    """What came of a duty: ``then`` is to be done next, ``counts`` has how many of what.

    ``failed`` has what a look could not decide, by the duty that it would have led to.
    """

    then: tuple[Job, ...] = ()
    counts: Mapping[str, int] = field(default_factory=dict)
    failed: Mapping[str, Exception] = field(default_factory=dict)


class Duties:
    """The duties of a worker for its sites; ``others`` gives who else asks the hosts of feeds, anew for each pull.

    ``fleet`` is told where the store of each site is, and what is wrong with it.
    ``counted`` hears what was done in a task that did not end well, too.
    """

    def __init__(
        self,
        sites: Mapping[str, Site],
        others: Callable[[], Others | None],
        stopping: Stopping,
        fleet: Fleet | None = None,
        counted: Callable[[str, Mapping[str, int]], None] = lambda _task, _counts: None,
    ) -> None:
        self._sites, self._others, self._stopping = sites, others, stopping
        self._fleet, self._counted = fleet, counted

    def look(self, site: str) -> Done:
        """Find out what is due: each thing by itself, so that what is wrong with one keeps no other from being done."""
        with self._minding(site, "look") as app:
            self._see_that_it_is_alone(site, app)
            decisions = {"pull": lambda: _pulls(app, site), "build": lambda: _builds(app, site)}
            for sending in app.letters.due().now:
                decisions[f"deliver {sending.edition}"] = partial(_deliveries, app, site, sending)
            jobs, failed = _decided(decisions)
            for duty, error in failed.items():
                _keep(app, duty, error)
            is_built = "build" not in failed and all(job.task != "build" for job in jobs)
            _forget(app, decisions.keys() - {"build"} if is_built else decisions)
        return Done(then=tuple(jobs), failed=failed)

    def pull(self, site: str) -> Done:
        """Ask the feeds that are due."""
        with self._counting("pull") as counts, self._minding(site, "pull") as app:
            counts["entries"] = 0

            def tell(outcome: FeedOutcome) -> None:
                if outcome.state is not FeedState.RESTING:
                    counts[str(outcome.state)] += 1
                counts["entries"] += outcome.new + outcome.updated
                self._stopping.see_that_it_goes_on()

            app.feeds.pull(tell, only_due=True)
        return Done(then=(Job(task="group", site=site),) if counts["entries"] else (), counts=counts)

    def group(self, site: str) -> Done:
        """Make the shortlist anew."""
        with self._minding(site, "group") as app:
            return Done(counts={"stories": len(app.stories.select())})

    def build(self, site: str) -> Done:
        """Build the site, in a process of its own."""
        with self._minding(site, "build") as app, noting_built(app):
            build(self._sites[site], app, self._stopping)
        return Done(counts={"built": 1})

    def deliver(self, site: str, edition: str, hand: int = 0) -> Done:
        """Send an edition to those who wait, as one ``hand``, from 0, of those that do the same.

        After a minute it is the turn of what else waits: where a pace is slow, a letter takes hours. How many hands
        share the lines is counted anew for each turn, as the settings may say otherwise by then.
        """
        turn = Turn(self._stopping, A_TURN)
        with self._counting("deliver") as counts, self._minding(site, f"deliver {edition}") as app:

            def tell(delivery: Delivery) -> None:
                counts[str(delivery.state)] += 1

            path = app.find(edition)
            if not app.letters.is_due(EditionId(edition)) or _is_kept_back(app, path):
                return Done()  # the author thought otherwise since the look
            letter = app.letters.make(path)
            if not _is_shown(app, letter, path):
                raise ElsewhereError(_NOT_HERE.format(edition))
            if (service := app.letters.service) is not None:
                is_new = not app.letters.is_handed(letter)
                app.letters.hand_over(letter, service)
                counts["handed over"] += is_new
                return Done(counts=counts)
            app.letters.see_that_the_key_is_known()
            hands = _hands(app, letter)
            if hand >= hands:  # there are fewer by now
                return Done()
            lines = _share(app.letters.way().connections, hand, hands)
            part = Orders(heeding=turn.heeding, lines=lines, hand=hand, hands=hands)
            app.letters.send(letter, None, tell, part=part)
        self._stopping.see_that_it_goes_on()
        return Done(then=(_delivery(site, edition, hand),) if turn.is_over else (), counts=counts)

    def _see_that_it_is_alone(self, site: str, app: App) -> None:
        """Raise ``SettingsError`` where the store of ``site`` is that of another, by whatever address: ask itself."""
        if self._fleet is None:
            return
        with app.store.reading() as connection:
            place = walls.place_of(connection)
        others = [each for each in self._fleet.also_at(site, place) if each in self._sites] if place else []
        if others and not self._sites[site].is_by_name:
            raise SettingsError([share(site, others)])

    @contextmanager
    def _counting(self, task: str) -> Iterator[Counter[str]]:
        """Give a counter, and tell what it holds at the end of a ``task``, however that ends: what was done is done."""
        counts: Counter[str] = Counter()
        try:
            yield counts
        finally:
            self._counted(task, counts)

    @contextmanager
    def _minding(self, site: str, duty: str) -> Iterator[App]:
        """Give the pipeline of a site as it is now, and keep what goes wrong with ``duty`` in its store.

        Raises ``ElsewhereError`` where this machine does not have the site.
        """
        if site not in self._sites:
            raise ElsewhereError(f"the site {site} is not on this machine")
        with (
            self._heeding_moves(site),
            closing(App(self._settings_of(site), datetime.now(UTC), self._others())) as app,
        ):
            try:
                yield app
            except StoppedError:
                raise
            except Exception as error:
                with suppress(StoreError):  # it may be the store that is away
                    _keep(app, duty, error)
                    self._tell_ills(site, duty, app)
                raise
            with app.store.writing() as connection:
                troubles.went_well(connection, [duty])
            self._tell_ills(site, duty, app)

    @contextmanager
    def _heeding_moves(self, site: str) -> Iterator[None]:
        """Tell where the store of a site was moved: nothing can be kept in it."""
        try:
            yield
        except StoreMovedError:
            if self._fleet:
                self._fleet.looked(site, MOVED)
            raise

    def _settings_of(self, site: str) -> Settings:
        try:
            return self._sites[site].settings()
        except SettingsError:
            if self._fleet:
                self._fleet.looked(site, UNREADABLE)
            raise

    def _tell_ills(self, site: str, duty: str, app: App) -> None:
        """Tell those who run the machines what is wrong with a site, as often as it is looked at."""
        if self._fleet and duty == "look":
            self._fleet.looked(site, ills_of(app))


def _keep(app: App, duty: str, error: Exception) -> None:
    """Keep what went wrong in the store of the site."""
    fault = "" if isinstance(error, BylineError) else f"a fault of Byline's own, {type(error).__name__}: "
    with app.store.writing() as connection:
        troubles.keep(connection, duty, plain_text(f"{fault}{error}"[:_SAID]), datetime.now(UTC))


def _forget(app: App, still: Collection[str]) -> None:
    """Forget what was wrong with what is not to be done any more: an edition that was cancelled or sent by hand."""
    with app.store.writing() as connection:
        known = {each.duty for each in troubles.all_troubles(connection, app.now)}
        gone = {duty for duty in known - set(still) if duty == "build" or duty.startswith("deliver ")}
        troubles.went_well(connection, gone)


def _decided(decisions: Mapping[str, Callable[[], Iterable[Job]]]) -> tuple[list[Job], dict[str, Exception]]:
    """Return the jobs that come of ``decisions``, and the errors of those that could not be made."""
    jobs: list[Job] = []
    failed: dict[str, Exception] = {}
    for duty, decide in decisions.items():
        try:
            jobs += decide()
        except StoreError:  # nothing can be decided without it
            raise
        except Exception as error:  # noqa: BLE001  (whatever it is, it is told as a failure of that duty alone)
            failed[duty] = error
    return jobs, failed


def _pulls(app: App, site: str) -> Iterator[Job]:
    if app.feeds.are_due():
        yield Job(task="pull", site=site)


def _builds(app: App, site: str) -> Iterator[Job]:
    """Yield the job that builds the site. Raises ``PostError`` at a post that cannot be read: none is built with it."""
    if to_build(app):
        yield Job(task="build", site=site)


def _deliveries(app: App, site: str, sending: Sending) -> Iterator[Job]:
    """Yield the jobs that deliver an edition once the site shows it: as many as all of its letters are worth.

    Their number is that of the frozen audience, which stays while it is sent, and none runs twice at once: so there are
    never more lines. Where nobody waits any more, one hand closes the books, as whoever was to do that may be dead.
    """
    path = app.find(sending.edition)
    if _is_kept_back(app, path) or not _is_shown(app, letter := app.letters.make(path), path):
        return
    if app.letters.service:  # who waits, it knows; a send that is due was not handed over, or not for certain
        yield _delivery(site, sending.edition, 0)
        return
    waits = app.letters.count(letter)
    if not waits and sending.state is not SendState.RUNNING:
        return
    for hand in range(_hands(app, letter) if waits else 1):
        yield _delivery(site, sending.edition, hand)


def _hands(app: App, letter: Letter) -> int:
    """Return how many hands a letter is worth, by its readers, its pace and the lines there are: one at least."""
    worth = max(1, -(-app.letters.reach(letter) // _A_HAND))
    pace = app.settings.send.pace.per_second
    busy = -(-pace // A_HANDS_PACE) if pace else MOST_HANDS
    return int(min(MOST_HANDS, worth, busy, app.letters.way().connections))


def _delivery(site: str, edition: str, hand: int) -> Job:
    return Job(task="deliver", site=site, given={"edition": str(edition), "hand": hand})


def _is_kept_back(app: App, path: Path) -> bool:
    """Tell whether the author does not mean the post to be read yet: a draft, or one of another day."""
    return path.parent.name != posts.POSTS or bool(app.held(path))


def _is_shown(app: App, letter: Letter, path: Path) -> bool:
    """Tell whether the site that is built here shows the post. Raises ``UsageError`` where one elsewhere does not."""
    if app.settings.publish.built_elsewhere:
        app.letters.see_that_it_is_online(letter, lambda _words: None, wait=False)
    return not app.letters.stale(path)


def _share(lines: int, hand: int, hands: int) -> int:
    """Return how many of ``lines`` are for one of ``hands``."""
    return lines // hands + (hand < lines % hands)

"""The author's week: what waits is gathered from all rooms, the plan is made, and the time is written down."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Final, TypeVar

from pipeline import post as posts
from pipeline.app.written import read_posts
from pipeline.connect.cadence import LATELY
from pipeline.model import Choice, WeekFacts, WeekFigures

if TYPE_CHECKING:
    from collections.abc import Hashable, Iterable
    from datetime import date, datetime

    from pipeline.app import App
    from pipeline.model import Match, Post, Spell, Step, WeekPlan

_Key = TypeVar("_Key", bound="Hashable")
STARTERS: Final = "This is the first post of a new site. Change it or remove it"
"""Words of the post that a new site begins with."""
_WEEKS: Final = 12
"""So many weeks back are shown, and looked at for how long a step takes."""


class Week:
    """The week in which ``app`` lives."""

    def __init__(self, app: App) -> None:
        self._app = app

    @property
    def name(self) -> str:
        """The week by its name in ISO 8601."""
        return week_of(self._app.now)

    def plan(self) -> WeekPlan:
        """Return what waits this week, and the time for it."""
        from pipeline.connect.week import plan_of

        return plan_of(self._facts(), self._app.settings.connect.hours)

    def begin(self, step: Step) -> None:
        """Write down that ``step`` is begun."""
        from pipeline.store import weeks

        with self._app.store.writing() as connection:
            weeks.begin(connection, self.name, step, self._app.now)

    def leave(self) -> None:
        """Write down that the step which goes on is left."""
        from pipeline.store import weeks

        with self._app.store.writing() as connection:
            weeks.end(connection, self._app.now)

    def at_work(self) -> Step | None:
        """Return the step that goes on, if any."""
        return next((each.step for each in self._spells() if each.ended_at is None), None)

    def figures(self) -> tuple[WeekFigures, ...]:
        """Return what came of each of the last weeks, the oldest first."""
        from pipeline.store import weeks

        since = _monday(self._app.now) - timedelta(weeks=_WEEKS - 1)
        with self._app.store.reading() as connection:
            readers = weeks.readers_who_came(connection, since)
            touches = weeks.touches_since(connection, since)
            services = weeks.services_since(connection, since.date())
        written, spells = self._posts(), self._spells()
        return tuple(
            WeekFigures(
                week=name,
                posts=len(posts := [post for post in written if week_of(post.date) == name]),
                takes=sum(len(post.takes) for post in posts),
                minutes=sum(minutes_of(spells, name, self._app.now).values()),
                readers=sum(week_of(at) == name for at in readers),
                touches=sum(week_of(at) == name for at in touches),
                service=sum(week_of(day) == name for day in services),
            )
            for name in (week_of(since + timedelta(weeks=number)) for number in range(_WEEKS))
        )

    def _facts(self) -> WeekFacts:
        app, status = self._app, self._app.status()
        shortlist, drafted = app.stories.shortlist(), app.stories.drafted()
        picked = [item for item in shortlist if item.choice is Choice.PICK and item.story.lead.link not in drafted]
        spells, written = self._spells(), self._posts()
        before = _last_before(spells, self.name)
        this = [post for post in written if week_of(post.date) == self.name]
        return WeekFacts(
            week=self.name,
            shortlisted=len(shortlist),
            undecided=sum(item.choice is None for item in shortlist),
            picked=len(picked),
            drafts={path.stem: found for path, found in status.drafts.items()},
            unapproved=status.unapproved,
            unbuilt=tuple(path.stem for path in status.unbuilt),
            unsent=tuple(post.path.stem for post in this if post.path.stem in status.unsent),
            posts=tuple(post.path.stem for post in this),
            people=self._people(),
            touches=self.figures()[-1].touches,
            service_due=bool(app.network.service_reminder()),
            spent=minutes_of(spells, self.name, app.now),
            before=minutes_of(spells, before, app.now),
            takes_before=sum(len(post.takes) for post in written if week_of(post.date) == before),
        )

    def _people(self) -> tuple[str, ...]:
        """Return whom to speak to this week and why, in a sentence for each: people first, then organisations.

        Whoever answered comes first, then whose turn is overdue, who is to be told of something, and whose turn it is;
        nobody who was spoken to lately.
        """
        app = self._app
        last, matches, turns = app.network.last_touches(), app.matches.matches(), app.network.turns()
        answered = {
            person.id: f"{person.name} answered your letter on {at:%Y-%m-%d}" for person, at in app.network.offered()
        }
        gives = _firsts((match.person.id, _told(match)) for match in matches if match.person)
        due = _firsts((turn.person.id, f"{turn.person.name}: {turn.because}") for turn in turns)
        late = [turn.person.id for turn in turns if turn.is_late]
        open_to = (one for one in (*late, *gives, *due) if one not in last or app.now - last[one].at >= LATELY)
        people = answered | {one: gives.get(one) or due[one] for one in open_to if one not in answered}
        alone = ((match.organisation, match) for match in matches if not match.person)
        places = _firsts((place.name, _told(match)) for place, match in alone if place)
        watched = _firsts((each.name, f"{each.name} is in the news: {each.because}") for each in app.connect(8))
        return (*people.values(), *(watched | places).values())

    def _posts(self) -> tuple[Post, ...]:
        """Return the author's posts; the one that a new site begins with is none of theirs until they change it."""
        written = read_posts(self._app.settings.content, posts.POSTS)[0]
        return tuple(post for post in written if STARTERS not in post.body)

    def _spells(self) -> tuple[Spell, ...]:
        from pipeline.store import weeks

        with self._app.store.reading() as connection:
            return weeks.spells(connection, _monday(self._app.now) - timedelta(weeks=_WEEKS - 1))


def _firsts(pairs: Iterable[tuple[_Key, str]]) -> dict[_Key, str]:
    """Return what is said first under each name."""
    found: dict[_Key, str] = {}
    for name, said in pairs:
        found.setdefault(name, said)
    return found


def _told(match: Match) -> str:
    who = match.person.name if match.person else match.organisation.name if match.organisation else ""
    return match.because if match.because.startswith(who) else f"{who}: {match.because}"


def week_of(day: date) -> str:
    """Return the week that ``day`` is in, by its name in ISO 8601."""
    return f"{day:%G-W%V}"


def minutes_of(spells: Iterable[Spell], week: str, now: datetime) -> dict[Step, int]:
    """Return how many minutes went to each step in ``week``; what goes on counts up to ``now``."""
    took: dict[Step, float] = {}
    for each in spells:
        if each.week == week:
            spell = (each.ended_at or now) - each.began_at
            took[each.step] = took.get(each.step, 0) + spell.total_seconds() / 60
    return {step: round(minutes) for step, minutes in took.items()}


def _last_before(spells: Iterable[Spell], week: str) -> str:
    """Return the last week before ``week`` in which something was done."""
    return max((each.week for each in spells if each.week < week), default="")


def _monday(now: datetime) -> datetime:
    return (now - timedelta(days=now.weekday())).replace(hour=0, minute=0, second=0, microsecond=0)

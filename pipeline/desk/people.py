"""People: whom to speak to this week and why, whom the author knows by name, and a page of each person."""

from __future__ import annotations

from itertools import islice
from typing import TYPE_CHECKING, Any, Final

from pipeline.desk.pages import Pages, number_in, shown
from pipeline.desk.whom import places, reached, watched, whom, work_of
from pipeline.model import TouchKind

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from datetime import datetime

    from starlette.requests import Request
    from starlette.responses import Response
    from starlette.routing import BaseRoute

    from pipeline.app import App
    from pipeline.desk.whom import Whom
    from pipeline.model import Match, Person

_DAYS: Final = 8
"""So far back news is looked for, as `byline connect` does."""
_MOST_DUE: Final = 60
"""So many cards a page shows: nobody writes to more in a week."""
_MOST_FOUND: Final = 50
_FACTS: Final = {
    "organisation": "Works at",
    "role": "As",
    "former": "Worked at",
    "emails": "Mail",
    "phones": "Phone",
    "profiles": "Profiles",
    "place": "Place",
    "tags": "Tags",
    "topics": "Cares about",
    "met": "How you met",
    "notes": "Your notes",
    "birthday": "Birthday",
    "works_since": "There since",
    "connected_on": "Connected",
    "added_at": "Added",
}


class People:
    """Answers what the pages of people ask."""

    def __init__(self, app: App, clock: Callable[[], datetime], pages: Pages) -> None:
        self._app, self._clock, self._pages = app, clock, pages

    def routes(self) -> Sequence[BaseRoute]:
        """Return what is answered where."""
        return (
            shown("/people", self.page),
            shown("/people/found", self.found),
            shown("/people/{number}", self.person),
        )

    def page(self, _request: Request) -> Response:
        """Show whom to speak to this week, which places are in the news, and who could be introduced to whom."""
        app = self._app.at(self._clock())
        matches = app.matches.matches()
        cards = _cards(app, matches)
        return self._pages.page(
            "people.html",
            cards=cards[:_MOST_DUE],
            more=len(cards) - _MOST_DUE,
            places=[*places(matches), *watched(app.connect(_DAYS), places(matches))],
            waiting=app.matches.waiting(),
            introductions=app.matches.introductions(6),
            known=next(app.network.people(), None) is not None,
        )

    def found(self, request: Request) -> Response:
        """Show whom the words that are searched name."""
        words = request.query_params.get("q", "")
        people = self._app.at(self._clock()).network.people(words) if words.strip() else iter(())
        some = list(islice(people, _MOST_FOUND))
        facts = {"some": some, "work": {each.id: work_of(each) for each in some}, "words": words}
        return self._pages.page("found.html", is_more=next(people, None) is not None, **facts)

    def person(self, request: Request) -> Response:
        """Show all that is known of one person, and what can be done."""
        app = self._app.at(self._clock())
        kept = app.network.show(str(number_in(request.path_params["number"])))
        person: Person = kept["person"]
        matches = [match for match in app.matches.matches(of=person) if match.person]
        cadence = app.network.cadence(person)
        return self._pages.page(
            "person.html",
            person=person,
            work=work_of(person),
            card=reached(_cards(app, matches, person), person.id),
            facts=list(_facts(person)),
            touches=kept["touches"],
            notes=[note for note, whose in app.matches.waiting() if whose.id == person.id],
            cadence=cadence,
            kinds=[*TouchKind],
            today=app.now.date(),
        )


def _cards(app: App, matches: Sequence[Match], of: Person | None = None) -> list[Whom]:
    network = app.network
    return whom(matches, network.turns(of), network.offered(), network.last_touches(), app.now.date())


def _facts(person: Person) -> Any:
    """Yield what is known of somebody: what it is called, and its values."""
    for name, words in _FACTS.items():
        value = getattr(person, name)
        if value:
            told = f"{value:%Y-%m-%d}" if name == "added_at" else value
            yield name, words, tuple(map(str, value)) if isinstance(value, tuple) else (str(told),)
    for each in person.aside:
        yield "aside", "Set aside", (f"{each.fact.replace('_', ' ')}: {each.said}",)

"""Whose turn it is, and why: pure rules from people, the last touch with each and a day, to sentences.

What counts is the last real touch. Where none was ever logged, it is the day on which the person was added, so that an
import makes nobody due at once.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING, Final

from pipeline.html import plain_text
from pipeline.model import Occasion, TouchKind, Turn

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping
    from datetime import datetime

    from pipeline.model import Person, PersonId, PlainText, Touch
    from pipeline.settings.sections import CadenceSettings

LATELY: Final = timedelta(days=7)
"""Whoever was spoken to in that time comes after all others: nobody is glad of a note each day."""
AHEAD: Final = 7
"""Days before a birthday or an anniversary from which it is told: the week."""
_OF_MONTHS: Final = 28
"""A birthday on 29 February is told with that of the 28th where the year has none."""
_DONE: Final = {
    TouchKind.MET: "met",
    TouchKind.CALL: "spoke on the phone",
    TouchKind.MESSAGE: "exchanged messages",
    TouchKind.MAIL: "exchanged mails",
    TouchKind.REPLY: "had a reply",
    TouchKind.NOTE: "sent a note",
    TouchKind.INTRODUCTION: "made an introduction",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Cadence:
    """How often to be in touch, in days, and who says so."""

    ideal: int
    latest: int
    said_by: str


def turns(
    people: Iterable[Person],
    last: Mapping[PersonId, Touch],
    cadences: Mapping[str, CadenceSettings],
    now: datetime,
    *,
    birthdays: bool = False,
) -> tuple[Turn, ...]:
    """Return whose turn it is, the latest days first; whoever is to be left alone, or is snoozed, is not among them."""
    by_tag = {tag.casefold(): (tag, cadence) for tag, cadence in cadences.items()}
    found = [turn for person in people for turn in _turns_of(person, last.get(person.id), by_tag, now, birthdays)]
    return tuple(sorted(found, key=lambda turn: (not turn.is_late, -turn.days_over, turn.person.name.casefold())))


def _turns_of(
    person: Person,
    last: Touch | None,
    by_tag: Mapping[str, tuple[str, CadenceSettings]],
    now: datetime,
    birthdays: bool,  # noqa: FBT001  (it is handed on)
) -> Iterator[Turn]:
    today = now.date()
    if person.is_left_alone or (person.snoozed_until and today < person.snoozed_until):
        return
    if turn := _due(person, last, cadence_of(person, by_tag), today):
        yield turn
    if birthdays:
        yield from _anniversaries(person, last, today)


def cadence_of(person: Person, by_tag: Mapping[str, tuple[str, CadenceSettings]]) -> Cadence | None:
    """Return how often to be in touch with somebody: their own word counts, else that of the most frequent tag."""
    if person.ideal_days or person.latest_days:
        ideal = person.ideal_days or person.latest_days or 0
        return Cadence(ideal=ideal, latest=max(ideal, person.latest_days or ideal), said_by="with them")
    of_tags = [by_tag[tag.casefold()] for tag in person.tags if tag.casefold() in by_tag]
    if not of_tags:
        return None
    tag, chosen = min(of_tags, key=lambda each: (each[1].ideal, each[1].until, each[0]))
    return Cadence(ideal=chosen.ideal, latest=chosen.until, said_by=f"with “{tag}”")


def _due(person: Person, last: Touch | None, cadence: Cadence | None, today: date) -> Turn | None:
    since = last.at.date() if last else person.added_at.date() if person.added_at else today
    days = (today - since).days
    if cadence is None or days < cadence.ideal:
        return None
    return Turn(
        person=person,
        occasion=Occasion.CADENCE,
        because=_because(last, cadence, since, days),
        days_over=days - cadence.latest,
        is_late=days > cadence.latest,
    )


def _because(last: Touch | None, cadence: Cadence, since: date, days: int) -> PlainText:
    ago = f"{since:%Y-%m-%d}, {_days(days)} ago"
    had = f"You {_DONE[last.kind]} on {ago}" if last else f"No touch is logged since you added them on {ago}"
    had += f" (about {last.about})" if last and last.about else ""
    wish = f"{cadence.said_by} you want to be in touch every {_days(cadence.ideal)}"
    if cadence.latest > cadence.ideal:
        wish += f", or after {cadence.latest} at the latest"
    return plain_text(f"{had}; {wish}.")


def _days(number: int) -> str:
    return "1 day" if number == 1 else f"{number} days"


def _anniversaries(person: Person, last: Touch | None, today: date) -> Iterator[Turn]:
    """Yield the birthday and the anniversary at work that come within a week, unless there was a touch these days."""
    told = [(Occasion.BIRTHDAY, person.birthday), (Occasion.ANNIVERSARY, str(person.works_since or ""))]
    for occasion, day in told:
        coming = _coming(day, today) if day else None
        if coming is None or (last and 0 <= (today - last.at.date()).days < AHEAD - (coming - today).days):
            continue
        years = coming.year - int(day[:4]) if not day.startswith("-") else 0
        if occasion is Occasion.ANNIVERSARY and not years:
            continue
        yield Turn(person=person, occasion=occasion, because=_told(person, occasion, coming, today, years))


def _told(person: Person, occasion: Occasion, coming: date, today: date, years: int) -> PlainText:
    when = "today" if coming == today else f"on {coming:%Y-%m-%d}"
    if occasion is Occasion.BIRTHDAY:
        return plain_text(f"Their birthday is {when}.")
    place = f" at {person.organisation}" if person.organisation else " where they work"
    return plain_text(f"They have been{place} for {years} year{'' if years == 1 else 's'} {when}.")


def _coming(day: str, today: date) -> date | None:
    """Return the next return of a day of the year, where it is within a week."""
    month, of_month = int(day[-5:-3]), int(day[-2:])
    for year in (today.year, today.year + 1):
        try:
            coming = date(year, month, of_month)
        except ValueError:
            coming = date(year, month, _OF_MONTHS)
        if today <= coming < today + timedelta(days=AHEAD):
            return coming
    return None

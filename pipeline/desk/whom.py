"""Whom to speak to this week, as cards: each person once, with all that speaks for it in sentences. Pure."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from pipeline.connect.cadence import LATELY
from pipeline.html import plain_text

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from datetime import date, datetime

    from pipeline.model import Match, Mention, Person, PersonId, PlainText, SafeUrl, Subject, Touch, Turn


@dataclass(frozen=True, slots=True, kw_only=True)
class Given:
    """Something to tell somebody of, and why them. ``about`` names it: a story by its id, a post by its link."""

    title: PlainText
    link: SafeUrl | None
    publisher: PlainText
    is_own: bool
    because: tuple[str, ...]
    about: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Whom:
    """Somebody to speak to: what there is to tell them of, and why it is their turn. ``last`` is the last touch.

    ``is_spoken_to`` where that was in the last days.
    """

    id: PersonId
    name: PlainText
    work: str
    given: tuple[Given, ...] = ()
    turns: tuple[str, ...] = ()
    is_news: bool = False
    is_late: bool = False
    answered: str = ""
    last: str = ""
    is_spoken_to: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """An organisation that there is news of."""

    name: PlainText
    given: tuple[Given, ...]


def whom(
    matches: Iterable[Match],
    turns: Iterable[Turn],
    offered: Iterable[tuple[Person, datetime]],
    last: Mapping[PersonId, Touch],
    today: date,
) -> list[Whom]:
    """Return each person once: who answered first, then who is in the news or to be told of something, then who is due.

    Whoever is snoozed is told of only where they are in the news themselves. Whoever was spoken to in the last days
    comes after all others: there may be more to give, and nobody is glad of a note each day.
    """
    found: dict[PersonId, Whom] = {}

    def of(person: Person) -> Whom:
        touch = last.get(person.id)
        return found.get(person.id) or Whom(
            id=person.id,
            name=person.name,
            work=work_of(person),
            last=last_of(touch),
            is_spoken_to=touch is not None and today - touch.at.date() < LATELY,
        )

    for person, at in offered:
        found[person.id] = replace(of(person), answered=f"{at:%Y-%m-%d}")
    for match in matches:
        if match.person and (match.is_news or not _is_snoozed(match.person, today)):
            known = of(match.person)
            given = (*known.given, given_by(match))
            found[match.person.id] = replace(known, given=given, is_news=known.is_news or match.is_news)
    for turn in turns:
        known = of(turn.person)
        sentences = (*known.turns, str(turn.because))
        found[turn.person.id] = replace(known, turns=sentences, is_late=known.is_late or turn.is_late)
    return sorted(found.values(), key=lambda each: each.is_spoken_to and not each.answered)


def places(matches: Iterable[Match]) -> list[Place]:
    """Return the organisations that there is news of, each once, with the news."""
    found: dict[PlainText, Place] = {}
    for match in matches:
        if match.person is None and match.organisation is not None:
            name = match.organisation.name
            before = found[name].given if name in found else ()
            found[name] = Place(name=name, given=(*before, given_by(match)))
    return list(found.values())


def watched(mentions: Iterable[Mention], known: Iterable[Place]) -> list[Place]:
    """Return whom the settings watch and who are in the news, but for ``known`` places; of each story one report."""
    names = {place.name for place in known}
    found: dict[str, dict[str, Given]] = {}
    for mention in mentions:
        if mention.name not in names:
            report = f"story {mention.story}" if mention.story else f"entry {mention.entry.id}"
            found.setdefault(mention.name, {}).setdefault(report, _given_of(mention))
    return [Place(name=plain_text(name), given=tuple(given.values())) for name, given in found.items()]


def _given_of(mention: Mention) -> Given:
    entry = mention.entry
    return Given(
        title=entry.title or plain_text(entry.link or ""),
        link=entry.link,
        publisher=entry.publisher,
        is_own=False,
        because=(mention.because,),
        about=str(mention.story or entry.link or ""),
    )


def given_by(match: Match) -> Given:
    """Return what a match gives, with its reasons."""
    subject = match.subject
    return Given(
        title=subject.title,
        link=subject.link,
        publisher=subject.publisher,
        is_own=subject.is_own,
        because=tuple(reason.because for reason in match.reasons),
        about=about_of(subject),
    )


def about_of(subject: Subject) -> str:
    """Return by what a subject is named when a note is asked for."""
    return str(subject.story) if subject.story else subject.link or subject.title


def work_of(person: Person) -> str:
    """Return what somebody does, and where."""
    return ", ".join(part for part in (person.role, person.organisation) if part)


def last_of(touch: Touch | None) -> str:
    """Return the last touch with somebody in a few words."""
    return f"{touch.kind}, {touch.at:%Y-%m-%d}" if touch else ""


def _is_snoozed(person: Person, today: date) -> bool:
    return person.snoozed_until is not None and today < person.snoozed_until


def reached(found: Sequence[Whom], person: PersonId) -> Whom | None:
    """Return what there is for one person."""
    return next((each for each in found if each.id == person), None)

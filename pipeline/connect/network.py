"""The author's network: who is in it, what is said of them, whose turn it is, and what was given.

All of it stays in the author's own store; nobody becomes a reader by being known, and nothing is sent to anybody.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, time, timedelta
from functools import partial
from typing import TYPE_CHECKING, Any, Final

from pipeline.connect import edits, service
from pipeline.connect.cadence import cadence_of, turns
from pipeline.connect.contacts.facts import organisation_from
from pipeline.connect.importing import import_file
from pipeline.connect.note import INTRODUCE
from pipeline.connect.same import (
    folded,
    is_same,
    joined,
    keys_of,
    merged_organisation,
    organisation_key,
    profile_key,
    said_by_hand,
)
from pipeline.errors import UsageError
from pipeline.html import as_web_address, plain_text
from pipeline.model import Touch
from pipeline.store import notes
from pipeline.store import people as kept
from pipeline.store import touches as log

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence
    from datetime import date
    from pathlib import Path

    from sqlalchemy import Connection

    from pipeline.connect.cadence import Cadence
    from pipeline.connect.importing import Imported
    from pipeline.model import Organisation, Person, PersonId, Service, TouchKind, Turn
    from pipeline.settings.sections import ConnectSettings
    from pipeline.store import Store

_MOST_NAMED: Final = 10
_LONGEST: Final = 2_000
_OFFERED: Final = timedelta(days=90)
"""How far back answers to letters are offered as touches."""


class Network:
    """People and organisations that the author knows. ``refused`` is the folder for what imports refuse."""

    def __init__(self, store: Callable[[], Store], settings: ConnectSettings, refused: Path, now: datetime) -> None:
        self._store = store
        self._settings = settings
        self._refused = refused
        self._now = now

    # -- in and out

    def import_file(self, path: Path, *, dry_run: bool = False) -> Imported:
        """Take in whom a file tells of. Raises ``UsageError`` where it is of no kind that is known."""
        return import_file(self._store(), path, self._refused, self._now, dry_run=dry_run)

    def export(self, write: Callable[[Iterator[Person]], None]) -> None:
        """Have everybody written, one after the other."""
        with self._store().reading() as connection:
            write(kept.all_people(connection))

    # -- people

    def people(self, words: str = "", **which: Any) -> Iterator[Person]:
        """Yield whom ``words`` name, in whatever they say of them; of all, those of a tag, or who are watched."""
        wanted = folded(words).split()
        tag, is_watched = which.get("tag", ""), which.get("is_watched", False)
        with self._store().reading() as connection:
            for person in kept.all_people(connection):
                if is_watched and not person.is_watched:
                    continue
                if tag and tag.casefold() not in (each.casefold() for each in person.tags):
                    continue
                if not wanted or all(word in _said_of(person) for word in wanted):
                    yield person

    def find(self, words: str) -> Person:
        """Return the one person whom a number, an address, a profile or a name means.

        Raises ``UsageError`` where it is nobody, or several.
        """
        with self._store().reading() as connection:
            return _found(connection, words)

    def add(self, facts: Mapping[str, Sequence[str]]) -> Person:
        """Add a person as the author tells of them. Raises ``UsageError``, if they are known already, too."""
        told = edits.made(facts)
        told = replace(told, by_hand=said_by_hand(told))
        with self._store().writing() as connection:
            if known := _known(connection, told):
                raise UsageError(f"{known.name} is known already: `byline connect edit {known.id}` changes them")
            (number,) = kept.add_people(connection, [told], self._now)
            kept.know_by(connection, [(key, number) for key in keys_of(told)])
        return replace(told, id=number)

    def edit(
        self,
        words: str,
        said: Mapping[str, Sequence[str]],
        taken: Mapping[str, Sequence[str]],
        *,
        is_watched: bool | None = None,
    ) -> Person:
        """Change what is known of somebody. Raises ``UsageError``."""

        def change(person: Person) -> Person:
            person = edits.edited(person, said, taken)
            return person if is_watched is None else replace(person, is_watched=is_watched)

        return self._changed(words, change)

    def snooze(self, words: str, until: date | None) -> Person:
        """Let somebody not be due before a day; None takes that back. Raises ``UsageError`` for a day that is over."""
        if until and until <= self._now.date():
            raise UsageError(f"{until} is over: name a day that is yet to come")
        return self._changed(words, partial(replace, snoozed_until=until))

    def leave_alone(self, words: str, *, leave: bool = True) -> Person:
        """Let it never be somebody's turn again, or take that back."""
        return self._changed(words, partial(replace, is_left_alone=leave))

    def _changed(self, words: str, change: Callable[..., Person]) -> Person:
        with self._store().writing() as connection:
            person = change(_found(connection, words))
            kept.change_person(connection, person)
            kept.know_by(connection, [(key, person.id) for key in keys_of(person)])
        return person

    def merge(self, stays: str, goes: str, write: Callable[[Iterator[Person]], None]) -> Person:
        """Make one of two records of the same person, once both are written as they were; return it.

        Raises ``UsageError`` where it is one record already.
        """
        one, other = self.find(stays), self.find(goes)
        if one.id == other.id:
            raise UsageError(f"{one.name} is one record already: name two, by their numbers if they are called alike")
        write(iter((one, other)))
        with self._store().writing() as connection:
            whole = joined(_found(connection, str(one.id)), _found(connection, str(other.id)))
            kept.join_people(connection, whole, other.id)
            kept.know_by(connection, [(key, whole.id) for key in keys_of(whole)])
        return whole

    def show(self, words: str) -> Mapping[str, Any]:
        """Return everything that is kept of a person."""
        with self._store().reading() as connection:
            person = _found(connection, words)
            return {
                "person": person,
                "touches": log.touches_with(connection, person.id),
                "notes": log.notes_for(connection, person.id),
            }

    def erase(self, words: str) -> Person:
        """Delete a person whole: all that is known of them, each touch and note, and what introduced them to others."""
        with self._store().erasing() as connection:
            person = _found(connection, words)
            names = {person.name, *(each.said for each in person.aside if each.fact == "name")}
            notes.forget_about(connection, INTRODUCE, names)
            kept.erase_person(connection, person.id)
        return person

    # -- organisations

    def organisations(self) -> Sequence[Organisation]:
        """Return the organisations that the author named."""
        with self._store().reading() as connection:
            return kept.all_organisations(connection)

    def organisation(self, name: str, facts: Mapping[str, Sequence[str]], **flags: bool | None) -> Organisation:
        """Add an organisation, or change what is said of it; lists are added to, flags set where they say anything."""
        try:
            told = organisation_from({"name": [name], **facts})
        except ValueError as error:
            raise UsageError(f"the organisation {error}") from None
        key = organisation_key(told.name)
        with self._store().writing() as connection:
            known = kept.organisation_by_key(connection, key)
            now = known or told
            if known:
                lists: dict[str, Any] = {
                    each: tuple(dict.fromkeys((*getattr(known, each), *getattr(told, each))))
                    for each in ("also", "topics", "tags")
                }
                now = replace(known, **lists)
                now = replace(now, site=told.site or known.site, notes=told.notes or known.notes)
            said: dict[str, Any] = {flag: value for flag, value in flags.items() if value is not None}
            now = replace(now, **said)
            kept.keep_organisation(connection, key, now)
        return now

    def merge_organisation(self, stays: str, goes: str) -> Organisation:
        """Make one of two organisations that are one; the name of the other is another name of it from now on."""
        keys = [organisation_key(plain_text(name)) for name in (stays, goes)]
        with self._store().writing() as connection:
            one, other = (kept.organisation_by_key(connection, key) for key in keys)
            if one is None or other is None or one.id == other.id:
                raise UsageError("name two organisations that you named: `byline connect organisations` shows which")
            whole = merged_organisation(one, replace(other, also=(other.name, *other.also)))
            kept.erase_organisation(connection, keys[1])
            kept.keep_organisation(connection, keys[0], whole)
        return whole

    def erase_organisation(self, name: str) -> None:
        """Delete an organisation. Raises ``UsageError`` where there is none."""
        with self._store().erasing() as connection:
            key = organisation_key(plain_text(name))
            if kept.organisation_by_key(connection, key) is None:
                raise UsageError(
                    f"{plain_text(name)} is no organisation that you named: `byline connect organisations`"
                )
            kept.erase_organisation(connection, key)

    # -- touches

    def log(self, words: str, kind: TouchKind, *, about: str = "", link: str = "", on: date | None = None) -> Touch:
        """Note a touch with somebody, today or on a day. Raises ``UsageError`` for a day that is yet to come."""
        said = plain_text(about)
        if len(said) > _LONGEST:
            raise UsageError(f"say in at most {_LONGEST} characters what it was about")
        if on and on > self._now.date():
            raise UsageError(f"{on} is yet to come: log a touch when it was")
        at = self._now if on in {None, self._now.date()} else datetime.combine(on or self._now, time(12), UTC)
        with self._store().writing() as connection:
            person = _found(connection, words)
            touch = Touch(person=person.id, kind=kind, at=at, about=said, link=service.link_of(link))
            log.log_touch(connection, touch)
        return touch

    def unlog(self, touch: Touch) -> None:
        """Take a touch back that was logged by mistake. Raises ``UsageError`` where it is not there."""
        with self._store().writing() as connection:
            if not log.remove_touch(connection, touch):
                raise UsageError("this touch is logged no more")

    def last_touches(self) -> Mapping[PersonId, Touch]:
        """Return the last touch with each person."""
        with self._store().reading() as connection:
            return log.last_touches(connection)

    def cadence(self, person: Person) -> Cadence | None:
        """Return how often the author wants to be in touch with somebody, and by whose word."""
        by_tag = {tag.casefold(): (tag, cadence) for tag, cadence in self._settings.cadence.items()}
        return cadence_of(person, by_tag)

    def turns(self, of: Person | None = None) -> tuple[Turn, ...]:
        """Return whose turn it is, and why; or whether and why it is that ``of`` one person."""
        with self._store().reading() as connection:
            people, last = (of,) if of else kept.all_people(connection), log.last_touches(connection)
            cadences, birthdays = self._settings.cadence, self._settings.birthdays
            return turns(people, last, cadences, self._now, birthdays=birthdays)

    def offered(self) -> Sequence[tuple[Person, datetime]]:
        """Return who answered a letter since the last touch with them: the author may log it as one."""
        with self._store().reading() as connection:
            answers = log.answers_since(connection, self._now - _OFFERED)
            last = log.last_touches(connection)
            latest: dict[PersonId, datetime] = {}
            for person, at in answers:
                if person not in last or last[person].at.date() < at.date():
                    latest.setdefault(person, at)
            people = kept.people_by_id(connection, sorted(latest))
        return [(people[number], at) for number, at in latest.items()]

    # -- service

    def give(self, given: Service) -> Service:
        """Note something that the author gave."""
        if given.on > self._now.date():
            raise UsageError(f"{given.on} is yet to come: log it when you did it")
        with self._store().writing() as connection:
            return replace(given, id=log.add_service(connection, given))

    def given(self) -> Sequence[Service]:
        """Return what the author gave, the latest first."""
        with self._store().reading() as connection:
            return log.all_services(connection)

    def take_back(self, number: int) -> None:
        """Delete something from the log of service. Raises ``UsageError`` where it is not there."""
        with self._store().writing() as connection:
            if not log.remove_service(connection, number):
                raise UsageError(f"there is no service {number}: `byline connect service list` shows which there are")

    def public_service(self) -> Sequence[Service]:
        """Return what the author gave and shows on the site."""
        with self._store().reading() as connection:
            return log.all_services(connection, public=True)

    def service_reminder(self) -> str:
        """Return a sentence where a month went by without service."""
        with self._store().reading() as connection:
            last, first = log.last_service_on(connection), kept.first_added_at(connection)
        return service.reminder(last, first, self._now)


def _said_of(person: Person) -> str:
    """Return all words by which somebody is searched."""
    lists = (*person.former, *person.emails, *person.phones, *person.profiles, *person.tags, *person.topics)
    texts = (person.name, person.role, person.organisation, person.place, person.met, person.notes)
    return folded(" ".join((*texts, *lists)))


def _found(connection: Connection, words: str) -> Person:
    said = plain_text(words)
    if said.isascii() and said.isdigit() and len(said) < _MOST_NAMED:
        people = [found] if (found := kept.person_by_id(connection, int(said))) else []
    elif "/" in said or "@" in said:
        keys = (f"mail:{said.casefold()}", f"profile:{profile_key(as_web_address(said))}")
        known = kept.known_by(connection, keys)
        people = list(kept.people_by_id(connection, sorted(set(known.values()))).values())
        people = people or [each for each in kept.all_people(connection) if said in each.emails]
    else:
        people = _named(connection, folded(said) or said.casefold())
    if len(people) == 1:
        return people[0]
    if not people:
        raise UsageError(
            f"{said} is nobody whom you know: `byline connect people` shows who is, `byline connect add` adds"
        )
    named = "".join(f"\n  [{each.id}] {each.name}, {each.organisation}".rstrip(", ") for each in people[:_MOST_NAMED])
    more = f"\n  and {len(people) - _MOST_NAMED} more" if len(people) > _MOST_NAMED else ""
    raise UsageError(f"{said} may be any of these; name one by the number:{named}{more}")


def _named(connection: Connection, wanted: str) -> list[Person]:
    """Return who is called just so, or was by some file; else who has all of the words; else whose name holds them."""
    exactly: list[Person] = []
    by_words: list[Person] = []
    within: list[Person] = []
    for person in kept.all_people(connection):
        names = (person.name, *(each.said for each in person.aside if each.fact == "name"))
        called = [folded(name) or name.casefold() for name in names]
        if wanted in called:
            exactly.append(person)
        elif any(set(wanted.split()) <= set(name.split()) for name in called):
            by_words.append(person)
        elif any(wanted in name for name in called):
            within.append(person)
    return exactly or by_words or within


def _known(connection: Connection, told: Person) -> Person | None:
    """Return who is the same as somebody of whom is told."""
    keys = keys_of(told)
    known = kept.known_by(connection, keys)
    people = kept.people_by_id(connection, sorted(set(known.values())))
    same = (people[known[key]] for key in keys if key in known and is_same(people[known[key]], told, key))
    return next(same, None)

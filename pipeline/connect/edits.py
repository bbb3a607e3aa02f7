"""What the author says of a person by hand: pure rules from what is known and what is said to what is then known."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any, Final

from pipeline.connect.contacts.facts import person_from
from pipeline.errors import UsageError
from pipeline.html import plain_text
from pipeline.model import NO_TEXT, Aside

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from pipeline.model import Person

LISTS: Final = ("former", "emails", "phones", "profiles", "tags", "topics")
_EMPTY: Final[Mapping[str, Any]] = {
    **dict.fromkeys(("role", "organisation", "place", "met", "notes"), NO_TEXT),
    **dict.fromkeys(("connected_on", "works_since", "ideal_days", "latest_days"), None),
    "birthday": "",
}


def made(facts: Mapping[str, Sequence[str]]) -> Person:
    """Return the person of whom the author says ``facts``. Raises ``UsageError`` where one of them cannot be."""
    try:
        person = person_from(facts)
    except ValueError as error:
        raise UsageError(f"what is said of them {error}") from None
    if person.aside:
        wrong = person.aside[0]
        raise UsageError(f"{wrong.said} cannot be used as {wrong.fact.replace('_', ' ')}; {_HOW.get(wrong.fact, '')}")
    return person


_HOW: Final = {
    "emails": "write it as name@example.org",
    "profiles": "write it as https://example.org/name",
    "birthday": "write it as 1971-04-12, or as --04-12 without the year",
    **dict.fromkeys(("connected_on", "works_since"), "write it as 2026-11-23"),
    **dict.fromkeys(("ideal_days", "latest_days"), "it must be a number of days, from 1 to 3650"),
}


def edited(person: Person, said: Mapping[str, Sequence[str]], taken: Mapping[str, Sequence[str]]) -> Person:
    """Return ``person`` as the author changes them: what is ``said`` stands, what is ``taken`` is gone.

    What stood before, and what is taken from a list, is kept aside, so that no import brings it back. Raises
    ``UsageError`` where something cannot be.
    """
    told = made({"name": [person.name]} | dict(said))
    now, aside = dict[str, Any](), list(person.aside)
    for name, values in said.items():
        old = getattr(person, name)
        if name in LISTS:
            now[name] = tuple(dict.fromkeys((*old, *getattr(told, name))))
            aside = [each for each in aside if each.fact != name or each.said not in now[name]]
        elif any(value.strip() for value in values):
            now[name] = getattr(told, name)
        else:
            now[name] = _EMPTY.get(name, old)
        if name not in LISTS and name in _KEPT and old and old != now[name]:
            aside.append(Aside(fact=plain_text(name), said=plain_text(str(old))))
    for name, values in taken.items():
        there = now.get(name, getattr(person, name))
        gone = {plain_text(value).casefold() for value in values}
        if missing := gone - {each.casefold() for each in there}:
            raise UsageError(f"{person.name} has no {min(missing)} among their {name}")
        now[name] = tuple(each for each in there if each.casefold() not in gone)
        aside += [Aside(fact=plain_text(name), said=plain_text(each)) for each in there if each.casefold() in gone]
    hands = tuple(dict.fromkeys((*person.by_hand, *said, *taken)))
    return replace(person, **now, aside=tuple(dict.fromkeys(aside)), by_hand=hands)


_KEPT: Final = frozenset({"name", "role", "organisation", "place", "met", "birthday", "connected_on", "works_since"})
"""What is kept aside where another takes its place."""

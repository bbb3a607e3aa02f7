"""What a file says of a person, under our names, to a Person: the one place where such facts are cleaned.

What cannot be used as what it should be (an address without @, a day that may be two) is not lost: it is kept aside.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Final, TypeVar

from pipeline.html import as_web_address, plain_text, safe_url
from pipeline.model import NO_TEXT, Aside, Organisation, OrganisationId, Person, PersonId, PlainText, SafeUrl

Facts = Mapping[str, Sequence[str]]
"""What a file says, by the names of a Person's fields."""

LONGEST: Final = 500
"""Characters of a fact."""
LONGEST_NOTES: Final = 20_000
MOST: Final = 60
"""Values of a list."""
_TEXTS: Final = ("role", "organisation", "place", "met")
_LISTS: Final = ("former", "phones", "tags", "topics")
_DAYS: Final = ("connected_on", "works_since", "snoozed_until")
_NUMBERS: Final = ("ideal_days", "latest_days")
_FLAGS: Final = ("is_watched", "is_left_alone")
_MOST_DAYS: Final = 3650
_MAIL: Final = re.compile(r"[^\s@<>\"(),:;\[\]\\]{1,64}@[^\s@<>\"(),:;\[\]\\_]{1,253}")
_YES: Final = frozenset({"yes", "true", "1", "y", "on"})
_MONTHS: Final = {
    name: number for number, name in enumerate("jan feb mar apr may jun jul aug sep oct nov dec".split(), start=1)
}
_ISO: Final = re.compile(r"(\d{4})-?(\d\d)-?(\d\d)(?:[T ].*)?")
_WORDY: Final = re.compile(r"(?:(\d{1,2})\.? ([A-Za-z]{3,9})\.?,? (\d{4}))|(?:([A-Za-z]{3,9})\.? (\d{1,2}),? (\d{4}))")
_SLASHED: Final = re.compile(r"(\d{1,2})[/.](\d{1,2})[/.](\d{4})")
_YEARLESS: Final = re.compile(r"--?(\d\d)-?(\d\d)|\*(\d\d)-(\d\d)")
_LEAP: Final = 2000
"""A year that has each day there is."""
_APPLES_NO_YEAR: Final = "1604-"
"""The year that Apple's address book writes where there is none."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Card:
    """A person as a file tells of them, from the line at which it begins to. ``by_hand``: the author wrote the file."""

    line: int
    person: Person
    by_hand: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """An organisation as a file tells of it."""

    line: int
    organisation: Organisation


@dataclass(frozen=True, slots=True, kw_only=True)
class Refused:
    """What cannot be taken in: where, why, and as it stood."""

    line: int
    because: str
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Head:
    """What must stand above refused lines, so that they can be mended and read again."""

    text: str


def person_from(facts: Facts) -> Person:
    """Return the person of whom ``facts`` tell. Raises ``ValueError``, in words, where they tell of none."""
    aside = _Aside(facts.get("aside", ()))
    mails = _each(facts, "emails", mail_of, aside)
    name = _text(facts, "name") or (plain_text(mails[0]) if mails else NO_TEXT)
    if not name:
        raise ValueError("has neither a name nor a mail address")
    given: dict[str, Any] = {field: _text(facts, field) for field in _TEXTS if field in facts}
    given |= {field: _each(facts, field, _listed, aside) for field in _LISTS if field in facts}
    given |= {field: _first(facts, field, day_of, aside) for field in _DAYS if field in facts}
    given |= {field: _first(facts, field, _number, aside) for field in _NUMBERS if field in facts}
    given |= {field: _is_so(facts, field) for field in _FLAGS if field in facts}
    return Person(
        id=PersonId(0),
        name=name,
        emails=mails,
        profiles=_each(facts, "profiles", profile_of, aside),
        birthday=_first(facts, "birthday", birthday_of, aside) or "",
        notes=_text(facts, "notes", LONGEST_NOTES),
        **given,
        aside=tuple(aside.values),
    )


def organisation_from(facts: Facts) -> Organisation:
    """Return the organisation of which ``facts`` tell. Raises ``ValueError``, in words."""
    name = _text(facts, "name")
    if not name:
        raise ValueError("has no name")
    unread = _Aside(())
    site = _first(facts, "site", profile_of, unread)
    if unread.values:
        raise ValueError("has a site that is no web address")
    return Organisation(
        id=OrganisationId(0),
        name=name,
        site=site,
        notes=_text(facts, "notes", LONGEST_NOTES),
        also=_each(facts, "also", _listed, unread),
        topics=_each(facts, "topics", _listed, unread),
        tags=_each(facts, "tags", _listed, unread),
        is_wanted=_is_so(facts, "is_wanted"),
        is_watched=_is_so(facts, "is_watched"),
    )


class _Aside:
    """What is kept aside, in its order, each once; it is told as "fact: what was said"."""

    def __init__(self, told: Sequence[str]) -> None:
        self.values: list[Aside] = []
        for each in told:
            fact, _, said = each.partition(":")
            self.add(fact.strip(), said)

    def add(self, fact: str, said: str) -> None:
        """Keep what was ``said``, if it says anything."""
        kept = Aside(fact=plain_text(fact), said=_bounded(fact, plain_text(said)))
        if kept.said and kept not in self.values and len(self.values) < MOST:
            self.values.append(kept)


def _bounded(fact: str, text: PlainText, most: int = LONGEST) -> PlainText:
    if len(text) > most:
        raise ValueError(f"has {len(text):,} characters as {fact.replace('_', ' ')}; at most {most:,} are taken")
    return text


def _text(facts: Facts, name: str, most: int = LONGEST) -> PlainText:
    """Return the first text under a name that says something."""
    for value in facts.get(name, ()):
        if len(value) > most * 4:  # before anything is done with it
            raise ValueError(f"has {len(value):,} characters as {name.replace('_', ' ')}; at most {most:,} are taken")
        if said := _bounded(name, plain_text(value), most):
            return said
    return NO_TEXT


def _is_so(facts: Facts, name: str) -> bool:
    return any(value.strip().casefold() in _YES for value in facts.get(name, ()))


_Made = TypeVar("_Made")


def _each(facts: Facts, name: str, make: Callable[[str], _Made | None], aside: _Aside) -> tuple[_Made, ...]:
    """Return all values under a name, each once; what cannot be made one is kept aside."""
    made: dict[_Made, None] = {}
    for value in facts.get(name, ()):
        if len(value) > LONGEST * 4:
            raise ValueError(f"has {len(value):,} characters in {name}; at most {LONGEST:,} are taken")
        one = make(value)
        if one is not None:
            made[one] = None
        elif value.strip():
            aside.add(name, value)
    if len(made) > MOST:
        raise ValueError(f"has {len(made)} {name}; at most {MOST} are taken")
    return tuple(made)


def _first(facts: Facts, name: str, make: Callable[[str], _Made | None], aside: _Aside) -> _Made | None:
    """Return the first value under a name; the others, and what cannot be made one, are kept aside."""
    made = _each(facts, name, make, aside)
    for other in made[1:]:
        aside.add(name, str(other))
    return made[0] if made else None


def _listed(value: str) -> PlainText | None:
    return _bounded("one of a list", plain_text(value)) or None


def mail_of(value: str) -> str | None:
    """Return a mail address, or None where it is none; it is not asked whether it is one of a reader."""
    address = value.strip().removeprefix("mailto:")
    return address if _MAIL.fullmatch(address) and plain_text(address) == address else None


def profile_of(value: str) -> SafeUrl | None:
    """Return the web address of a profile or page."""
    address = value.strip()
    if not address or " " in address or "." not in address:
        return None
    return safe_url(as_web_address(address))


def day_of(value: str) -> date | None:
    """Return a day that is written in ISO 8601 or with the name of its month; one that may be two days is none."""
    said = value.strip()
    try:
        if found := _ISO.fullmatch(said):
            return date(*map(int, found.groups()))
        if found := _WORDY.fullmatch(said):
            day, month, year = found[1] or found[5], found[2] or found[4], found[3] or found[6]
            return date(int(year), _MONTHS[month[:3].lower()], int(day))
        if found := _SLASHED.fullmatch(said):
            return _unambiguous(*map(int, found.groups()))
    except (ValueError, KeyError):
        pass
    return None


def _unambiguous(first: int, second: int, year: int) -> date | None:
    """Return the day where only one of both numbers can be the month, or both are the same."""
    if first != second and max(first, second) <= len(_MONTHS):
        return None
    return date(year, min(first, second), max(first, second))


def birthday_of(value: str) -> str | None:
    """Return a birthday as vCard 4.0 has it (RFC 6350, section 6.2.5), with dashes: 1971-04-12, or --04-12."""
    said = value.strip()
    if found := _YEARLESS.fullmatch(said):
        month, day = (int(part) for part in found.groups() if part)
        try:
            return f"--{date(_LEAP, month, day):%m-%d}"
        except ValueError:
            return None
    day_found = day_of(said)
    if day_found is None:
        return None
    whole = day_found.isoformat()
    return f"--{whole[5:]}" if whole.startswith(_APPLES_NO_YEAR) else whole


def _number(value: str) -> int | None:
    said = value.strip()
    number = int(said) if said.isascii() and said.isdigit() and len(said) <= len(str(_MOST_DAYS)) else 0
    return number if 0 < number <= _MOST_DAYS else None

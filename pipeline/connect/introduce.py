"""Who would profit from whom: pure rules from people to introductions, each with its reasons."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING, Final

from pipeline.connect.match.index import Index
from pipeline.connect.match.names import key_of_organisation, names_of_organisation
from pipeline.connect.match.tokens import words_of
from pipeline.connect.match.topics import phrase, phrases_of_notes, phrases_of_role, sentences_of
from pipeline.html import plain_text, shortened
from pipeline.model import Introduction, Reason

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping, Sequence

    from pipeline.model import Organisation, Person, PersonId

Pair = tuple[int, int]
Wish = tuple[int, str]
"""Whose it is, and the sentence that tells of it."""
_SEEKS: Final = frozenset("seeks seek seeking looks looking wants want wanted needs need hires hiring searches".split())
_DENIES: Final = frozenset("not never no longer".split())
_GIVES: Final = 4.0
_WANTS_IN: Final = 4.0
_SHARED: Final = 1.5
_MOST_TO_SHARE: Final = 25
"""What more people care about brings no two of them together."""
_ENOUGH: Final = 1.5
_FEW: Final = 3
_LONGEST: Final = 160


def introductions(
    people: Sequence[Person],
    organisations: Sequence[Organisation],
    had: Collection[frozenset[PersonId]],
    most: int = 10,
) -> tuple[Introduction, ...]:
    """Return the pairs of people worth introducing, those first for whom most speaks; not ``had`` pairs again."""
    known = [person for person in people if not person.is_left_alone]
    why: dict[Pair, list[Reason]] = defaultdict(list)
    wishes = [(number, sentence) for number, person in enumerate(known) for sentence in _seeking(person)]
    for pair, reason in (*_sought(known, wishes), *_places_sought(known, wishes, organisations), *_shared(known)):
        why[pair].append(reason)
    found = [
        Introduction(one=known[one], other=known[other], reasons=tuple(sorted(told, key=lambda each: -each.points)))
        for (one, other), told in why.items()
        if frozenset({known[one].id, known[other].id}) not in had and not _are_colleagues(known[one], known[other])
    ]
    found.sort(key=lambda each: (-each.points, each.one.id, each.other.id))
    return tuple(each for each in found if each.points >= _ENOUGH)[:most]


def _are_colleagues(one: Person, other: Person) -> bool:
    """Tell whether two know each other anyway, as they work at one place."""
    place = key_of_organisation(one.organisation) if one.organisation else ""
    return bool(place) and place == (key_of_organisation(other.organisation) if other.organisation else "")


def _seeking(person: Person) -> Iterator[str]:
    """Yield the sentences of the notes on somebody that say what they look for."""
    for sentence in sentences_of(person.notes):
        words = set(words_of(sentence).folded)
        if words & _SEEKS and not words & _DENIES:
            yield sentence


def _sought(people: Sequence[Person], wishes: Sequence[Wish]) -> Iterator[tuple[Pair, Reason]]:
    """Yield who looks for what somebody else works on or cares about."""
    givers: dict[str, list[int]] = defaultdict(list)
    for number, person in enumerate(people):
        for each in dict.fromkeys((*map(phrase, person.topics), *phrases_of_role(person.role))):
            if " " in each:
                givers[each].append(number)
    for number, sentence in wishes:
        for each in phrases_of_notes([sentence], frozenset()):
            for other in givers.get(each, ())[:_MOST_TO_SHARE]:
                if other != number:
                    said = shortened(plain_text(sentence), _LONGEST)
                    told = f"{people[number].name} looks for it (“{said}”), and {people[other].name} knows {each}."
                    yield _ordered(number, other), Reason(name="seeks", points=_GIVES, because=told)


def _places_sought(
    people: Sequence[Person], wishes: Sequence[Wish], organisations: Sequence[Organisation]
) -> Iterator[tuple[Pair, Reason]]:
    """Yield who looks for a way into a place where somebody else works."""
    staff: dict[str, list[int]] = defaultdict(list)
    for number, person in enumerate(people):
        if person.organisation:
            staff[key_of_organisation(person.organisation)].append(number)
    also = {key_of_organisation(name): key_of_organisation(one.name) for one in organisations for name in one.also}
    places = _index([*(person.organisation for person in people if person.organisation), *_names(organisations)])
    for number, sentence in wishes:
        there = (other for place in _places_in(sentence, places, also) for other in staff.get(place, ())[:_FEW])
        for other in (other for other in there if other != number):
            said = shortened(plain_text(sentence), _LONGEST)
            told = f"{people[number].name} looks for it (“{said}”), and {people[other].name} works there."
            yield _ordered(number, other), Reason(name="place", points=_WANTS_IN, because=told)


def _index(names: Sequence[str]) -> Index[str]:
    """Return the places that notes may name; those whose names are words would be found where nobody means them."""
    places: Index[str] = Index()
    for name in dict.fromkeys(names):
        for each in names_of_organisation(name):
            if not each.is_common:
                places.add(each.words, key_of_organisation(name))
    return places


def _names(organisations: Sequence[Organisation]) -> Iterator[str]:
    for one in organisations:
        yield from (one.name, *one.also)


def _places_in(sentence: str, places: Index[str], also: Mapping[str, str]) -> Iterator[str]:
    for _, _, keys in places.found(words_of(sentence)):
        for key in dict.fromkeys(keys):
            yield key
            if key in also:
                yield also[key]


def _shared(people: Sequence[Person]) -> Iterator[tuple[Pair, Reason]]:
    """Yield who shares a topic that few care about."""
    carers: dict[str, list[int]] = defaultdict(list)
    for number, person in enumerate(people):
        for each in dict.fromkeys(filter(None, map(phrase, person.topics))):
            carers[each].append(number)
    for topic, numbers in carers.items():
        if len(numbers) <= _MOST_TO_SHARE:
            points = _SHARED if " " in topic else _SHARED / 2
            for place, one in enumerate(numbers):
                for other in numbers[place + 1 :]:
                    name = next(each for each in people[one].topics if phrase(each) == topic)
                    told = f"{people[one].name} and {people[other].name} both care about {name}."
                    yield (one, other), Reason(name="topic", points=points, because=told)


def _ordered(one: int, other: int) -> Pair:
    return (one, other) if one < other else (other, one)

"""The author's network as it is looked for in texts: names, and phrases with those who care. It knows no text."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, NamedTuple

from pipeline.connect.match.index import Index, Phrases
from pipeline.connect.match.names import key_of_organisation, names_of_organisation, names_of_person, stems
from pipeline.connect.match.tokens import fold
from pipeline.connect.match.topics import Field, phrase, phrases_of_notes, phrases_of_role

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from pipeline.connect.match.names import Name
    from pipeline.model import Organisation, Person, PersonId, PlainText, Touch


class Known(NamedTuple):
    """Who goes by a name: the number of a firm, or of a person."""

    is_firm: bool
    number: int
    name: Name


@dataclass(slots=True)
class Firm:
    """An organisation, or just where people say that they work; ``people`` are their numbers."""

    name: PlainText
    organisation: Organisation | None = None
    people: list[int] = field(default_factory=list)
    phrases: tuple[str, ...] = ()


@dataclass(slots=True)
class Book:
    """Everybody who may be told of something, those first whom the author watches or was in touch with last."""

    vocabulary: Field
    people: list[Person] = field(default_factory=list)
    firms: list[Firm] = field(default_factory=list)
    firm_of: list[int | None] = field(default_factory=list)
    backing: list[tuple[int, ...]] = field(default_factory=list)
    """Of each person, the firms that tell that they are meant: where they work, and where they worked."""
    names: Index[Known] = field(default_factory=Index)
    phrases: Phrases = field(default_factory=Phrases)
    topics_of: dict[str, tuple[str, ...]] = field(default_factory=dict)
    """Of each phrase, the topics that are known by it."""
    carers: dict[str, list[int]] = field(default_factory=lambda: defaultdict(list))
    firms_caring: dict[str, list[int]] = field(default_factory=lambda: defaultdict(list))
    workers: dict[str, list[int]] = field(default_factory=lambda: defaultdict(list))
    speakers: dict[str, list[int]] = field(default_factory=lambda: defaultdict(list))
    _cares: dict[int, frozenset[str]] = field(default_factory=dict)

    def cares(self, number: int) -> frozenset[str]:
        """Return all phrases that a person stands for: what they care about, work on, and where they work does."""
        known = self._cares.get(number)
        if known is None:
            person, firm = self.people[number], self.firm_of[number]
            topics = (found for topic in person.topics for found in self.vocabulary.known_by(topic))
            of_firm = self.firms[firm].phrases if firm is not None else ()
            known = self._cares[number] = frozenset((*topics, *phrases_of_role(person.role), *of_firm))
        return known


def book_of(
    people: Sequence[Person],
    organisations: Sequence[Organisation],
    touches: Mapping[PersonId, Sequence[Touch]],
    vocabulary: Field,
) -> Book:
    """Return the network as it is looked for; who is to be left alone is not in it."""
    book = Book(vocabulary=vocabulary, people=_in_order(people, touches))
    known = _add_organisations(book, organisations)
    for number, person in enumerate(book.people):
        _add_person(book, number, person, known)
        _add_interests(book, number, person, touches.get(person.id, ()))
    _add_own_field(book)
    return book


def _in_order(people: Sequence[Person], touches: Mapping[PersonId, Sequence[Touch]]) -> list[Person]:
    def standing(person: Person) -> tuple[bool, float, int]:
        had = touches.get(person.id)
        return not person.is_watched, -max(touch.at.timestamp() for touch in had) if had else 0, person.id

    return sorted((person for person in people if not person.is_left_alone), key=standing)


def _add_organisations(book: Book, organisations: Sequence[Organisation]) -> dict[str, int]:
    known: dict[str, int] = {}
    for organisation in organisations:
        number = _firm(book, known, organisation.name)
        if number is None:
            continue
        firm = book.firms[number]
        firm.organisation = organisation
        firm.phrases = tuple(
            dict.fromkeys(each for topic in organisation.topics for each in book.vocabulary.known_by(topic))
        )
        for each in firm.phrases:
            book.phrases.add(each)
        for other in organisation.also:
            known.setdefault(key_of_organisation(other), number)
            _add_names(book, names_of_organisation(other), number, is_firm=True)
        if organisation.is_wanted or organisation.is_watched:
            for topic in organisation.topics:
                _add_topic(book, topic, book.firms_caring, number)
    return known


def _firm(book: Book, known: dict[str, int], name: PlainText) -> int | None:
    """Return the number of a firm by any form of its name; it is new where nobody knew it."""
    key = key_of_organisation(name) if name else ""
    if not key:
        return None
    if key not in known:
        known[key] = len(book.firms)
        book.firms.append(Firm(name=name))
        _add_names(book, names_of_organisation(name), known[key], is_firm=True)
    return known[key]


def _add_names(book: Book, names: Sequence[Name], number: int, *, is_firm: bool) -> None:
    for name in names:
        value = Known(is_firm, number, name)
        book.names.add(name.words, value)
        if not name.words[0].isascii() and (bare := stems(name.words)) != name.words:
            book.names.add(bare, value)


def _add_person(book: Book, number: int, person: Person, known: dict[str, int]) -> None:
    firm = _firm(book, known, person.organisation)
    if firm is not None:
        book.firms[firm].people.append(number)
    book.firm_of.append(firm)
    former = (known.get(key_of_organisation(name)) for name in person.former)
    book.backing.append(tuple(each for each in (firm, *former) if each is not None))
    _add_names(book, names_of_person(person.name), number, is_firm=False)


def _add_interests(book: Book, number: int, person: Person, touches: Sequence[Touch]) -> None:
    for topic in person.topics:
        _add_topic(book, topic, book.carers, number)
    for found in phrases_of_role(person.role):
        book.phrases.add(found)
        book.workers[found].append(number)
    notes = [text for text in (person.notes, *(touch.about for touch in touches)) if text]
    if notes:
        names = frozenset(map(fold, " ".join((person.name, person.organisation, *person.former)).split()))
        for found in phrases_of_notes(notes, names):
            book.phrases.add(found)
            book.speakers[found].append(number)


def _add_topic(book: Book, topic: str, holders: dict[str, list[int]], number: int) -> None:
    name = phrase(topic)
    if not name:
        return
    for found in book.vocabulary.known_by(topic) if name not in book.carers and name not in book.firms_caring else ():
        book.phrases.add(found)
        book.topics_of[found] = tuple(dict.fromkeys((*book.topics_of.get(found, ()), name)))
    if number not in holders[name][-1:]:
        holders[name].append(number)


def _add_own_field(book: Book) -> None:
    for found in book.vocabulary.all:
        book.phrases.add(found)

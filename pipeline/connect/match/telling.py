"""Matches of one subject: from what was found in it to people and organisations, each with its reasons."""

from __future__ import annotations

from collections import defaultdict
from itertools import islice
from typing import TYPE_CHECKING, Final

from pipeline.connect.match import reasons
from pipeline.connect.match.tokens import singular
from pipeline.connect.match.topics import Told, is_about, is_another_sense, phrase
from pipeline.model import Match

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Sequence

    from pipeline.connect.match.book import Book
    from pipeline.connect.match.finding import Found
    from pipeline.connect.match.reading import Reading
    from pipeline.model import Organisation, Reason

MOST: Final = 8
"""So many people of one firm or one topic are looked at for a subject, those first to whom the author is nearest."""
_LOOKED_AT: Final = 200


def matches_of(reading: Reading, found: Found, book: Book) -> Iterator[Match]:
    """Yield the matches of one subject, in no order."""
    why: dict[int, list[Reason]] = defaultdict(list)
    for number, place in found.people.items():
        why[number].append(reasons.person_named(book.people[number], reading, place))
    for number, place in found.firms.items():
        firm = book.firms[number]
        for each in firm.people[:MOST]:
            why[each].append(reasons.works_there(book.people[each], firm, reading, place))
    for each, reason in _about(reading, found, book):
        why[each].append(reason)
    for number, told in why.items():
        person = book.people[number]
        yield Match(
            subject=reading.subject,
            person=person,
            organisation=_organisation_of(number, found, book),
            reasons=tuple(sorted(told, key=lambda reason: -reason.points)),
            is_news=number in found.people and person.is_watched,
        )
    yield from _of_organisations(reading, found, book)


def _organisation_of(person: int, found: Found, book: Book) -> Organisation | None:
    """Return where a person works, if it is named."""
    number = book.firm_of[person]
    return book.firms[number].organisation if number is not None and number in found.firms else None


def _of_organisations(reading: Reading, found: Found, book: Book) -> Iterator[Match]:
    """Yield what concerns an organisation that the author watches or wants to work with, by itself."""
    why: dict[int, list[Reason]] = defaultdict(list)
    for number, place in found.firms.items():
        organisation = book.firms[number].organisation
        if organisation and (organisation.is_wanted or organisation.is_watched):
            why[number].append(reasons.organisation_named(organisation, reading, place))
    for topic, told, phrases in _topics(found, book):
        for number in book.firms_caring.get(topic, ())[:MOST]:
            if " " in topic and _is_about(phrases, told, found, book, book.firms[number].phrases):
                organisation = book.firms[number].organisation
                assert organisation is not None
                name = next(each for each in organisation.topics if phrase(each) == topic)
                why[number].append(reasons.cares(organisation.name, name, reading, told.line, in_title=told.in_title))
    for number, told_of in why.items():
        yield Match(
            subject=reading.subject,
            organisation=book.firms[number].organisation,
            reasons=tuple(sorted(told_of, key=lambda reason: -reason.points)),
            is_news=number in found.firms,
        )


def _about(reading: Reading, found: Found, book: Book) -> Iterator[tuple[int, Reason]]:
    """Yield who cares about, works on or spoke of what a subject is about, and the reason."""
    for topic, told, phrases in _topics(found, book):
        if _senses(phrases, reading):
            continue
        for number in _first(book.carers.get(topic, ()), phrases, told, found, book):
            person = book.people[number]
            name = next(each for each in person.topics if phrase(each) == topic)
            yield number, reasons.cares(person.name, name, reading, told.line, in_title=told.in_title)
    for each, told in found.phrases.items():
        if each in book.workers and is_about(each, told, in_field=True):
            for number in book.workers[each][:MOST]:
                yield number, reasons.works_on(book.people[number], each, reading, told.line, in_title=told.in_title)
        if each in book.speakers and is_about(each, told, in_field=True):
            for number in book.speakers[each][:MOST]:
                yield number, reasons.spoke(book.people[number], each, reading, told.line, in_title=told.in_title)


def _topics(found: Found, book: Book) -> Iterator[tuple[str, Told, tuple[str, ...]]]:
    """Yield each topic of which a subject holds a phrase, how it tells of all its phrases, and which these are."""
    by_topic: dict[str, list[str]] = defaultdict(list)
    for each in found.phrases:
        for topic in book.topics_of.get(each, ()):
            by_topic[topic].append(each)
    for topic, phrases in by_topic.items():
        told = [found.phrases[each] for each in phrases]
        yield (
            topic,
            Told(
                in_title=any(each.in_title for each in told),
                times=sum(each.times for each in told),
                line=0 if any(each.in_title for each in told) else min(each.line for each in told),
                early=any(each.early and " " in name for each, name in zip(told, phrases, strict=True)),
            ),
            tuple(phrases),
        )


def _first(numbers: Sequence[int], phrases: Sequence[str], told: Told, found: Found, book: Book) -> Iterator[int]:
    """Yield the first who care about a topic and in whose field the subject is."""
    if _is_about(phrases, told, found, book, ()):
        yield from numbers[:MOST]
    elif is_about(max(phrases, key=_width), told, in_field=True):
        fit = (each for each in numbers[:_LOOKED_AT] if _is_about(phrases, told, found, book, book.cares(each)))
        yield from islice(fit, MOST)


def _width(phrase: str) -> tuple[bool, int]:
    return " " in phrase, len(phrase)


def _is_about(phrases: Sequence[str], told: Told, found: Found, book: Book, field: Collection[str]) -> bool:
    """Tell whether a subject is about a topic; of a single word, the field must be the holder's or the author's."""
    others = found.phrases.keys() - set(phrases)
    in_field = len(phrases) > 1 or not others.isdisjoint(field) or not others.isdisjoint(book.vocabulary.all)
    return is_about(max(phrases, key=_width), told, in_field=in_field)


def _senses(phrases: Sequence[str], reading: Reading) -> bool:
    seen = frozenset(map(singular, reading.seen)) | reading.seen
    return all(is_another_sense(each, seen) for each in phrases)

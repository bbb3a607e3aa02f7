"""Who and what a subject names, and which phrases it is about: from a reading and the book to what was found."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final
from urllib.parse import urlsplit

from pipeline.connect.match.lists import NO_FIRMS
from pipeline.connect.match.meant import As, Meant, Place, firm_meant, person_meant
from pipeline.connect.match.ordinary import EVERY_DAY
from pipeline.connect.match.topics import Told, told_of

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from pipeline.connect.match.book import Book
    from pipeline.connect.match.names import Name
    from pipeline.connect.match.reading import EveryDay, Reading
    from pipeline.model import Organisation

_TWICE: Final = 2


@dataclass(frozen=True, slots=True)
class Found:
    """What a subject names: firms and people by number, each with the first place that means them; its phrases."""

    firms: Mapping[int, Place]
    people: Mapping[int, Place]
    phrases: Mapping[str, Told]


def found_in(reading: Reading, book: Book, every_day: EveryDay) -> Found:
    """Return what ``reading`` names and is about; ``every_day`` are words that texts use as words."""
    firms: dict[int, list[tuple[Place, Name]]] = defaultdict(list)
    people: dict[int, list[tuple[Place, Name, bool]]] = defaultdict(list)
    longer: dict[str, int] = {}
    for number, line in enumerate(reading.lines):
        for start, end, values in book.names.found(line.words):
            place = Place(number, start, end)
            if number and end - start > 1:
                for word in line.words.folded[start:end]:
                    longer.setdefault(word, number * 10_000 + start)
            several = len({value.number for value in values if not value.is_firm}) > 1
            for value in values:
                if value.is_firm:
                    firms[value.number].append((place, value.name))
                else:
                    people[value.number].append((place, value.name, several))
    told = told_of(reading, book.phrases)
    meant = {
        number: (Meant.YES, places[0][0])
        if _is_from(reading, book.firms[number].organisation)
        else _firm(reading, places, every_day, longer, field=not told.keys().isdisjoint(book.firms[number].phrases))
        for number, places in firms.items()
    }
    named = _people(reading, book, people, meant, told)
    sure = {number: place for number, (how, place) in meant.items() if how is Meant.YES and place}
    for number in named:  # somebody who works there is named: then the word is the firm
        firm = book.firm_of[number]
        if firm in meant and meant[firm][0] is Meant.MAYBE and (where := meant[firm][1]):
            sure.setdefault(firm, where)
    return Found(sure, named, told)


def _is_from(reading: Reading, organisation: Organisation | None) -> bool:
    """Tell whether a subject stands on an organisation's own site."""
    site = organisation.site if organisation else None
    host, own = (urlsplit(url or "").hostname for url in (reading.subject.link, site))
    own = (own or "").removeprefix("www.")
    return bool(own and host) and f".{host}".endswith(f".{own}")


def _firm(
    reading: Reading,
    places: Sequence[tuple[Place, Name]],
    every_day: EveryDay,
    longer: Mapping[str, int],
    *,
    field: bool,
) -> tuple[Meant, Place | None]:
    """Return how sure it is that a firm is meant somewhere in a text, and where first."""
    judged = []
    for place, name in places:
        line = reading.lines[place.line]
        word = name.words[0]
        known = As(is_word=every_day.has(word, line), is_name=word in every_day.names)
        how = firm_meant(line, place, name, known, field=field)
        judged.append((how, place, name))
    body = [each for each in judged if each[1].line] or judged
    first, where, name = body[0]
    if first is Meant.ANOTHER or (len(name.words) == 1 and longer.get(name.words[0], 10**9) < _order(where)):
        return Meant.ANOTHER, None
    best = max(how for how, _, _ in judged)
    if best <= Meant.NO:
        return best, None
    word = name.words[0]
    is_doubtful = name.is_common or word in every_day.small or word in every_day.nouns
    twice = is_doubtful and sum(how is Meant.MAYBE for how, _, _ in judged) >= _TWICE
    sure = best is Meant.YES or (twice and _may_be_told_by_itself(judged))
    place = next(place for how, place, _ in judged if how is best)
    return (Meant.YES if sure else Meant.MAYBE), place


def _may_be_told_by_itself(judged: Sequence[tuple[Meant, Place, Name]]) -> bool:
    """Tell whether a word that stands twice with a capital is a firm: no place, no name, and never just a word."""
    word = judged[0][2].words[0]
    return word not in NO_FIRMS and word not in EVERY_DAY and all(how > 0 for how, _, _ in judged)


def _order(place: Place) -> int:
    return place.line * 10_000 + place.start


def _people(
    reading: Reading,
    book: Book,
    people: Mapping[int, Sequence[tuple[Place, Name, bool]]],
    firms: Mapping[int, tuple[Meant, Place | None]],
    told: Mapping[str, Told],
) -> dict[int, Place]:
    """Return who is named, by their number, and where first."""
    there = {number for number, (how, _) in firms.items() if how > 0}
    found: dict[int, Place] = {}
    for number, places in people.items():
        is_backed = not there.isdisjoint(book.backing[number])
        for place, name, several in places:
            how = person_meant(reading.lines[place.line], place, name, is_backed=is_backed, is_shared=several)
            if how is Meant.YES or (how is Meant.MAYBE and not book.cares(number).isdisjoint(told)):
                found[number] = place
                break
    return found

"""The right story for the right person: from the network and what there is to tell to matches with reasons."""

from __future__ import annotations

import gc
from contextlib import contextmanager
from typing import TYPE_CHECKING

from pipeline.connect.match.book import book_of
from pipeline.connect.match.finding import found_in
from pipeline.connect.match.rank import OF_A_PERSON, ranked
from pipeline.connect.match.reading import read, words_of_every_day
from pipeline.connect.match.telling import matches_of
from pipeline.connect.match.topics import Field

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from pipeline.model import Match, Organisation, Person, PersonId, Subject, Touch


def match(  # noqa: PLR0913  (each is a part of what is known)
    subjects: Sequence[Subject],
    people: Sequence[Person],
    organisations: Sequence[Organisation] = (),
    *,
    touches: Mapping[PersonId, Sequence[Touch]] | None = None,
    topics: Mapping[str, Sequence[str]] | None = None,
    told: Iterable[tuple[PersonId, str]] = (),
    of_a_person: int = OF_A_PERSON,
) -> tuple[Match, ...]:
    """Return who is to be told of which subject, and why: what is news first, then what most speaks for.

    ``topics`` are the author's own with their phrases; ``told`` are people with the links that they were sent already;
    at most ``of_a_person`` subjects are shown for each.
    """
    with _no_circles():
        book = book_of(people, organisations, touches or {}, Field(topics or {}))
        readings = [read(subject) for subject in subjects]
        every_day = words_of_every_day(readings)
        found = (each for reading in readings for each in matches_of(reading, found_in(reading, book, every_day), book))
        return ranked(found, frozenset(told), of_a_person)


@contextmanager
def _no_circles() -> Iterator[None]:
    """Let the search for circles of objects rest: nothing here makes any, and all the network would be walked again.

    With 30,000 people that is a quarter of the time.
    """
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()

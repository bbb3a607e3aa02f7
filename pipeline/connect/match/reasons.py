"""Reasons in sentences for the author: why a subject is worth telling somebody. They are shown to nobody else."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from pipeline.html import plain_text, sentences, shortened
from pipeline.model import Because, Reason

if TYPE_CHECKING:
    from pipeline.connect.match.book import Firm
    from pipeline.connect.match.meant import Place
    from pipeline.connect.match.reading import Reading
    from pipeline.model import Organisation, Person, Subject

LONGEST: Final = 220
"""Characters of a sentence that are shown."""
POINTS: Final = {
    Because.NAMED: 5.0,
    Because.WORKS_THERE: 3.0,
    Because.SPOKE: 2.5,
    Because.CARES: 2.0,
    Because.WORKS_ON: 2.0,
}
_IN_TITLE: Final = 1.0


def person_named(person: Person, reading: Reading, place: Place) -> Reason:
    """Say that somebody is named."""
    watched = ", whom you watch," if person.is_watched else ""
    said = quoted(reading, place.line, place.start)
    return _reason(Because.NAMED, f"{person.name}{watched} {_is_in(reading.subject)}: {said}", in_title=not place.line)


def works_there(person: Person, firm: Firm, reading: Reading, place: Place) -> Reason:
    """Say that where somebody works is named."""
    does = f"is {person.role}" if person.role else "works"
    said = quoted(reading, place.line, place.start)
    told = f"{firm.name}, where {person.name} {does}, {_is_in(reading.subject)}: {said}"
    return _reason(Because.WORKS_THERE, told, in_title=not place.line)


def organisation_named(organisation: Organisation, reading: Reading, place: Place) -> Reason:
    """Say that an organisation which the author watches or wants is named."""
    why = "which you want to work with" if organisation.is_wanted else "which you watch"
    said = quoted(reading, place.line, place.start)
    told = f"{organisation.name}, {why}, {_is_in(reading.subject)}: {said}"
    return _reason(Because.NAMED, told, in_title=not place.line)


def cares(who: str, topic: str, reading: Reading, line: int, *, in_title: bool) -> Reason:
    """Say that a subject is about what somebody cares about."""
    told = f"{who} cares about {topic}, which {_this(reading.subject)} is about: {quoted(reading, line, None)}"
    return _reason(Because.CARES, told, in_title=in_title)


def works_on(person: Person, phrase: str, reading: Reading, line: int, *, in_title: bool) -> Reason:
    """Say that a subject is about what somebody's role names."""
    this, said = _this(reading.subject), quoted(reading, line, None)
    told = f"{person.name} is {person.role}, and {this} is about {phrase}: {said}"
    return _reason(Because.WORKS_ON, told, in_title=in_title)


def spoke(person: Person, phrase: str, reading: Reading, line: int, *, in_title: bool) -> Reason:
    """Say that a subject is about what the author noted of somebody."""
    this, said = _this(reading.subject), quoted(reading, line, None)
    told = f"You noted “{phrase}” of {person.name}, and {this} is about it: {said}"
    return _reason(Because.SPOKE, told, in_title=in_title)


def quoted(reading: Reading, line: int, at: int | None) -> str:
    """Return the sentence that a word stands in, or the first of a line, between quotation marks."""
    if (line, at) in reading.quoted:
        return reading.quoted[line, at]
    words = reading.lines[line].words
    start = words.spans[at][0] if at is not None else 0
    text = words.text
    for part in sentences(text):
        begin = text.find(part)
        if begin <= start < begin + len(part):
            text = part
            break
    reading.quoted[line, at] = said = f"“{shortened(plain_text(text), LONGEST)}”"
    return said


def _is_in(subject: Subject) -> str:
    return f"is named in your post “{subject.title}”" if subject.is_own else "is in the news"


def _this(subject: Subject) -> str:
    return "your own post" if subject.is_own else "this"


def _reason(kind: Because, told: str, *, in_title: bool) -> Reason:
    return Reason(name=kind.value, points=POINTS[kind] + (_IN_TITLE if in_title else 0), because=told)

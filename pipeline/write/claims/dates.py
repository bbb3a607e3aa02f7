"""Dates as texts have them, with the names of months and of days in the languages of the neighbourhood."""

from __future__ import annotations

import re
from functools import cache
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Iterator

_LANGUAGES: Final = ("en", "de", "fr", "es", "nl", "it", "pt")
_IN_FIGURES: Final = re.compile(r"\b(\d{4})-(\d\d)-(\d\d)\b|\b(\d{1,2})[./](\d{1,2})[./](\d{4})\b")


def dates_in(sentence: str) -> Iterator[str]:
    """Yield each date of ``sentence`` that has a number and the name of a month, as it stands there."""
    for found in _pattern().finditer(sentence):
        if re.search(r"\d", found[0]):
            yield found[0].rstrip(".")


def months_in(date: str) -> frozenset[int]:
    """Return the month in ``date``, from 1: each that its name means in some language; none where it has no name."""
    found = _pattern().search(date)
    return frozenset(_months()[found[1].casefold()]) if found else frozenset()


def days_told(text: str) -> Iterator[tuple[frozenset[int], frozenset[str]]]:
    """Yield each date of ``text``: the month that it means, if that is known, and its other numbers."""
    for date in dates_in(text):
        yield months_in(date), frozenset(str(int(number)) for number in re.findall(r"\d+", date))
    for found in _IN_FIGURES.finditer(text):
        year, first, second = (found[1], found[2], found[3]) if found[1] else (found[6], found[5], found[4])
        pairs = ((first, second), (second, first)) if "/" in found[0] else ((first, second),)
        for month, day in pairs:
            yield frozenset({int(month)}), frozenset({str(int(day)), year})


def names_of(day: dt.date) -> set[str]:
    """Return what the month and the day of the week of ``day`` are called."""
    weekdays = {name for name, number in _weekdays().items() if number == day.weekday()}
    return {name for name, numbers in _months().items() if day.month in numbers} | weekdays


@cache
def calendar() -> frozenset[str]:
    """Return the names of months and of days of the week, which are no names of anybody."""
    named = {*_weekdays()}
    return frozenset({*named, *_months(), *(f"{name}s" for name in named)})


@cache
def _pattern() -> re.Pattern[str]:
    names = "|".join(sorted(map(re.escape, _months()), key=len, reverse=True))
    day, rest = r"(?:\b\d{1,2}(?:\.|st|nd|rd|th)? (?:de |of )?)?", r"\b\.?(?:,? (?:de )?\d{1,4}\b)*"
    return re.compile(rf"{day}\b({names}){rest}", re.IGNORECASE)


@cache
def _months() -> dict[str, set[int]]:
    """Return the numbers of the months, from 1, by their names; in two languages one name may be of two months."""
    from babel import Locale

    every = (Locale(language).months["format"][width] for language in _LANGUAGES for width in ("wide", "abbreviated"))
    found: dict[str, set[int]] = {}
    for names in every:
        for number, name in names.items():
            found.setdefault(name.rstrip(".").casefold(), set()).add(number)
    return found


@cache
def _weekdays() -> dict[str, int]:
    """Return the number of each day of the week, from Monday as 0, by its names."""
    from babel import Locale

    every = (Locale(language).days["format"]["wide"] for language in _LANGUAGES)
    return {name.casefold(): number for names in every for number, name in names.items()}

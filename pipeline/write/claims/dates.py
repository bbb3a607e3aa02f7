"""Dates as texts have them, with the names of months and of days in the languages of the neighbourhood."""

from __future__ import annotations

import re
from functools import cache
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Iterator

_LANGUAGES: Final = ("en", "de", "fr", "es", "nl", "it", "pt")


def dates_in(sentence: str) -> Iterator[str]:
    """Yield each date of ``sentence`` that has a number and the name of a month, as it stands there."""
    for found in _pattern().finditer(sentence):
        if re.search(r"\d", found[0]):
            yield found[0]


def month_in(date: str) -> str:
    """Return the name of the month in ``date``, without regard to capitals; empty where it has none."""
    found = _pattern().search(date)
    return found[1].casefold() if found else ""


def names_of(day: dt.date) -> set[str]:
    """Return what the month and the day of the week of ``day`` are called."""
    weekdays = {name for name, number in _weekdays().items() if number == day.weekday()}
    return {name for name, number in _months().items() if number == day.month} | weekdays


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
def _months() -> dict[str, int]:
    """Return the number of each month, from 1, by its names."""
    from babel import Locale

    every = (Locale(language).months["format"][width] for language in _LANGUAGES for width in ("wide", "abbreviated"))
    return {name.rstrip(".").casefold(): number for names in every for number, name in names.items()}


@cache
def _weekdays() -> dict[str, int]:
    """Return the number of each day of the week, from Monday as 0, by its names."""
    from babel import Locale

    every = (Locale(language).days["format"]["wide"] for language in _LANGUAGES)
    return {name.casefold(): number for names in every for number, name in names.items()}

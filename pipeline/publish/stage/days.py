"""When something was, and in which country, in words of the site's language; facts have it in digits and codes."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Final

from pipeline import post as posts

if TYPE_CHECKING:
    from pipeline.publish.facts.person import Fact

_YEAR: Final = len("2026")
_MONTH: Final = len("2026-11")
_CODE: Final = 3
"""Letters of the longest code of a country; what is longer is a name."""


def time_of(fact: Fact, language: str) -> dict[str, str]:
    """Return what is told of the time of ``fact``: ``when`` it was, or ``since`` when it is, if it goes on.

    What has a beginning and an end is told in years, and so is what goes on; all else as exactly as it is known.
    """
    days = fact.days
    if fact.is_open:
        return {"since": days[0][:_YEAR]}
    if len(days) == 1:
        return {"when": in_words(days[0], language)}
    years = dict.fromkeys(day[:_YEAR] for day in days)
    return {"when": "–".join(years)} if years else {}


def in_words(day: str, language: str) -> str:
    """Return ``day``, which may be a month or a year alone, in words; as it is, where no calendar has it."""
    from babel.dates import format_skeleton

    try:
        first = date.fromisoformat(day + "2026-01-01"[len(day) :])
    except ValueError:
        return day
    if len(day) > _MONTH:
        return posts.day_in_words(first, language)
    return day if len(day) == _YEAR else format_skeleton("yMMMM", first, locale=posts.locale_of(language))


def country(code: str, language: str) -> str:
    """Return the name of a country by its ``code``; one that is a name already stays, a code of none is not told."""
    named = posts.locale_of(language).territories.get(code.upper())
    return str(named) if named else code if len(code) > _CODE else ""

"""What rises and falls in the author's field: words and pairs of words in headlines, week by week. Pure rules.

Words are counted folded, so that a plural is the same word, and told as headlines mostly write them.
"""

from __future__ import annotations

import math
from collections import Counter, defaultdict
from dataclasses import replace
from datetime import timedelta
from itertools import pairwise
from typing import TYPE_CHECKING, Final

from pipeline.html import plain_text
from pipeline.model import LATELY, Trend
from pipeline.select.terms import words_of, written_words

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from datetime import datetime

    from pipeline.model import Entry, PlainText
    from pipeline.select.terms import Written

WEEKS: Final = 8
_REACHES_BACK: Final = 3
"""In so many of the weeks before, a feed must have something to be counted."""
_A_WEEK: Final = timedelta(days=7)
_FEWEST: Final = 5
"""So many entries must have a term for it to be one of the field's."""
_FEWEST_FEEDS: Final = 3
"""A term of fewer feeds is a column's title, not a trend."""
_TELLING: Final = 2.0
"""So many standard deviations from the usual are no chance any more."""
MOST: Final = 10


def trends(entries: Iterable[Entry], now: datetime) -> tuple[Trend, ...]:
    """Return the terms that rise and those that fall, of each at most ``MOST``, the strongest first, rising first."""
    weeks = _weeks(entries, now)
    totals = tuple(map(len, weeks))
    if not all((sum(totals[:-LATELY]), sum(totals[-LATELY:]))):
        return ()
    holders: defaultdict[str, list[tuple[int, Entry]]] = defaultdict(list)
    for week, of_week in enumerate(weeks):
        for entry in of_week:
            for term in _terms(entry):
                holders[term].append((week, entry))
    found = [trend for term, held in holders.items() if (trend := _trend(term, held, totals))]
    ranked = sorted(found, key=lambda one: (-abs(one.rise), -one.term.count(" "), one.term))  # two words tell more
    kept = (*_apart(one for one in ranked if one.rise > 0), *_apart(one for one in ranked if one.rise < 0))
    return tuple(replace(one, term=_as_written(one.term, [entry for _, entry in holders[one.term]])) for one in kept)


def _weeks(entries: Iterable[Entry], now: datetime) -> list[list[Entry]]:
    """Return the entries of each week, the oldest first, of feeds that reach back: what is new would seem to rise."""
    weeks: list[list[Entry]] = [[] for _ in range(WEEKS)]
    for entry in entries:
        ago = (now - entry.dated) // _A_WEEK
        if 0 <= ago < WEEKS:
            weeks[WEEKS - 1 - ago].append(entry)
    before = Counter(feed for week in weeks[:-LATELY] for feed in {entry.feed for entry in week})
    return [[entry for entry in week if before[entry.feed] >= _REACHES_BACK] for week in weeks]


def _terms(entry: Entry) -> set[str]:
    words = [word for word in words_of(entry.title) if not word.isdigit()]
    return {*words, *(" ".join(pair) for pair in pairwise(words))}


def _trend(term: str, held: Sequence[tuple[int, Entry]], totals: Sequence[int]) -> Trend | None:
    """Return how ``term`` fares, or None where it is too rare, too few speak of it, or chance would do as much."""
    if len(held) < _FEWEST or len({entry.feed for _, entry in held}) < _FEWEST_FEEDS:
        return None
    weekly = Counter(week for week, _ in held)
    counts = tuple(weekly[week] for week in range(WEEKS))
    before, lately = sum(counts[:-LATELY]), sum(counts[-LATELY:])
    of_before, of_lately = sum(totals[:-LATELY]), sum(totals[-LATELY:])
    share = (before + lately) / (of_before + of_lately)
    expected = share * of_lately
    rise = (lately - expected) / math.sqrt(expected * of_before / (of_before + of_lately))
    if abs(rise) < _TELLING:
        return None
    latest = sorted((entry for _, entry in held), key=lambda entry: (entry.dated, entry.id), reverse=True)
    return Trend(
        term=plain_text(term), counts=counts, totals=tuple(totals), rise=round(rise, 2), examples=tuple(latest[:3])
    )


def _apart(ranked: Iterable[Trend]) -> list[Trend]:
    """Return the first of ``ranked``, of a pair of words and its parts only the one that comes first."""
    kept: list[Trend] = []
    for trend in ranked:
        words = set(trend.term.split())
        if not any(words & set(other.term.split()) for other in kept):
            kept.append(trend)
        if len(kept) == MOST:
            break
    return kept


def _as_written(term: str, entries: Iterable[Entry]) -> PlainText:
    """Return the words of ``term`` as most headlines of ``entries`` write them, and then with their usual capitals."""
    written = Counter(form for entry in entries for form in set(_forms(term, entry.title)))
    spellings: Counter[str] = Counter()
    for form, count in written.items():
        spellings[form.casefold()] += count
    if not spellings:
        return plain_text(term)  # a letter that is two when folded may hide it
    mostly = max(spellings, key=lambda form: (spellings[form], form))
    same = [form for form in written if form.casefold() == mostly]
    return plain_text(max(same, key=lambda form: (written[form], form)))  # small letters, where both are as frequent


def _forms(term: str, title: str) -> Iterator[str]:
    """Yield how ``title`` writes ``term``, with the small words inside a pair: "Port of Hallum"."""
    words = [word for word in written_words(title) if not word.folded.isdigit()]
    yield from (title[word.start : word.end] for word in words if word.folded == term)
    for one, other in pairwise(words):
        if f"{one.folded} {other.folded}" == term:
            yield _pair(one, other, title)


def _pair(one: Written, other: Written, title: str) -> str:
    between = title[one.end : other.start]
    if all(letter.isalpha() or letter == " " for letter in between):
        return title[one.start : other.end]
    return f"{title[one.start : one.end]} {title[other.start : other.end]}"

"""Entries to stories: which of them report the same event.

Average linkage over TF-IDF vectors of words and word pairs, inside a window of time. It would rather leave two
reports apart than merge two events: a false merge claims that two newsrooms confirm each other. The same entries
give the same stories, in whatever order they come.
"""

from __future__ import annotations

import heapq
import math
import re
from collections import Counter, defaultdict
from datetime import timedelta
from itertools import pairwise
from typing import TYPE_CHECKING, Final

from pipeline.html import text_of
from pipeline.model import Story, StoryId

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from pipeline.model import Entry

    Vector = Mapping[str, float]

WINDOW: Final = timedelta(days=4)
"""How far apart in time two reports of one event may be."""
THRESHOLD: Final = 0.14
"""The average likeness from which two groups of reports are one story; measured by bench/group."""
LEAD_WORDS: Final = 60
"""How much of an entry's text counts; what an article is about stands at its beginning."""
TITLE_WEIGHT: Final = 2.0
FEWEST_WORDS: Final = 2
"""An entry of fewer telling words ("Tags", "Item 2") is like too many others."""
MOST_OF_A_FEED: Final = 1000
MANY: Final = 100
COMMON: Final = 0.1
"""A word in more than so many and this share of the entries finds no pairs (it counts in those others found)."""

_WORD: Final = re.compile(r"\w[\w’'&.-]*\w|\w")
_STOP: Final = frozenset(
    (
        "a about after again all also am an and any are as at be because been before being but by can "
        "could did do does doing down during each few for from further had has have having he her here "
        "hers him his how i if in into is it its just me more most my new no nor not now of off on once "
        "only or other our out over own s said same say says she should so some such t than that the "
        "their them then there these they this those through to too two under until up us very was we "
        "were what when where which while who whom why will with would year years you your aber als am an "
        "auch auf aus bei bis das dass dem den der des die durch ein eine einem einen einer es für hat "
        "ich im in ist mit nach nicht noch nur oder sich sie sind so über um und von vor war wie wird zu "
        "zum zur au aux avec ce ces dans de des du elle en est et il la le les leur mais ne ou par pas "
        "pour que qui sa se son sur un une el los las por con para una del"
    ).split()
)


def group(entries: Iterable[Entry]) -> tuple[Story, ...]:
    """Return the stories that ``entries`` tell; each entry is in exactly one."""
    ordered = sorted(entries, key=lambda entry: (entry.dated, entry.title, entry.link or "", entry.id))
    vectors = _vectors([_terms(entry) for entry in ordered])
    stories = []
    for members in _linked(ordered, vectors):
        chosen = sorted((ordered[index] for index in members), key=lambda entry: (entry.dated, entry.id))
        stories.append(Story(id=StoryId(min(entry.id for entry in chosen)), entries=tuple(chosen)))
    return tuple(sorted(stories, key=lambda story: story.id))


def newest_of_each_feed(entries: Iterable[Entry]) -> list[Entry]:
    """Return ``entries`` without the oldest of any feed that has more than anybody reads: all pairs are compared."""
    left: Counter[int] = Counter()
    newest = []
    for entry in sorted(entries, key=lambda entry: (entry.dated, entry.id), reverse=True):
        left[entry.feed] += 1
        if left[entry.feed] <= MOST_OF_A_FEED:
            newest.append(entry)
    return newest


def words_of(text: str) -> tuple[str, ...]:
    """Return the telling words of ``text``, folded so that a plural or a possessive is the same word."""
    return tuple(_folded(word) for word in _WORD.findall(text.casefold()) if word not in _STOP)


def _folded(word: str) -> str:
    word = re.sub(r"['’]s?$", "", word)
    if len(word) > 3 and word.endswith("s") and not word.endswith(("ss", "us", "is")):  # noqa: PLR2004
        return word[:-3] + "y" if word.endswith("ies") else word[:-1]
    return word


def _terms(entry: Entry) -> dict[str, float]:
    """Return the words and word pairs of ``entry`` with their weight; none where they are too few to tell an event."""
    title = words_of(entry.title)
    lead = words_of(text_of(entry.summary or entry.content))[:LEAD_WORDS]
    counted: defaultdict[str, float] = defaultdict(float)
    if len({word for word in (*title, *lead) if not word.isdigit()}) < FEWEST_WORDS:
        return counted
    for words, weight in ((title, TITLE_WEIGHT), (lead, 1.0)):
        for word in words:
            counted[word] += weight
        for pair in pairwise(words):
            counted[" ".join(pair)] += weight / 2
    return counted


def _vectors(counts: Sequence[Mapping[str, float]]) -> list[Vector]:
    """Weigh each term by how rare it is, and bring each entry to length 1."""
    seen_in = Counter(term for count in counts for term in count)
    vectors: list[Vector] = []
    for count in counts:
        weights = {
            term: math.log1p(times) * math.log((1 + len(counts)) / seen_in[term]) for term, times in count.items()
        }
        length = math.sqrt(sum(weight * weight for weight in weights.values())) or 1.0
        vectors.append({term: weight / length for term, weight in weights.items()})
    return vectors


def _linked(entries: Sequence[Entry], vectors: Sequence[Vector]) -> Iterator[list[int]]:
    """Merge the two groups that are most alike, again and again, until no two are alike enough."""
    totals = _pairs(entries, vectors)
    members = {index: [index] for index in range(len(entries))}
    heap = [(-likeness, one, two) for one in totals for two, likeness in totals[one].items() if one < two]
    heapq.heapify(heap)
    while heap and -heap[0][0] >= THRESHOLD:
        likeness, one, two = heapq.heappop(heap)
        if two not in totals.get(one, {}) or -likeness != _average(totals, members, one, two):
            continue  # one of the two has grown or gone since this was noted
        if _span(entries, members[one] + members[two]) > WINDOW:
            continue  # each pair is within the window, but the chain of them is not
        members[one] += members.pop(two)
        del totals[one][two]
        for other, total in totals.pop(two).items():
            if other != one:
                del totals[other][two]
                totals[one][other] = totals[other][one] = totals[one].get(other, 0.0) + total
        for other in totals[one]:
            first, second = sorted((one, other))
            heapq.heappush(heap, (-_average(totals, members, one, other), first, second))
    yield from members.values()


def _span(entries: Sequence[Entry], members: Sequence[int]) -> timedelta:
    dates = [entries[index].dated for index in members]
    return max(dates) - min(dates)


def _average(
    totals: Mapping[int, Mapping[int, float]], members: Mapping[int, Sequence[int]], one: int, two: int
) -> float:
    return totals[one][two] / (len(members[one]) * len(members[two]))


def _pairs(entries: Sequence[Entry], vectors: Sequence[Vector]) -> dict[int, dict[int, float]]:
    """Return the likeness of all pairs within the window that share a telling term (0 to 1)."""
    common = {term for term, count in _seen_in(vectors).items() if count > max(MANY, COMMON * len(vectors))}
    holders: defaultdict[str, list[int]] = defaultdict(list)
    likenesses: dict[int, dict[int, float]] = {index: {} for index in range(len(vectors))}
    for one, vector in enumerate(vectors):
        near = {two for term in vector if term not in common for two in holders[term]}
        for two in near:
            if abs(entries[one].dated - entries[two].dated) <= WINDOW:
                likeness = _dot(vector, vectors[two])
                likenesses[one][two] = likenesses[two][one] = likeness
        for term in vector:
            if term not in common:
                holders[term].append(one)
    return likenesses


def _seen_in(vectors: Sequence[Vector]) -> Counter[str]:
    return Counter(term for vector in vectors for term in vector)


def _dot(one: Vector, two: Vector) -> float:
    if len(one) > len(two):
        one, two = two, one
    return sum(weight * two[term] for term, weight in one.items() if term in two)

"""Weights to the likeness of pairs: what two texts share, less the more time lies between them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Final

import numpy as np

from pipeline.select.weights import sums, weights_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from pipeline.select.terms import Wording
    from pipeline.select.weights import Flags, Floats, Ints, Weights

    Found = tuple[Ints, Ints, Floats, Floats]

WINDOW: Final = timedelta(days=4)
"""How far apart in time two reports of one event may be."""
HALF_LIFE: Final = timedelta(days=1)
"""A likeness is worth half for each such time between two reports: news of one event comes close together."""
SLOWEST: Final = 2.0
LASTING: Final = 4.0
"""Reports that share more words than this fade more slowly, up to so many times: they are alike by no chance."""
ENOUGH: Final = 3.0
"""So many telling words in common are no chance either; linkage asks for them where a story has few reports."""
NEARLY_ALL: Final = 0.6
"""A text whose words are few may share less than that: two, and this part of them."""
LEAST: Final = 0.02
"""A smaller likeness counts as none."""
BLOCK: Final = 1_000_000
"""How many products are held in memory at a time: of twice as many, what the system takes to give pages of memory is a
fifth of the whole, and of half as many the steps between the blocks."""
MOST_PRODUCTS: Final = 4_000
"""So many products a text are made, on average: beyond that, the terms that make the most of them count for nothing.
News has 200 a text among ten thousand, and 400 among forty thousand; only what is made to be alike has more."""
MOST_PAIRS: Final = 150
"""So many pairs a text are kept, on average, those that are the most alike. News has fewer than a hundred."""
SPARED: Final = 1_000_000
"""So many pairs, and four times as many products, are never too many: few texts may all be alike."""


@dataclass(frozen=True, slots=True)
class Pairs:
    """Pairs of texts, by their places, that are alike: ``one[i]`` < ``other[i]``, how much, and by how many words.

    Where nearly all words of the shorter text are shared, they count as ``ENOUGH``, however few they are.
    """

    one: Ints
    other: Ints
    likeness: Floats
    shared: Floats


def pairs_of(told: Sequence[Wording], seconds: Sequence[float]) -> Pairs:
    """Return the pairs of ``told`` that are alike; ``seconds`` says when each was told, the earliest first."""
    when = np.asarray(seconds, dtype=np.float64)
    weights = weights_of(told)
    one, other, likeness, shared = _most_alike(_products(weights, when), max(SPARED, MOST_PAIRS * len(when)))
    shorter = np.minimum(weights.lengths[one], weights.lengths[other])
    is_nearly_all = (shared > 1) & (shared >= NEARLY_ALL * shorter)
    kept = ~_languages_differ(told, one, other)
    shared = np.where(is_nearly_all, np.maximum(shared, ENOUGH), shared)
    return Pairs(one[kept], other[kept], likeness[kept], shared[kept])


def _languages_differ(told: Sequence[Wording], one: Ints, other: Ints) -> Flags:
    """Tell of which pairs the languages are clear, and not the same."""
    number = {name: place for place, name in enumerate(sorted({each.language for each in told} - {""}), start=1)}
    languages = np.array([number.get(each.language, 0) for each in told], dtype=np.int64)
    differ: Flags = (languages[one] != languages[other]) & (languages[one] > 0) & (languages[other] > 0)
    return differ


def _products(matrix: Weights, when: Floats) -> Iterator[Found]:
    """Yield the pairs of each run of texts with those told before, within the window, that share a term."""
    many = len(when)
    since = np.searchsorted(when, when - WINDOW.total_seconds())
    first = _first_partners(matrix, since)
    affordable = _affordable(matrix.terms, np.arange(len(first)) - first, max(4 * SPARED, MOST_PRODUCTS * many))
    if not affordable.all():
        matrix = matrix.only(affordable)
        first = _first_partners(matrix, since)
    by_text = np.argsort(matrix.texts, kind="stable")
    partners = (np.arange(len(first)) - first)[by_text].astype(np.float64)  # the earlier texts that have the term
    work = sums(matrix.texts[by_text], partners + 1, many)
    for start, end in _runs(work, since):
        here = by_text[slice(*np.searchsorted(matrix.texts[by_text], (start, end)))]
        yield from _block(matrix, when, (here, first[here], start, end, int(since[start])))


def _first_partners(matrix: Weights, since: Ints) -> Ints:
    """Return for each term of a text where that term stands first in a text within the window: before it, or itself."""
    many = len(since)
    return np.searchsorted(matrix.terms * many + matrix.texts, matrix.terms * many + since[matrix.texts])


def _affordable(terms: Ints, partners: Ints, most: int) -> Flags:
    """Tell which ``terms`` count, if they may make ``most`` products in all: those that make the fewest.

    Terms that make as many as one another go together, so that it does not matter which stands first.
    """
    products = np.bincount(terms, weights=partners)
    in_order = np.sort(products)
    too_many = np.flatnonzero(np.cumsum(in_order) > most)
    dearest = in_order[too_many[0]] if len(too_many) else np.inf
    affordable: Flags = products[terms] < dearest
    return affordable


def _most_alike(found: Iterable[Found], most: int) -> Found:
    """Return the pairs that were ``found``; where these are more than ``most``, those that are the most alike.

    Pairs that are as alike as one another go together here, too.
    """
    none = np.zeros(0, dtype=np.int64)
    kept: list[Found] = [(none, none, np.zeros(0), np.zeros(0))]
    held = 0
    for part in found:
        kept.append(part)
        held += len(part[0])
        if held > most + SPARED:  # by and by, as all at once would not fit into memory
            kept = [_strongest(_together(kept), most)]
            held = len(kept[0][0])
    return _strongest(_together(kept), most)


def _together(parts: Sequence[Found]) -> Found:
    one, other, likeness, shared = (np.concatenate(columns) for columns in zip(*parts, strict=True))
    return one, other, likeness, shared


def _strongest(found: Found, most: int) -> Found:
    one, other, likeness, shared = found
    if len(likeness) <= most:
        return found
    strong = likeness > np.partition(likeness, len(likeness) - most - 1)[len(likeness) - most - 1]
    return one[strong], other[strong], likeness[strong], shared[strong]


def _runs(work: Floats, since: Ints) -> Iterator[tuple[int, int]]:
    """Yield runs of texts whose products, and whose table of pairs, fit into memory."""
    start, products = 0, 0.0
    for text, cost in enumerate(work):
        if text > start and (products + cost > BLOCK or (text + 1 - start) * (text + 1 - since[start]) > BLOCK):
            yield start, text
            start, products = text, 0.0
        products += cost
    if start < len(work):
        yield start, len(work)


def _block(matrix: Weights, when: Floats, run: tuple[Ints, Ints, int, int, int]) -> Iterator[Found]:
    """Yield the pairs of one run of texts, from ``start`` to ``end``, with the texts from ``since`` on."""
    here, first, start, end, since = run
    partners = here - first
    skip = np.repeat(first - np.concatenate(([0], np.cumsum(partners)))[:-1], partners)
    places = skip + np.arange(len(skip))
    width = end - since
    cells = np.repeat((matrix.texts[here] - start) * width, partners) + matrix.texts[places] - since
    products = np.repeat(matrix.weights[here], partners) * matrix.weights[places]
    table = sums(cells, products, (end - start) * width)
    found = np.flatnonzero(table >= LEAST)
    is_word = np.repeat(matrix.are_words[here], partners)
    shared = np.bincount(cells[is_word], minlength=len(table))[found].astype(np.float64)
    other, one = found // width + start, found % width + since
    half_life = HALF_LIFE.total_seconds() * np.clip(shared / LASTING, 1.0, SLOWEST)
    likeness = table[found] * np.exp2(-(when[other] - when[one]) / half_life)
    enough = likeness >= LEAST
    if enough.any():
        yield one[enough], other[enough], likeness[enough], shared[enough]

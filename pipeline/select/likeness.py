"""Weights to the likeness of pairs: what two texts share, less the more time lies between them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Final

import numpy as np

from pipeline.select.weights import sums, weights_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from pipeline.select.terms import Told
    from pipeline.select.weights import Floats, Ints, Weights

WINDOW: Final = timedelta(days=4)
"""How far apart in time two reports of one event may be."""
HALF_LIFE: Final = timedelta(days=1)
"""A likeness is worth half for each such time between two reports: news of one event comes close together."""
LEAST: Final = 0.02
"""A smaller likeness counts as none."""
BLOCK: Final = 4_000_000
"""How many products are held in memory at a time."""


@dataclass(frozen=True, slots=True)
class Pairs:
    """Pairs of texts, by their places, that are alike: ``one[i]`` < ``other[i]``, and how much."""

    one: Ints
    other: Ints
    likeness: Floats


def pairs_of(told: Sequence[Told], seconds: Sequence[float]) -> Pairs:
    """Return the pairs of ``told`` that are alike; ``seconds`` says when each was told, the earliest first."""
    when = np.asarray(seconds, dtype=np.float64)
    weights = weights_of(told)
    found = list(_products(weights, when))
    if not found:
        none = np.zeros(0, dtype=np.int64)
        return Pairs(none, none, np.zeros(0))
    one, other, likeness = (np.concatenate(parts) for parts in zip(*found, strict=True))
    return Pairs(one, other, likeness)


def _products(matrix: Weights, when: Floats) -> Iterator[tuple[Ints, Ints, Floats]]:
    """Yield the pairs of each run of texts with those told before, within the window, that share a term."""
    many = len(when)
    since = np.searchsorted(when, when - WINDOW.total_seconds())
    first = np.searchsorted(matrix.terms * many + matrix.texts, matrix.terms * many + since[matrix.texts])
    by_text = np.argsort(matrix.texts, kind="stable")
    partners = (np.arange(len(first)) - first)[by_text].astype(np.float64)  # the earlier texts that have the term
    work = sums(matrix.texts[by_text], partners + 1, many)
    for start, end in _runs(work, since):
        here = by_text[slice(*np.searchsorted(matrix.texts[by_text], (start, end)))]
        yield from _block(matrix, when, (here, first[here], start, end, int(since[start])))


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


def _block(matrix: Weights, when: Floats, run: tuple[Ints, Ints, int, int, int]) -> Iterator[tuple[Ints, Ints, Floats]]:
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
    other, one = found // width + start, found % width + since
    likeness = table[found] * np.exp2(-(when[other] - when[one]) / HALF_LIFE.total_seconds())
    enough = likeness >= LEAST
    if enough.any():
        yield one[enough], other[enough], likeness[enough]

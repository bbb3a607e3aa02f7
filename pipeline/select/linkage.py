"""Likenesses to groups: average linkage, within a window of time and the author's choices. It knows no texts.

In each round, two groups that are nearest to one another become one, all such pairs at once. Average linkage lets the
order among these not matter: joining two groups brings neither nearer to a third than the nearer of them was.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np

from pipeline.select.pairs import ENOUGH, WINDOW
from pipeline.select.weights import sums

if TYPE_CHECKING:
    from collections.abc import Iterable

    from numpy.typing import NDArray

    from pipeline.select.pairs import Pairs
    from pipeline.select.weights import Floats, Ints

THRESHOLD: Final = 0.055
"""The average likeness from which two groups of reports are one story; measured by bench/group."""
FEW: Final = 6
"""Up to so many texts, the reports of a story must share ``ENOUGH`` words on average, so that no one name joins them.
Where there are more, what is alike in the mean is so by no chance; headlines of one event often share but a name."""


@dataclass(frozen=True, slots=True)
class Copies:
    """For each text, how many entries have it, and when the first and the last of them were told, in seconds."""

    sizes: Ints
    earliest: Floats
    latest: Floats


class Groups:
    """Groups of texts as they grow: the group of each text, and the size and the time of each group."""

    def __init__(self, copies: Copies, joined: Ints) -> None:
        self.of_text = joined
        self.sizes = sums(joined, copies.sizes.astype(np.float64), int(joined.max(initial=-1)) + 1)
        self.texts = np.bincount(joined, minlength=len(self.sizes))
        self.earliest = np.full(len(self.sizes), np.inf)
        self.latest = np.full(len(self.sizes), -np.inf)
        np.minimum.at(self.earliest, joined, copies.earliest)
        np.maximum.at(self.latest, joined, copies.latest)

    def join(self, ones: Ints, others: Ints) -> Ints:
        """Let each of ``ones`` take in its one of ``others``; return the new number of each group."""
        self.sizes[ones] += self.sizes[others]
        self.texts[ones] += self.texts[others]
        self.earliest[ones] = np.minimum(self.earliest[ones], self.earliest[others])
        self.latest[ones] = np.maximum(self.latest[ones], self.latest[others])
        renamed = np.arange(len(self.sizes))
        renamed[others] = ones
        self.of_text = renamed[self.of_text]
        return renamed

    def fit(self, ones: Ints, others: Ints) -> NDArray[np.bool_]:
        """Tell which pairs of groups lie within the window together, or one of them within the time of the other."""
        spans = self.latest - self.earliest
        together = np.maximum(self.latest[ones], self.latest[others])
        together = together - np.minimum(self.earliest[ones], self.earliest[others])
        fits: NDArray[np.bool_] = together <= np.maximum(WINDOW.total_seconds(), np.maximum(spans[ones], spans[others]))
        return fits

    def likeness(self, ones: Ints, others: Ints, totals: Floats) -> Floats:
        """Return how alike pairs of groups are on average: 0 where they are small and share too few words."""
        alike, shared = totals / (self.sizes[ones] * self.sizes[others])
        is_chance = (self.texts[ones] + self.texts[others] <= FEW) & (shared < ENOUGH)
        return np.where(is_chance & (alike > 0), 0.0, alike)


def linked(
    pairs: Pairs,
    copies: Copies,
    together: Iterable[tuple[int, int]] = (),
    apart: Iterable[tuple[int, int]] = (),
) -> Ints:
    """Return for each text the number of its group.

    The texts of a pair in ``together`` are in one group from the start, those of a pair in ``apart`` never are.
    """
    kept_apart = sorted({(min(pair), max(pair)) for pair in apart if pair[0] != pair[1]})
    groups = Groups(copies, _joined(len(copies.sizes), together, kept_apart))
    ones, others, totals = _edges(pairs, copies.sizes, kept_apart)
    ones, others, totals = _merged(groups.of_text[ones], groups.of_text[others], totals)
    while len(ones):
        fits = groups.fit(ones, others)
        ones, others, totals = ones[fits], others[fits], totals[:, fits]
        chosen = _nearest(ones, others, groups.likeness(ones, others, totals), len(groups.sizes))
        if not len(chosen):
            break
        renamed = groups.join(ones[chosen], others[chosen])
        ones, others, totals = _merged(renamed[ones], renamed[others], totals)
    return groups.of_text


def _edges(pairs: Pairs, sizes: Ints, apart: list[tuple[int, int]]) -> tuple[Ints, Ints, Floats]:
    """Return the pairs, with their likeness and the words that they share, for all entries that have these texts.

    Those that are kept apart are infinitely unlike: so is then any group with one of them.
    """
    first = np.array([one for one, _ in apart], dtype=np.int64)
    second = np.array([other for _, other in apart], dtype=np.int64)
    unlike = np.array([[-np.inf], [0.0]]).repeat(len(apart), axis=1)
    alike = np.stack((pairs.likeness, pairs.shared)) * sizes[pairs.one] * sizes[pairs.other]
    return (
        np.concatenate((pairs.one, first)),
        np.concatenate((pairs.other, second)),
        np.concatenate((alike, unlike), axis=1),
    )


def _nearest(ones: Ints, others: Ints, likeness: Floats, groups: int) -> Ints:
    """Return the places of the pairs whose groups have no nearer one; of the equally near the first counts."""
    best = np.full(groups, THRESHOLD)
    np.maximum.at(best, ones, likeness)
    np.maximum.at(best, others, likeness)
    partner = np.full(groups, groups)
    for mine, theirs in ((ones, others), (others, ones)):
        near = likeness == best[mine]
        np.minimum.at(partner, mine[near], theirs[near])
    chosen: Ints = np.flatnonzero((partner[ones] == others) & (partner[others] == ones))
    return chosen


def _merged(ones: Ints, others: Ints, totals: Floats) -> tuple[Ints, Ints, Floats]:
    """Add up what has become the same pair of groups; what has become one group is no pair."""
    apart = ones != others
    many = int(max(ones.max(initial=0), others.max(initial=0))) + 1
    keys = (np.minimum(ones, others) * many + np.maximum(ones, others))[apart]
    order = np.argsort(keys, kind="stable")  # of what numpy.unique does only what is needed: there may be millions
    keys, totals = keys[order], totals[:, apart][:, order]
    first = np.flatnonzero(np.diff(keys, prepend=-1))
    keys, totals = keys[first], np.add.reduceat(totals, first, axis=1) if len(first) else totals
    return keys // many, keys % many, totals


def _joined(texts: int, together: Iterable[tuple[int, int]], apart: list[tuple[int, int]]) -> Ints:
    """Join what the author joined, but never what the author keeps apart, not even by way of a third."""
    group = list(range(texts))
    members = [[text] for text in group]
    for one, other in sorted({(min(pair), max(pair)) for pair in together}):
        low, high = sorted((group[one], group[other]))
        if low == high or any({group[a], group[b]} == {low, high} for a, b in apart):
            continue
        for text in members[high]:
            group[text] = low
        members[low] += members[high]
    return np.array(group, dtype=np.int64)

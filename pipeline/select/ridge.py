"""Choices to weights: ridge regression, of what stories have and how near they are to one another, on what was picked.

It knows no words. Ridge regression (Hoerl, Kennard 1970) is the line that tells picks from skips with small weights; in
its dual form it takes one table of choices by choices, whatever the number of marks. How well it tells a choice that it
has not seen comes with the same inverse (leave-one-out; Cawley, Talbot 2003), so no part of the choices is held back.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from pipeline.select.weights import Floats

    Flags = NDArray[np.bool_]

RIDGE: Final = 3.0
"""How strongly weights are held small, beside what the marks of a usual story weigh."""
BY_NEARNESS: Final = 0.3
"""What nearness in meaning counts in all, beside the marks."""


@dataclass(frozen=True, slots=True)
class Fit:
    """What was fitted: 1 is a sure pick, -1 a sure skip.

    ``marks`` is what each mark gives where its strength is 1, ``choices`` what each choice gives to what is the same in
    meaning. ``surety`` is by how many standard deviations choices that were left out were told better than by chance.
    """

    marks: Floats
    choices: Floats
    surety: float


def fitted(strengths: Floats, picked: Flags, nearness: Floats | None) -> Fit:
    """Fit which choices were ``picked``; there must be some of both kinds.

    ``strengths`` has a row for each choice and a column for each mark, ``nearness`` both for each choice.
    """
    many = len(picked)
    rare = np.log((1 + many) / (1 + (strengths > 0).sum(axis=0))) + 1
    weighed = strengths * rare
    usual = float((weighed * weighed).sum()) / many
    alike = weighed @ weighed.T / usual
    if nearness is not None:
        alike += BY_NEARNESS * nearness
    given, left_out = _solved(alike, picked)
    near = np.zeros(many) if nearness is None else BY_NEARNESS * given
    return Fit(marks=(given @ weighed) * rare / usual, choices=near, surety=_surety(left_out, picked))


def _solved(alike: Floats, picked: Flags) -> tuple[Floats, Floats]:
    """Return what each choice gives, and what is told of each by all others. Picks and skips weigh the same in all."""
    many, picks = len(picked), int(picked.sum())
    wanted = np.where(picked, 1.0, -1.0)
    system = np.ones((many + 1, many + 1))  # the last row and column let what is usual be any number
    system[:-1, :-1] = alike + np.diag(RIDGE * np.where(picked, 2 * picks, 2 * (many - picks)) / many)
    system[-1, -1] = 0.0
    inverse = np.linalg.inv(system).astype(np.float64, copy=False)
    given = inverse[:-1, :-1] @ wanted
    return given, wanted - given / np.diag(inverse)[:-1]


def _surety(told: Floats, picked: Flags) -> float:
    """Return by how many standard deviations picks stand before skips by what was ``told`` (Mann, Whitney 1947)."""
    _, places, counts = np.unique(told.round(9), return_inverse=True, return_counts=True)
    ranks = (np.cumsum(counts) - (counts - 1) / 2)[places]
    picks, skips = int(picked.sum()), int((~picked).sum())
    before = float(ranks[picked].sum()) - picks * (picks + 1) / 2 - picks * skips / 2
    return before / math.sqrt(picks * skips * (picks + skips + 1) / 12)

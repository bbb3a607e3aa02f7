"""Stories to how near they are in meaning: to the phrases of topics, and to headlines that were picked and skipped."""

from __future__ import annotations

from itertools import repeat
from typing import TYPE_CHECKING

import numpy as np

from pipeline.select.learn import NEAR

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from pipeline.model import EntryId, Lesson, Story
    from pipeline.select.learn import Gain, Nearness
    from pipeline.select.weights import Floats

    Near = Mapping[EntryId, Mapping[str, float]]
    """For the id of an entry, how near each phrase is to its headline."""


def near(
    stories: Sequence[Story], phrases: Sequence[str], learned: Iterable[Lesson], nearness: Nearness | None
) -> tuple[Near, Iterable[Gain | None]]:
    """Return how near the headline of each entry is to ``phrases``, and what its being near gives each story.

    ``learned`` are the lessons that the author heeds; where nothing is known of nearness, it gives nothing.
    """
    examples = [lesson for lesson in learned if lesson.mark.startswith(NEAR)]
    entries = [entry for story in stories for entry in story.entries]
    if nearness is None or not entries or not (phrases or examples):
        return {}, repeat(None, len(stories))
    wanted = [*phrases, *(lesson.mark.removeprefix(NEAR) for lesson in examples)]
    found = np.asarray(nearness([entry.title for entry in entries], wanted))
    rows = found[:, : len(phrases)].tolist()
    by_phrase: Near = {entry.id: dict(zip(phrases, row, strict=True)) for entry, row in zip(entries, rows, strict=True)}
    sizes = np.array([len(story.entries) for story in stories])
    sums = np.add.reduceat(found[:, len(phrases) :], np.cumsum(sizes) - sizes, axis=0)
    return by_phrase, _gains(sums / sizes[:, None], examples) if examples else repeat(None, len(stories))


def _gains(nearness: Floats, examples: Sequence[Lesson]) -> list[Gain | None]:
    """Return what all ``examples`` give each story, and the one that gives the most of it.

    ``nearness`` has a row for each story and a column for each of ``examples``.
    """
    given = nearness * np.array([lesson.points for lesson in examples], dtype=nearness.dtype)
    sums = given.sum(axis=1)
    most = np.argmax(given * np.sign(sums)[:, None], axis=1)
    return [(points, examples[place]) for points, place in zip(sums.tolist(), most.tolist(), strict=True)]

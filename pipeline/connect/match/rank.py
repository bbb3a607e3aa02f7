"""Which matches are shown, and in which order: pure rules on matches alone."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable

    from pipeline.model import Match, PersonId

OF_A_SUBJECT: Final = 8
"""So many people are told of one subject: more is a letter."""
OF_A_PERSON: Final = 3
"""So many subjects are shown for one person: more is a burden."""


def ranked(found: Iterable[Match], told: Collection[tuple[PersonId, str]], of_a_person: int) -> tuple[Match, ...]:
    """Return the matches worth showing: news first, then by points and day; not what somebody was told already."""
    fresh = [match for match in found if not _was_told(match, told)]
    fresh.sort(key=_place)
    of_subject: Counter[int] = Counter()
    of_person: Counter[int] = Counter()
    shown = []
    for match in fresh:
        if match.person is not None:
            if of_subject[id(match.subject)] >= OF_A_SUBJECT or of_person[match.person.id] >= of_a_person:
                continue
            of_subject[id(match.subject)] += 1
            of_person[match.person.id] += 1
        shown.append(match)
    return tuple(shown)


def _was_told(match: Match, told: Collection[tuple[PersonId, str]]) -> bool:
    return match.person is not None and match.subject.link is not None and (match.person.id, match.subject.link) in told


def _place(match: Match) -> tuple[bool, float, float, str, int]:
    who = match.person.id if match.person else match.organisation.id if match.organisation else 0
    return not match.is_news, -match.points, -match.subject.dated.timestamp(), match.subject.title, who

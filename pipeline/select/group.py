"""Entries to stories: which of them report the same event.

Words (``terms``) make entries alike (``pairs``), and what is alike is joined (``linkage``). It would rather leave
two reports apart than merge two events: a false merge claims that two newsrooms confirm each other. The same entries
give the same stories, in whatever order they come, and what the author chose always holds.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from typing import TYPE_CHECKING, Final

import numpy as np

from pipeline.model import Story, StoryId
from pipeline.select.linkage import Copies, linked
from pipeline.select.pairs import WINDOW, pairs_of
from pipeline.select.terms import told

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from pipeline.model import Entry, EntryId
    from pipeline.select.terms import Wording

    Bonds = Iterable[tuple[EntryId, EntryId]]
    """Pairs of entries that the author wants to be one story, or not."""

MOST_OF_A_FEED: Final = 1000


def group(entries: Iterable[Entry], *, together: Bonds = (), apart: Bonds = ()) -> tuple[Story, ...]:
    """Return the stories that ``entries`` tell; each entry is in exactly one.

    ``together`` and ``apart`` are pairs of entries that the author merged and split. Both always hold; where they
    contradict each other, what is apart stays apart. Entries that are not there any more choose nothing.
    """
    ordered = sorted(entries, key=lambda entry: (entry.dated, entry.title, entry.link or "", entry.uid, entry.id))
    merged, split = _places(ordered, together), _places(ordered, apart)
    texts = [told(entry) for entry in ordered]
    copies = _copies(ordered, texts, {place for pair in split for place in pair})
    text_of = {place: number for number, places in enumerate(copies) for place in places}
    groups = linked(
        pairs_of([texts[places[0]] for places in copies], [_seconds(ordered[places[0]]) for places in copies]),
        _sizes(ordered, copies),
        [(text_of[one], text_of[other]) for one, other in merged],
        [(text_of[one], text_of[other]) for one, other in split],
    )
    members = defaultdict[int, list["Entry"]](list)
    for number, places in zip(groups.tolist(), copies, strict=True):
        members[number] += (ordered[place] for place in places)
    return tuple(sorted(map(story_of, members.values()), key=lambda story: story.id))


def newest_of_each_feed(entries: Iterable[Entry]) -> list[Entry]:
    """Return ``entries`` without the oldest of any feed that has more than anybody reads."""
    left: Counter[int] = Counter()
    newest = []
    for entry in sorted(entries, key=lambda entry: (entry.dated, entry.id), reverse=True):
        left[entry.feed] += 1
        if left[entry.feed] <= MOST_OF_A_FEED:
            newest.append(entry)
    return newest


def story_of(entries: Iterable[Entry]) -> Story:
    """Return ``entries`` as one story; there must be one."""
    chosen = sorted(entries, key=lambda entry: (entry.dated, entry.id))
    return Story(id=StoryId(min(entry.id for entry in chosen)), entries=tuple(chosen))


def _seconds(entry: Entry) -> float:
    return entry.dated.timestamp()


def _places(entries: Sequence[Entry], bonds: Bonds) -> list[tuple[int, int]]:
    place_of = {entry.id: place for place, entry in enumerate(entries)}
    return [(place_of[one], place_of[other]) for one, other in bonds if one in place_of and other in place_of]


def _copies(entries: Sequence[Entry], texts: Sequence[Wording], alone: set[int]) -> list[list[int]]:
    """Return the places of the entries of each text: a copy that comes soon is no text of its own.

    What a hundred papers print word for word is compared once, and its words are no commoner for it. Entries of
    which the author said that they are another's story, and those that tell nothing, stand for themselves.
    """
    found: list[list[int]] = []
    latest: dict[str, list[int]] = {}
    for place, text in enumerate(texts):
        copy = latest.get(text.words)
        tells = bool(text.words) and place not in alone
        if tells and copy is not None and entries[place].dated - entries[copy[0]].dated <= WINDOW:
            copy.append(place)
            continue
        found.append([place])
        if tells:
            latest[text.words] = found[-1]
    return found


def _sizes(entries: Sequence[Entry], copies: Sequence[Sequence[int]]) -> Copies:
    return Copies(
        sizes=np.array([len(places) for places in copies], dtype=np.int64),
        earliest=np.array([_seconds(entries[places[0]]) for places in copies], dtype=np.float64),
        latest=np.array([_seconds(entries[places[-1]]) for places in copies], dtype=np.float64),
    )

"""Which posts are about the same: TF-IDF over their words, each compared with those near it in time.

What comes in is posts by day; what goes out are the likest few of each. The work grows with the number of posts and no
faster: of a word that many posts have, only those next to the post in time are looked at.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections import Counter, defaultdict
from heapq import nlargest
from math import log2, sqrt
from typing import TYPE_CHECKING, Final, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from pipeline.model import Post

MOST: Final = 3
"""So many posts are shown as related."""
_TERMS: Final = 20
"""So many words, the weightiest, say what a post is about."""
_NEAR: Final = 10
"""So many posts before and after are looked at for one word."""
_LEAST: Final = 0.05
"""Below this, two posts have a word in common but nothing else."""
_IN_TITLE: Final = 3
"""How often a word of the title counts."""
_READ: Final = 1_500
"""Characters of a post in which it has said what it is about."""
_UNSPACED: Final = "\u0e00-\u0eff\u1780-\u17ff\u3040-\u30ff\u3400-\u9fff\uf900-\ufaff\uac00-\ud7a3"
_TERM: Final = re.compile(rf"[{_UNSPACED}]+|[^\W\d_{_UNSPACED}]{{4,}}")
_ADDRESS: Final = re.compile(r"\]\([^)\n]{0,500}\)|https?://\S+|<[^<>\n]*>")


class Likeness(NamedTuple):
    """What each post is about, by day, and the places of those that are about the same, the likest first."""

    vectors: list[dict[str, float]]
    likest: list[list[int]]


def likeness(counts: Sequence[Mapping[str, int]], before: Likeness | None = None) -> Likeness:
    """Return which posts, by day, are about the same; ``counts`` are the words of each.

    ``before`` is what was found of as many: a post that has not come near another one since is as it was then.
    """
    vectors = _vectors(counts)
    places = _places(vectors)
    if before is None or len(before.vectors) != len(vectors):
        return Likeness(vectors, [_likest(place, vectors, places) for place in range(len(vectors))])
    likest = list(before.likest)
    for place in {*_touched(before.vectors, vectors, places)}:
        likest[place] = _likest(place, vectors, places)
    return Likeness(vectors, likest)


def _touched(
    before: Sequence[Mapping[str, float]], now: Sequence[Mapping[str, float]], places: Mapping[str, Sequence[int]]
) -> Iterator[int]:
    """Yield the places of posts that are about something else now, and of all that were compared with one, or are."""
    changed = [place for place, vector in enumerate(now) if vector != before[place]]
    if not changed:
        return
    places_before = _places(before)
    for place in changed:
        yield place
        for vector, having in ((before[place], places_before), (now[place], places)):
            for term in vector:
                yield from _near(place, having[term])


def _places(vectors: Sequence[Mapping[str, float]]) -> Mapping[str, Sequence[int]]:
    """Return where the posts are that are about each term."""
    places: defaultdict[str, list[int]] = defaultdict(list)
    for place, vector in enumerate(vectors):
        for term in vector:
            places[term].append(place)
    return places


def told_of(post: Post) -> str:
    """Return the text of ``post`` that tells what it is about: title, summary and beginning."""
    return f"{' '.join([post.title] * _IN_TITLE)} {post.summary} {post.body[:_READ]}"


def counted(post: Post) -> Counter[str]:
    """Return how often ``post`` has each of the words that may tell what it is about."""
    found: Counter[str] = Counter()
    for term in _TERM.findall(_ADDRESS.sub(" ", told_of(post)).casefold()):
        if term[0] < "\u0e00":
            found[term] += 1
        else:  # without spaces between words, two letters are about one
            found.update(term[at : at + 2] for at in range(max(1, len(term) - 1)))
    return found


def _vectors(counts: Sequence[Mapping[str, int]]) -> list[dict[str, float]]:
    """Return the weightiest terms of each post, of length 1 together.

    How rare a term is counts in whole steps, so that one post more does not change what is related to all others.
    """
    having: Counter[str] = Counter()
    for each in counts:
        having.update(each.keys())
    known = {term: round(log2(len(counts) / many)) for term, many in having.items() if 1 < many <= len(counts) / 2}
    vectors = []
    for each in counts:
        weights = ((known[term] * (1 + log2(many)), term) for term, many in each.items() if term in known)
        heaviest = nlargest(_TERMS, weights)
        length = sqrt(sum(weight * weight for weight, _ in heaviest)) or 1.0
        vectors.append({term: weight / length for weight, term in heaviest})
    return vectors


def _likest(place: int, vectors: Sequence[Mapping[str, float]], places: Mapping[str, Sequence[int]]) -> list[int]:
    scores: defaultdict[int, float] = defaultdict(float)
    for term, weight in vectors[place].items():
        for other in _near(place, places[term]):
            scores[other] += weight * vectors[other][term]
    scores.pop(place, None)
    best = nlargest(MOST, ((round(score, 6), -other) for other, score in scores.items() if score >= _LEAST))
    return [-other for _, other in best]


def _near(place: int, having: Sequence[int]) -> Sequence[int]:
    """Return the next few of ``having``, which ascend, on both sides of ``place``."""
    here = bisect_left(having, place)
    return having[max(0, here - _NEAR) : here + _NEAR + 1]

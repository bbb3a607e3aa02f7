"""Posts to the catalogue of the site: what stands on which list, and what goes with what. It knows no page."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from functools import lru_cache
from itertools import pairwise
from typing import TYPE_CHECKING, Final

from pipeline.html import slug
from pipeline.model import Kind

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from pipeline.model import PlainText, Post, Slug, Take
    from pipeline.publish.facts.alike import Alike
    from pipeline.publish.facts.reading import Read

_WORDS_A_MINUTE: Final = 265
"""How fast people read, as Material reckons it too."""
_FEWEST: Final = 150
"""So many posts at least are in one part of the search, but for that of the newest years."""
_ALL: Final = "index"
"""The name of the page that lists all topics, or all series."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Listed:
    """A post on the page of a topic: all of it, or only ``takes`` of it."""

    post: Post
    takes: tuple[Take, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Topic:
    """A topic by the name that it was given first, and what is about it, the newest first."""

    name: PlainText
    key: Slug
    listed: tuple[Listed, ...]

    @property
    def posts(self) -> tuple[Post, ...]:
        """The posts of the topic, those with a single take about it too."""
        return tuple(each.post for each in self.listed)


@dataclass(frozen=True, slots=True, kw_only=True)
class Series:
    """Posts that belong together, in the order in which they are to be read: the oldest first."""

    name: PlainText
    key: Slug
    posts: tuple[Post, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Neighbours:
    """The posts before and after one, and those that are about the same, the likest first."""

    older: Post | None = None
    newer: Post | None = None
    related: tuple[Post, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Catalogue:
    """All that the site lists. ``posts`` stand as they are listed everywhere: by day, those of one day by name."""

    posts: tuple[Post, ...]
    topics: Mapping[Slug, Topic]
    series: Mapping[Slug, Series]
    years: Mapping[int, tuple[Post, ...]]
    editions: tuple[Post, ...]
    around: Mapping[str, Neighbours] = field(default_factory=dict)
    """Neighbours of each post, by the name of its file."""
    issues: Mapping[str, int] = field(default_factory=dict)
    """The number of each edition, from 1, by the name of its file."""
    keys: Mapping[str, str] = field(default_factory=dict)
    """A digest of the file of each post, by its name."""
    moved: Mapping[str, Post] = field(default_factory=dict)
    """Posts by the names that their files had before, but for those that another file has now."""


NOTHING_AROUND: Final = Neighbours()


def catalogue(every: Iterable[Read], alike: Callable[[Sequence[Post]], Alike] = lambda _: {}) -> Catalogue:
    """Return what the site lists of ``every`` post; ``alike`` tells which of them are about the same."""
    read = {each.post.path.name: each for each in every}
    posts = newest_first(each.post for each in read.values())
    editions = tuple(post for post in posts if post.kind is Kind.EDITION)
    return Catalogue(
        posts=posts,
        topics=_by_topic(posts),
        series=_by_series(posts),
        years=_by_year(posts),
        editions=editions,
        issues={post.path.name: number for number, post in enumerate(reversed(editions), 1)},
        around=_around(posts, alike(posts)),
        keys={name: each.key for name, each in read.items()},
        moved={f"{old}.md": post for post in posts for old in post.aliases if f"{old}.md" not in read},
    )


def key_of(name: str) -> Slug:
    """Return the name of the page of a topic or a series; that of the page of all of them is none of these."""
    key = slug(name)
    return slug(f"the {name}") if key == _ALL else key


def newest_first(every: Iterable[Post]) -> tuple[Post, ...]:
    """Return posts as they stand wherever they are listed: by day, those of one day by name, as the engine does."""
    return tuple(sorted(sorted(every, key=lambda post: post.path.name), key=lambda post: post.date, reverse=True))


def parts_of(every: Sequence[Post]) -> list[tuple[str, tuple[Post, ...]]]:
    """Return ``every`` post (the newest first) in parts of whole years, each with its name, the newest part first."""
    parts: list[list[Post]] = [[]]
    for post in reversed(every):
        if len(parts[-1]) >= _FEWEST and post.date.year != parts[-1][-1].date.year:
            parts.append([])
        parts[-1].append(post)
    return [(str(part[0].date.year) if part else "all", tuple(part)) for part in reversed(parts)]


def minutes(post: Post) -> int:
    """Return how many minutes ``post`` takes to read; one at least."""
    return _minutes(post.body)


@lru_cache(maxsize=8192)  # it is told on every list, and a preview lists the same posts again and again
def _minutes(text: str) -> int:
    return max(1, round(len(text.split()) / _WORDS_A_MINUTE))


def topics_of(take: Take, post: Post) -> tuple[PlainText, ...]:
    """Return the topics of ``take`` as its source in ``post`` says them."""
    return next((source.topics for source in post.sources if source.url == take.url), ())


def _by_topic(posts: Sequence[Post]) -> dict[Slug, Topic]:
    """Return topics by the name of their page; two spellings of one page's name are one topic.

    A take has the topics that its source says: it is listed by itself where its post is not about that topic.
    """
    listed: defaultdict[Slug, list[Listed]] = defaultdict(list)
    names: dict[Slug, PlainText] = {}
    for post in posts:
        of_takes: defaultdict[Slug, list[Take]] = defaultdict(list)
        for take in post.takes:
            for topic in topics_of(take, post):
                names.setdefault(key_of(topic), topic)
                of_takes[key_of(topic)].append(take)
        own = {key_of(topic): topic for topic in post.topics}
        for key in dict.fromkeys((*own, *of_takes)):
            names.setdefault(key, own.get(key) or names[key])
            whole = key in own
            listed[key].append(Listed(post=post, takes=() if whole else tuple(dict.fromkeys(of_takes[key]))))
    return {key: Topic(name=names[key], key=key, listed=tuple(listed[key])) for key in sorted(listed)}


def _by_series(posts: Sequence[Post]) -> dict[Slug, Series]:
    found: defaultdict[Slug, list[Post]] = defaultdict(list)
    for post in reversed(posts):
        if post.series:
            found[key_of(post.series)].append(post)
    return {key: Series(name=found[key][0].series, key=key, posts=tuple(found[key])) for key in sorted(found)}


def _by_year(posts: Sequence[Post]) -> dict[int, tuple[Post, ...]]:
    found: defaultdict[int, list[Post]] = defaultdict(list)
    for post in posts:
        found[post.date.year].append(post)
    return {year: tuple(found[year]) for year in sorted(found, reverse=True)}


def _around(posts: Sequence[Post], alike: Alike) -> dict[str, Neighbours]:
    named = {post.path.name: post for post in posts}
    older = {newer.path.name: post for newer, post in pairwise(posts)}
    newer = {post.path.name: before for before, post in pairwise(posts)}
    return {
        name: Neighbours(
            older=older.get(name), newer=newer.get(name), related=tuple(named[other] for other in alike.get(name, ()))
        )
        for name in named
    }

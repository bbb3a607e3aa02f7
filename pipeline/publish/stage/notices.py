"""What the author should know of what they wrote: words that are not shown, or not as they are meant."""

from __future__ import annotations

import re
from collections import defaultdict
from typing import TYPE_CHECKING, Final

from pipeline import post as posts
from pipeline.publish.facts import places
from pipeline.publish.facts.catalogue import key_of

if TYPE_CHECKING:
    from collections.abc import Container, Iterable, Iterator, Mapping

    from pipeline.publish.facts.catalogue import Catalogue
    from pipeline.publish.facts.person import Person
    from pipeline.publish.stage.files import Sheet

_BETWEEN_WORDS: Final = re.compile(r"[\s_-]+")


def notices(found: Catalogue, person: Person, pages: Mapping[str, Sheet], watched: Iterable[str] = ()) -> Iterator[str]:
    """Yield what to know of the posts that were ``found``, of the facts, and of all ``pages``, each in a sentence.

    Posts on topics that are ``watched`` for are to come.
    """
    to_come = {key_of(topic) for topic in watched}
    for name in person.unsourced:
        yield f"the words of {name} among your facts are not shown, as no url or source says where they were said"
    for name, sheet in pages.items():
        yield from sheet.wrong
        yield from _of_nothing(name, found, to_come)
    yield from _taken(found)
    for key, names in _shared(topic for post in found.posts for topic in post.topics):
        where = places.topic_address(key)
        yield f"the topics {' and '.join(names)} share the page {where}; call one of them otherwise"


def _of_nothing(name: str, found: Catalogue, to_come: Container[str]) -> Iterator[str]:
    """Yield that the file ``name`` introduces a topic or a series that no post has, and none is ``to_come``."""
    folder, _, file = name.rpartition("/")
    key = file.removesuffix(".md")
    known = {places.TOPICS: ("topic", found.topics), places.SERIES: ("series", found.series)}
    if folder not in known or not file.endswith(".md") or key in {"index", "README"}:
        return
    kind, every = known[folder]
    if key not in every and not (kind == "topic" and key in to_come):
        yield (
            f"content/{name}: no post has the {kind} {key}, so nothing stands below these words; give it to a post, or "
            f"call the file as the page of a {kind} that posts have"
        )


def _taken(found: Catalogue) -> Iterator[str]:
    """Yield each post with a name that another had before, whose old address it takes."""
    names = {post.path.stem: post for post in found.posts}
    for other in found.posts:
        for post in (names[old] for old in other.aliases if old in names and old != other.path.stem):
            yield (
                f"content/{posts.POSTS}/{post.path.name}: {other.path.name} had this name before (see its aliases:), "
                "and old links to it lead here now; give this post another name"
            )


def _shared(topics: Iterable[str]) -> Iterator[tuple[str, list[str]]]:
    """Yield the key of each page that topics of different names share, spellings of one name aside."""
    named: defaultdict[str, dict[str, str]] = defaultdict(dict)
    for topic in topics:
        named[key_of(topic)].setdefault(_BETWEEN_WORDS.sub(" ", topic).casefold().strip(), topic)
    yield from ((key, sorted(names.values())) for key, names in sorted(named.items()) if len(names) > 1)

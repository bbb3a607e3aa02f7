"""What the author should know of what they wrote: words that are not shown, or not as they are meant."""

from __future__ import annotations

import re
from collections import defaultdict
from typing import TYPE_CHECKING, Final

from pipeline import post as posts
from pipeline.html import slug
from pipeline.publish import places

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from pipeline.publish.catalogue import Catalogue
    from pipeline.publish.person import Person
    from pipeline.publish.stage.files import Sheet

_BETWEEN_WORDS: Final = re.compile(r"[\s_-]+")


def notices(found: Catalogue, person: Person, pages: Mapping[str, Sheet]) -> Iterator[str]:
    """Yield what to know of the posts that were ``found``, of the facts, and of all ``pages``, each in a sentence."""
    for name in person.unsourced:
        yield f"the words of {name} among your facts are not shown, as no url or source says where they were said"
    for name, sheet in pages.items():
        if not sheet.title and not name.startswith(f"{posts.POSTS}/"):
            yield f"content/{name}: its front matter cannot be read, so it stands on the page as text"
    for key, names in _shared(topic for post in found.posts for topic in post.topics):
        where = places.topic_address(key)
        yield f"the topics {' and '.join(names)} share the page {where}; call one of them otherwise"


def _shared(topics: Iterable[str]) -> Iterator[tuple[str, list[str]]]:
    """Yield the key of each page that topics of different names share, spellings of one name aside."""
    named: defaultdict[str, dict[str, str]] = defaultdict(dict)
    for topic in topics:
        named[slug(topic)].setdefault(_BETWEEN_WORDS.sub(" ", topic).casefold().strip(), topic)
    yield from ((key, sorted(names.values())) for key, names in sorted(named.items()) if len(names) > 1)

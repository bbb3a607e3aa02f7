"""What the store holds that a post is checked against: texts of its sources, and what models proposed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pipeline import post as posts
from pipeline.html import safe_url
from pipeline.store import write as kept

if TYPE_CHECKING:
    from pipeline.model import Post, Suggestion
    from pipeline.store import Store
    from pipeline.write.quoted.told import Sources


def sources_of(post: Post, store: Store) -> Sources:
    """Return what is stored of each page that ``post`` is about, lists as a source, or links to."""
    linked = {url for link in posts.links(post) if (url := safe_url(link.target))}
    wanted = linked | {take.url for take in post.takes} | {source.url for source in post.sources}
    with store.reading() as connection:
        told = kept.entries_by_link(connection, wanted)
        articles = kept.snapshots_by_link(connection, wanted)
    return {url: (*told[url], *articles[url]) for url in told}


def suggestions_of(store: Store) -> tuple[Suggestion, ...]:
    """Return all that models ever proposed to the author."""
    with store.reading() as connection:
        return kept.suggestions_made(connection)

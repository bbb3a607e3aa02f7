"""What is stored of the sources of a post: whose they are, and the sentences that can be quoted from them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from pipeline.html import blocks_of, plain_text, sentences
from pipeline.store import write as kept

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from datetime import date

    from pipeline.model import Entry, PlainText, Post, SafeUrl, Snapshot
    from pipeline.store import Store

_MOST: Final = 200
"""So many sentences of one source are shown; who wants more reads the article."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """What a take comments on. ``line`` is that of the take's heading, ``sentences`` are its source's own."""

    url: SafeUrl
    line: int
    title: PlainText
    publisher: PlainText
    published: date | None
    sentences: tuple[PlainText, ...]


def sources_of(post: Post, store: Store) -> tuple[Told, ...]:
    """Return what is stored of the source of each take, in the order of the takes."""
    links = {take.url for take in post.takes}
    with store.reading() as connection:
        entries = kept.entries_by_link(connection, links)
        articles = kept.snapshots_by_link(connection, links)
    listed = {source.url: source for source in post.sources}
    return tuple(
        Told(
            url=take.url,
            line=take.line,
            title=listed[take.url].title if take.url in listed else take.heading,
            publisher=listed[take.url].publisher if take.url in listed else plain_text(""),
            published=listed[take.url].published if take.url in listed else None,
            sentences=_sentences(entries[take.url], articles[take.url]),
        )
        for take in post.takes
    )


def _sentences(entries: Sequence[Entry], articles: Sequence[Snapshot]) -> tuple[PlainText, ...]:
    """Return the sentences of a source, each once: first those of the feed, then those of the latest article."""
    told = (plain_text(sentence) for block in _blocks(entries, articles) for sentence in sentences(block))
    return tuple(dict.fromkeys(told))[:_MOST]


def _blocks(entries: Sequence[Entry], articles: Sequence[Snapshot]) -> Iterator[str]:
    for entry in entries:
        yield from blocks_of(entry.content or entry.summary)
    for article in articles[:1]:
        yield from article.text.split("\n\n")

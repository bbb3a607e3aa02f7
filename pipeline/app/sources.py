"""What is stored of the sources of a post: whose they are, what can be quoted from them, and who else reports it."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import islice
from typing import TYPE_CHECKING, Final

from pipeline.html import blocks_of, plain_text, sentences
from pipeline.store import select as kept_stories
from pipeline.store import write as kept

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping, Sequence
    from datetime import date

    from pipeline.model import Entry, PlainText, Post, RankedStory, SafeUrl, Snapshot
    from pipeline.store import Store

_MOST: Final = 200
"""So many sentences of one source are shown; who wants more reads the article."""
_MOST_OTHERS: Final = 8
_MOST_OF_OTHERS: Final = 12
"""So many sentences of another report are shown: enough to see where the two differ."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Other:
    """Another report of the same story, to be compared with the source of a take."""

    url: SafeUrl | None
    title: PlainText
    publisher: PlainText
    sentences: tuple[PlainText, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Quotable:
    """What a take comments on. ``line`` is that of the take's heading, ``sentences`` are its source's own.

    ``others`` are the other reports of the story, if it is on the shortlist.
    """

    url: SafeUrl
    line: int
    title: PlainText
    publisher: PlainText
    published: date | None
    sentences: tuple[PlainText, ...]
    others: tuple[Other, ...] = ()


def sources_of(post: Post, store: Store) -> tuple[Quotable, ...]:
    """Return what is stored of the source of each take, in the order of the takes."""
    links = {take.url for take in post.takes}
    with store.reading() as connection:
        entries = kept.entries_by_link(connection, links)
        beside = _beside(links, kept_stories.kept_shortlist(connection))
        further = {entry.link for reports in beside.values() for entry in reports if entry.link}
        articles = kept.snapshots_by_link(connection, links | further)
    listed = {source.url: source for source in post.sources}
    return tuple(
        Quotable(
            url=take.url,
            line=take.line,
            title=listed[take.url].title if take.url in listed else take.heading,
            publisher=listed[take.url].publisher if take.url in listed else plain_text(""),
            published=listed[take.url].published if take.url in listed else None,
            sentences=_sentences(entries[take.url], articles[take.url], _MOST),
            others=tuple(_other(entry, articles) for entry in beside.get(take.url, ())),
        )
        for take in post.takes
    )


def _beside(links: Collection[SafeUrl], shortlist: Sequence[RankedStory]) -> dict[SafeUrl, tuple[Entry, ...]]:
    """Return for each of ``links`` the other reports of its story, if that is on the shortlist."""
    return {
        entry.link: tuple(other for other in item.story.entries if other.link != entry.link)[:_MOST_OTHERS]
        for item in shortlist
        for entry in item.story.entries
        if entry.link is not None and entry.link in links
    }


def _other(entry: Entry, articles: Mapping[SafeUrl, Sequence[Snapshot]]) -> Other:
    return Other(
        url=entry.link,
        title=entry.title or entry.publisher,
        publisher=entry.publisher,
        sentences=_sentences([entry], articles[entry.link] if entry.link else (), _MOST_OF_OTHERS),
    )


def _sentences(entries: Sequence[Entry], articles: Sequence[Snapshot], most: int) -> tuple[PlainText, ...]:
    """Return the sentences of a source, each once: first those of the feed, then those of the latest article."""
    told = (plain_text(sentence) for block in _blocks(entries, articles) for sentence in sentences(block))
    return tuple(dict.fromkeys(islice(told, 2 * most)))[:most]


def _blocks(entries: Sequence[Entry], articles: Sequence[Snapshot]) -> Iterator[str]:
    for entry in entries:
        yield from blocks_of(entry.content or entry.summary)
    for article in articles[:1]:
        yield from article.text.split("\n\n")

"""Entries of feeds that name the author or link to their site: pure rules."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final
from urllib.parse import urlsplit

from pipeline.html import blocks_of, plain_text, sentences, shortened, whole
from pipeline.model import Echo, EchoKind

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from pipeline.model import Entry, PlainText

LONGEST: Final = 400
_SHORTEST_NAME: Final = 5
"""A name of fewer letters stands in too many texts."""


def named(entries: Iterable[Entry], author: str, site_url: str) -> Iterator[tuple[str, Echo]]:
    """Yield what each entry of another site says of the author, with a key by which it is known again."""
    host = urlsplit(site_url).hostname or ""
    for entry in entries:
        if entry.link is None or urlsplit(entry.link).hostname == host:
            continue
        said = _sentence(entry, author) if len(author) >= _SHORTEST_NAME else None
        about = _own_link(entry, site_url)
        if said is None and not about:
            continue
        yield (
            f"mention {entry.link}",
            Echo(
                id=0,
                kind=EchoKind.MENTION,
                author=entry.publisher or plain_text(urlsplit(entry.link).hostname or ""),
                said=said or entry.title,
                source=entry.link,
                about=about or site_url,
                at=entry.dated,
            ),
        )


def _sentence(entry: Entry, author: str) -> PlainText | None:
    """Return the sentence in which the author is named, as whole words and as they write it."""
    word = whole(author)
    for block in (entry.title, *blocks_of(entry.content), *blocks_of(entry.summary)):
        if word.search(block):
            sentence = next((part for part in sentences(block) if word.search(part)), block)
            return shortened(plain_text(sentence), LONGEST)
    return None


def _own_link(entry: Entry, site_url: str) -> str:
    """Return the first address of the author's site that the entry links to."""
    for text in (entry.content, entry.summary):
        at = text.find(f'href="{site_url}')
        if at >= 0:
            return text[at + 6 :].partition('"')[0]
    return ""

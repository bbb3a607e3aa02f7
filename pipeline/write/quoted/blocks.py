"""Quotations that stand by themselves, each in a take: held against what is stored of the source of that take."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from pipeline.likeness import words
from pipeline.model import Snapshot
from pipeline.write.quoted.gaps import REMEDY, behind_denial, in_gaps
from pipeline.write.quoted.words import parts_from_source_at, plain_texts, stands_in, unsigned
from pipeline.write.rules import Rule

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from pipeline.model import Entry, Finding, Post, Quotation, Take
    from pipeline.write.quoted.told import Sources


def block_quotations(post: Post, sources: Sources) -> Iterator[Finding]:
    """Yield what is wrong with the quotations of the takes of ``post``."""
    for take in post.takes:
        for quoted in take.quotations:
            yield from _quoted(post, take, quoted, sources[take.url])


def _quoted(post: Post, take: Take, quoted: Quotation, stored: Sequence[Entry | Snapshot]) -> Iterator[Finding]:
    if not stored:
        reason = f"the quotation cannot be checked: nothing is stored of {take.url}"
        remedy = (
            "Pull the feed that carries it, have its article read (`byline check --articles`), or link the heading "
            "to the address that the feed gives."
        )
        yield Rule.SOURCE_NOT_STORED.broken(post.path, quoted.line, reason, remedy)
        return
    texts = plain_texts(stored)
    text = unsigned(quoted.text, {*words(" ".join((*texts, *_names(post, take, stored))))})
    if not stands_in(text, texts):
        at = parts_from_source_at(text, texts)
        reason = f"the quotation does not stand in what {_writer(stored[0])} wrote; it leaves it at “{at}”"
        remedy = (
            "Copy the words again from the source, or say it in your own words. Between a quotation and your words "
            "stands an empty line; words in brackets are yours, and belong outside of it."
        )
        yield Rule.QUOTATION_NOT_IN_SOURCE.broken(post.path, quoted.line, reason, remedy)
        return
    for rule, reason in (*in_gaps(text, texts), *behind_denial(text, "", texts)):
        yield rule.broken(post.path, quoted.line, reason, REMEDY)


def _names(post: Post, take: Take, stored: Sequence[Entry | Snapshot]) -> Iterator[str]:
    """Yield whom the source of ``take`` is by, who may be named below a quotation."""
    yield from (source.publisher for source in post.sources if source.url == take.url)
    yield from map(_writer, stored)
    yield from (name for source in stored if not isinstance(source, Snapshot) for name in source.authors)


def _writer(source: Entry | Snapshot) -> str:
    return urlsplit(source.final_url).netloc if isinstance(source, Snapshot) else source.publisher or "its source"

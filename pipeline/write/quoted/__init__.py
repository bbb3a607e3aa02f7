"""Quotations, word for word: taken from a source, found in a post, and held against what its sources say.

``marks`` finds what a paragraph quotes, ``speech`` tells who speaks there and ``own`` when it is the author,
``words`` takes quotations from sources and finds them there, ``gaps`` looks at what they leave out, ``told`` has all
that a post says and its sources tell. ``blocks`` judges quotations that stand by themselves, ``spoken`` those in
running text.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from pipeline.write.quoted.blocks import block_quotations
from pipeline.write.quoted.spoken import copied_runs, inline_quotations

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pipeline.model import Finding, Post
    from pipeline.write.quoted.told import Sources, Told


def misquoted(post: Post, told: Told, sources: Sources) -> Iterator[Finding]:
    """Yield what ``post`` quotes that no source has so, and what it has of a source without quoting it."""
    yield from block_quotations(post, sources)
    yield from inline_quotations(post, told, complete=all(sources[take.url] for take in post.takes))
    yield from copied_runs(post, told)

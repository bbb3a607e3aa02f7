"""What keeps a post from being published: findings, each with its line and what to do.

Pure rules from a post and what is stored of its sources to findings. They see to it that the words are the author's,
that the quotations are the sources' own, and that everything leads somewhere.
"""

from __future__ import annotations

import posixpath
from pathlib import PurePosixPath
from typing import TYPE_CHECKING
from urllib.parse import unquote, urlsplit

from pipeline import post as posts
from pipeline.html import safe_url
from pipeline.model import Finding, Kind, Severity
from pipeline.write.quotes import stands_in

if TYPE_CHECKING:
    from collections.abc import Container, Iterator, Mapping, Sequence

    from pipeline.errors import PostError
    from pipeline.model import Entry, Post, Quotation, SafeUrl, Take

MAIL_SCHEMES = frozenset({"mailto", "tel"})


def unreadable(error: PostError) -> tuple[Finding, ...]:
    """Return the findings of a file that is no post."""
    return tuple(
        Finding(
            rule="front-matter",
            severity=Severity.ERROR,
            path=error.path,
            line=line,
            reason=reason,
            remedy="Mend this line; the manual's chapter Write shows a whole front matter.",
        )
        for line, reason in error.problems
    )


def examine(
    post: Post, sources: Mapping[SafeUrl, Sequence[Entry]], files: Container[PurePosixPath], quote_words: int
) -> tuple[Finding, ...]:
    """Return what is wrong with ``post``.

    ``sources`` are the stored entries of each link of a take; ``files`` are those of content/, as paths in it.
    """
    found = [*_whole(post), *_links(post, files)]
    for take in post.takes:
        found += _words(post, take)
        found += [finding for quoted in take.quotations for finding in _quoted(post, take, quoted, sources[take.url])]
        found += _length(post, take, quote_words)
        found += _listed(post, take)
    return tuple(sorted(found, key=lambda finding: (finding.line, finding.rule)))


def _finding(post: Post, line: int, rule: str, reason: str, remedy: str) -> Finding:
    severity = Severity.WARNING if rule in _WARNINGS else Severity.ERROR
    return Finding(rule=rule, severity=severity, path=post.path, line=line, reason=reason, remedy=remedy)


_WARNINGS = frozenset({"no-summary", "no-takes", "source-not-listed"})


def _whole(post: Post) -> Iterator[Finding]:
    if not posts.without_prompts(post.body).replace(posts.EXCERPT_END, "").strip():
        yield _finding(post, post.body_line, "no-text", "the post says nothing", "Write it.")
    if not post.summary:
        reason = "the post has no summary; cards, feeds and the letter's first line show it"
        yield _finding(post, 1, "no-summary", reason, "Add `summary:` with one sentence to the front matter.")
    if post.kind is not Kind.ESSAY and not post.takes:
        reason = f"the post is of kind {post.kind}, but no heading of it is a link to a source"
        yield _finding(post, post.body_line, "no-takes", reason, "Link a heading to its source, or set kind: essay.")


def _words(post: Post, take: Take) -> Iterator[Finding]:
    if not any(mark.isalnum() for mark in take.words):
        reason = f"the take on “{take.heading}” has no words of yours"
        yield _finding(post, take.line, "no-words", reason, "Say under the quotation what you make of it.")


def _quoted(post: Post, take: Take, quoted: Quotation, stored: Sequence[Entry]) -> Iterator[Finding]:
    if not stored:
        reason = f"the quotation cannot be checked: nothing is stored of {take.url}"
        remedy = "Pull the feed that carries it, or link the heading to the address that the feed gives."
        yield _finding(post, quoted.line, "source-not-stored", reason, remedy)
    elif not stands_in(quoted.text, stored):
        reason = f"the quotation does not stand in what {stored[0].publisher} wrote"
        remedy = "Copy the words again from the source, or say it in your own words without the > mark."
        yield _finding(post, quoted.line, "quotation-not-in-source", reason, remedy)


def _length(post: Post, take: Take, quote_words: int) -> Iterator[Finding]:
    count = sum(len(quoted.text.split()) for quoted in take.quotations)
    if count > quote_words:
        reason = f"{count} words are quoted in this take, more than the {quote_words} that write.quote_words allows"
        yield _finding(post, take.quotations[0].line, "quotation-too-long", reason, "Quote only what you speak of.")


def _listed(post: Post, take: Take) -> Iterator[Finding]:
    if take.url not in {source.url for source in post.sources}:
        reason = f"{take.url} is not among the sources in the front matter, so its publisher is not named"
        remedy = "Add it under `sources:` with url, title, publisher and published."
        yield _finding(post, take.line, "source-not-listed", reason, remedy)


def _links(post: Post, files: Container[PurePosixPath]) -> Iterator[Finding]:
    for target, line in posts.links(post):
        if (reason := _broken(target, post, files)) is not None:
            yield _finding(post, line, "broken-link", f"the link to {target or 'nothing'} {reason}", "Mend the link.")


def _broken(target: str, post: Post, files: Container[PurePosixPath]) -> str | None:
    """Return what is wrong with a link, if anything is."""
    parts = urlsplit(target)
    if parts.scheme in MAIL_SCHEMES or (not parts.path and parts.fragment and not parts.netloc):
        return None
    if parts.scheme or parts.netloc:
        return None if safe_url(target) else "leads to no web page"
    if parts.path.startswith("/"):
        return "begins with a slash; write it relative to this file, as ../about.md"
    return _missing(unquote(parts.path), post, files)


def _missing(path: str, post: Post, files: Container[PurePosixPath]) -> str | None:
    """Return what is wrong with a link to a file of content/, if anything is."""
    place = PurePosixPath(posixpath.normpath(f"{post.path.parent.name}/{path}"))
    if place.parts[:1] == ("..",):
        return "leads out of content/"
    if place.parts[:1] == (posts.DRAFTS,):
        return "leads to a draft, which is on no site"
    return None if path and place in files else "leads to no file"

"""What keeps a post from being published: findings, each with its line and what to do.

Pure rules from a post and what is stored of its sources to findings. They see to it that the words are the author's,
and that the quotations are the sources' own.
"""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from pipeline import post as posts
from pipeline.model import Kind, Snapshot
from pipeline.write.quotes import FEWEST, crumbs, parts_from_source_at, stands_in
from pipeline.write.rules import Rule

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from pipeline.errors import PostError
    from pipeline.model import Entry, Finding, Post, Quotation, SafeUrl, Take


def unreadable(error: PostError) -> tuple[Finding, ...]:
    """Return the findings of a file that is no post."""
    remedy = "Mend this line; the manual's chapter Write shows a whole front matter."
    return tuple(Rule.FRONT_MATTER.broken(error.path, line, reason, remedy) for line, reason in error.problems)


def examine(post: Post, sources: Mapping[SafeUrl, Sequence[Entry | Snapshot]], quote_words: int) -> Iterator[Finding]:
    """Yield what is wrong with ``post``; ``sources`` are the stored entries and articles of each link of a take."""
    yield from _whole(post)
    yield from _unchecked(post)
    yield from _without_takes(post)
    for take in post.takes:
        yield from _words(post, take)
        yield from _length(post, take, quote_words)
        yield from _listed(post, take)
        for quoted in take.quotations:
            yield from _quoted(post, take, quoted, sources[take.url])


def _whole(post: Post) -> Iterator[Finding]:
    if not posts.without_prompts(post.body).replace(posts.EXCERPT_END, "").strip():
        yield Rule.NO_TEXT.broken(post.path, post.body_line, "the post says nothing", "Write it.")
    if post.extra.get("draft"):
        reason = "the post says draft: true, which keeps it off the site; here a draft is a file in drafts/"
        line = posts.line_of(post, "draft")
        yield Rule.HIDDEN.broken(post.path, line, reason, "Take this line out, or move the file to content/drafts/.")
    if not post.summary:
        reason = "the post has no summary; cards, feeds and the letter's first line show it"
        remedy = "Write one sentence after `summary:` in the front matter."
        yield Rule.NO_SUMMARY.broken(post.path, posts.line_of(post, "summary"), reason, remedy)
    if post.kind is not Kind.ESSAY and not post.takes:
        reason = f"the post is of kind {post.kind}, but no heading of it is a link to a source"
        remedy = "Link a heading to its source, or set kind: essay."
        yield Rule.NO_TAKES.broken(post.path, post.body_line, reason, remedy)


def _unchecked(post: Post) -> Iterator[Finding]:
    """Find quotations that no take holds; an essay may quote what is in no feed."""
    if post.kind is Kind.ESSAY and not post.takes:
        return
    for line in posts.stray_quotations(post):
        reason = "nobody can check this quotation: it stands in no take"
        remedy = "Put it, with the > mark, under a heading that is a link to its source, or say it in your own words."
        yield Rule.QUOTATION_UNCHECKED.broken(post.path, line, reason, remedy)
    for line in posts.half_linked_headings(post):
        reason = "the heading holds a link and other words, so it opens no take"
        remedy = "Make the whole heading the link, as ## [All of it](https://…), or take the link out of it."
        yield Rule.HEADING_NOT_A_LINK.broken(post.path, line, reason, remedy)


def _without_takes(post: Post) -> Iterator[Finding]:
    """Find sources that no take is about, once there are takes at all."""
    told = {take.url for take in post.takes}
    for place, source in enumerate(post.sources):
        if told and source.url not in told:
            reason = f"no heading links to {source.url}, which is listed as a source"
            remedy = "Take it out of `sources:`, or link the heading of its take to this very address."
            line = posts.line_of(post, "sources", place)
            yield Rule.SOURCE_WITHOUT_TAKE.broken(post.path, line, reason, remedy)


def _words(post: Post, take: Take) -> Iterator[Finding]:
    if not any(mark.isalnum() for mark in take.words):
        reason = f"the take on “{take.heading}” has no words of yours"
        yield Rule.NO_WORDS.broken(post.path, take.line, reason, "Say under the quotation what you make of it.")


def _quoted(post: Post, take: Take, quoted: Quotation, stored: Sequence[Entry | Snapshot]) -> Iterator[Finding]:
    if not stored:
        reason = f"the quotation cannot be checked: nothing is stored of {take.url}"
        remedy = (
            "Pull the feed that carries it, have its article read (`byline select --articles`), or link the heading "
            "to the address that the feed gives."
        )
        yield Rule.SOURCE_NOT_STORED.broken(post.path, quoted.line, reason, remedy)
    elif not stands_in(quoted.text, stored):
        at = parts_from_source_at(quoted.text, stored)
        reason = f"the quotation does not stand in what {_writer(stored[0])} wrote; it leaves it at “{at}”"
        remedy = (
            "Copy the words again from the source, or say it in your own words. Between a quotation and your words "
            "stands an empty line; who said it is named in your words."
        )
        yield Rule.QUOTATION_NOT_IN_SOURCE.broken(post.path, quoted.line, reason, remedy)
    elif found := crumbs(quoted.text):
        reason = f"only “{found[0]}” stands between two gaps of the quotation, which may turn its sense"
        remedy = f"Quote {FEWEST} words or more in each part, or quote less."
        yield Rule.QUOTATION_IN_CRUMBS.broken(post.path, quoted.line, reason, remedy)


def _writer(source: Entry | Snapshot) -> str:
    return urlsplit(source.final_url).netloc if isinstance(source, Snapshot) else source.publisher


def _length(post: Post, take: Take, quote_words: int) -> Iterator[Finding]:
    count = sum(len(quoted.text.split()) for quoted in take.quotations)
    if count > quote_words:
        reason = f"{count} words are quoted in this take, more than the {quote_words} that write.quote_words allows"
        line = take.quotations[0].line
        yield Rule.QUOTATION_TOO_LONG.broken(post.path, line, reason, "Quote only what you speak of.")


def _listed(post: Post, take: Take) -> Iterator[Finding]:
    if take.url not in {source.url for source in post.sources}:
        reason = f"{take.url} is not among the sources in the front matter, so its publisher is not named"
        remedy = "Add it under `sources:` with url, title, publisher and published."
        yield Rule.SOURCE_NOT_LISTED.broken(post.path, take.line, reason, remedy)

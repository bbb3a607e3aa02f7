"""What keeps a post from being published: findings, each with its line and what to do.

Pure rules from a post and what is stored of its sources to findings. They see to it that the words are the author's,
and that the quotations are the sources' own.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from pipeline import post as posts
from pipeline.likeness import count
from pipeline.model import Kind
from pipeline.write import wording
from pipeline.write.claims import unborne
from pipeline.write.claims.assisted import words_of_a_model
from pipeline.write.quoted import misquoted
from pipeline.write.quoted.told import quoted_words, told_by
from pipeline.write.rules import Rule

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from pipeline.errors import PostError
    from pipeline.model import Finding, Post, Suggestion, Take
    from pipeline.write.quoted.told import Sources, Told

OWN_FOR_EACH_QUOTED: Final = 2
"""So many words of the author's own belong to each that is quoted."""


def unreadable(error: PostError) -> tuple[Finding, ...]:
    """Return the findings of a file that is no post."""
    remedy = "Mend this line; the manual's chapter Write shows a whole front matter."
    return tuple(Rule.FRONT_MATTER.broken(error.path, line, reason, remedy) for line, reason in error.problems)


def examine(
    post: Post, sources: Sources, quote_words: int, usual: Sequence[int] = (), made: Sequence[Suggestion] = ()
) -> Iterator[Finding]:
    """Yield what is wrong with ``post``.

    ``sources`` are the stored entries and articles of each link of a take and of each source that the front matter
    lists, and of other links as far as there are any; ``usual`` is how many words the author's posts have,
    and ``made`` all that models ever proposed.
    """
    told = told_by(sources)
    yield from unsaid(post)
    yield from _whole(post)
    yield from _unchecked(post)
    yield from _without_takes(post, sources)
    for take in post.takes:
        yield from _few_words(post, take, told)
        yield from _listed(post, take)
        yield from _known(post, take, sources)
    yield from _lengths(post, told, quote_words)
    yield from misquoted(post, told, sources)
    yield from unborne(post, told, made)
    yield from _worded(post, usual)


def _worded(post: Post, usual: Sequence[int]) -> Iterator[Finding]:
    yield from wording.leftovers(post)
    yield from wording.pictures(post)
    yield from wording.boasts(post)
    yield from wording.vague_headings(post)
    yield from wording.length(post, usual)


def unsaid(post: Post) -> Iterator[Finding]:
    """Yield where ``post`` has no words of the author's, as far as that is seen without its sources.

    Nobody may accept that: what a draft quotes is not for the machine to publish.
    """
    if not posts.without_prompts(post.body).replace(posts.EXCERPT_END, "").strip():
        yield Rule.NO_TEXT.broken(post.path, post.body_line, "the post says nothing", "Write it.")
    opening, excerpt_end, _ = post.body.partition(posts.EXCERPT_END)
    if excerpt_end and posts.OPENING in opening and not posts.without_prompts(opening).strip():
        reason = "the opening, which the list of posts shows, has no words of yours"
        line = post.body_line + posts.line_with(posts.OPENING, post.body)
        yield Rule.NO_OPENING.broken(post.path, line, reason, "Write it, or take out the prompt and the line more.")
    for take in post.takes:
        if not any(mark.isalnum() for mark in take.words):
            reason = f"the take on “{take.heading}” has no words of yours"
            yield Rule.NO_WORDS.broken(post.path, take.line, reason, "Say under the quotation what you make of it.")


def _whole(post: Post) -> Iterator[Finding]:
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


def _without_takes(post: Post, sources: Sources) -> Iterator[Finding]:
    """Find sources that no take is about, once there are takes at all, and else those of which nothing is stored."""
    told = {take.url for take in post.takes}
    for place, source in enumerate(post.sources):
        line = posts.line_of(post, "sources", place)
        if told and source.url not in told:
            reason = f"no heading links to {source.url}, which is listed as a source"
            remedy = "Take it out of `sources:`, or link the heading of its take to this very address."
            yield Rule.SOURCE_WITHOUT_TAKE.broken(post.path, line, reason, remedy)
        elif not told and not sources[source.url]:
            yield _unknown(post, line, source.url)


def _known(post: Post, take: Take, sources: Sources) -> Iterator[Finding]:
    """Find a take on what is not stored; where it quotes as well, that is told of the quotation."""
    if not sources[take.url] and not take.quotations:
        yield _unknown(post, take.line, take.url)


def _unknown(post: Post, line: int, url: str) -> Finding:
    reason = f"nothing is stored of {url}, so nothing that is said of it can be checked"
    remedy = (
        "Pull the feed that carries it, have its article read (`byline check --articles`), or link to the address "
        "that the feed gives."
    )
    return Rule.SOURCE_UNKNOWN.broken(post.path, line, reason, remedy)


def _few_words(post: Post, take: Take, told: Told) -> Iterator[Finding]:
    if not any(mark.isalnum() for mark in take.words):
        return  # told as unsaid
    inline, foreign = quoted_words(take.words, told.texts), words_of_a_model(post, take.words)
    quoted, own = inline + sum(count(each.text) for each in take.quotations), count(take.words) - inline - foreign
    if foreign and own <= 0:
        reason = f"the take on “{take.heading}” has a model's words and none of yours"
        yield Rule.NO_WORDS.broken(post.path, take.line, reason, "Say what you make of it yourself.")
        return
    if own < quoted * OWN_FOR_EACH_QUOTED:
        reason = f"the take on “{take.heading}” has {own} words of yours for {quoted} that it quotes"
        missing = quoted * OWN_FOR_EACH_QUOTED - own
        remedy = f"{missing} more of yours are wanted: {OWN_FOR_EACH_QUOTED} for each that is quoted. Or quote less."
        yield Rule.FEW_WORDS.broken(post.path, take.line, reason, remedy)


def _lengths(post: Post, told: Told, quote_words: int) -> Iterator[Finding]:
    """Find sources of which more is quoted than the house allows, however many takes are on them."""
    for url in dict.fromkeys(take.url for take in post.takes):
        takes = [take for take in post.takes if take.url == url]
        blocks = [quoted for take in takes for quoted in take.quotations]
        inline = sum(quoted_words(take.words, told.texts) for take in takes)
        quoted = inline + sum(count(block.text) for block in blocks)
        if quoted > quote_words:
            reason = f"{quoted} words of {url} are quoted, more than the {quote_words} that write.quote_words allows"
            line = blocks[0].line if blocks else takes[0].line
            yield Rule.QUOTATION_TOO_LONG.broken(post.path, line, reason, "Quote only what you speak of.")


def _listed(post: Post, take: Take) -> Iterator[Finding]:
    if take.url not in {source.url for source in post.sources}:
        reason = f"{take.url} is not among the sources in the front matter, so its publisher is not named"
        remedy = "Add it under `sources:` with url, title, publisher and published."
        yield Rule.SOURCE_NOT_LISTED.broken(post.path, take.line, reason, remedy)

"""A shortlist to a draft: everything but the author's words, which no program writes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pipeline import post as posts
from pipeline.html import markdown_link, plain_text, to_markdown
from pipeline.model import Kind, Post, Source
from pipeline.write.quotes import digest, quotation

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime

    from pipeline.model import Entry, PlainText, RankedStory, SafeUrl, Snapshot


def draft(
    stories: Sequence[RankedStory], articles: Mapping[SafeUrl, Sequence[Snapshot]], now: datetime, quote_words: int
) -> Post:
    """Return a post with one take for each of ``stories``: heading, quotation, and a place for the words.

    ``articles`` are the texts of the articles that were taken, by their links, the newest first.
    """
    leads = [item.story.lead for item in stories]
    taken = {link: found[0] for link, found in articles.items() if found}
    takes = "\n".join(_take(entry, taken, quote_words) for entry in leads)
    opening = f"{posts.OPENING}\n\n{posts.EXCERPT_END}\n\n" if len(leads) > 1 else ""
    made = Post(
        date=now.date(),
        title=_title(leads),
        topics=_topics(stories),
        kind=Kind.LINK if len(leads) == 1 else Kind.EDITION,
        sources=tuple(_source(entry, taken, now) for entry in leads),
        body=opening + takes,
    )
    return posts.parse(posts.render(made))


def _topics(stories: Sequence[RankedStory]) -> tuple[PlainText, ...]:
    return tuple(dict.fromkeys(plain_text(topic) for item in stories for topic in item.topics))


def _title(leads: Sequence[Entry]) -> PlainText:
    """Return the title to begin with; the search of the site takes that of a page for HTML, so it has no tags."""
    if len(leads) > 1:
        return plain_text("What I read this week")
    return plain_text(_heading(leads[0]).translate({ord("<"): "‹", ord(">"): "›"}))


def _heading(entry: Entry) -> PlainText:
    return entry.title or plain_text(f"From {entry.publisher or entry.link}")


def _take(entry: Entry, articles: Mapping[SafeUrl, Snapshot], quote_words: int) -> str:
    assert entry.link is not None
    quoted = quotation(entry, articles.get(entry.link), quote_words)
    parts = [f"## {markdown_link(_heading(entry), entry.link)}"]
    parts += [f"> {to_markdown(quoted)}"] if quoted else []
    return "\n\n".join([*parts, posts.PROMPT]) + "\n"


def _source(entry: Entry, articles: Mapping[SafeUrl, Snapshot], now: datetime) -> Source:
    assert entry.link is not None
    article = articles.get(entry.link)
    return Source(
        url=entry.link,
        title=entry.title,
        publisher=entry.publisher,
        published=entry.published.date() if entry.published and entry.published <= entry.first_seen else None,
        accessed=(article.taken_at if article else now).date(),
        snapshot=article.digest if article else digest(entry),
    )

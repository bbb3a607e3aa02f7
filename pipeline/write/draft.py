"""A shortlist to a draft: everything but the author's words, which no program writes."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Final

from pipeline import post as posts
from pipeline.errors import WriteError, template_place
from pipeline.html import markdown_link, plain_text, to_markdown
from pipeline.model import Kind, Post, Source
from pipeline.write.quoted.words import digest, quotation
from pipeline.write.reports import differences, others

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from datetime import datetime

    from pipeline.model import Entry, PlainText, RankedStory, SafeUrl, Snapshot

_TEMPLATES: Final = Path(__file__).parent / "templates"


_LONGER_VIEW: Final = (
    "one thought that will still hold in a year, under a heading of its own. Leave it out if you have none this week."
)
_GIVING_BACK: Final = (
    "an opening, an introduction, a thank-you, an event, under a heading of its own: what is in it for your readers?"
)


def draft(
    stories: Sequence[RankedStory],
    articles: Mapping[SafeUrl, Sequence[Snapshot]],
    now: datetime,
    quote_words: int,
    templates: Path | None = None,
) -> Post:
    """Return a post with one take for each of ``stories``: heading, quotation, and a place for the words.

    ``articles`` are the texts of the articles that were taken, by their links, the newest first; ``templates`` is a
    folder with the author's own edition.md or link.md. Raises ``WriteError`` where one of these is broken.
    """
    leads = [item.story.lead for item in stories]
    taken = {link: found[0] for link, found in articles.items() if found}
    kind = Kind.LINK if len(leads) == 1 else Kind.EDITION
    made = Post(
        date=now.date(),
        title=_title(leads),
        topics=_topics(stories),
        kind=kind,
        sources=tuple(_source(item, taken, now) for item in stories),
        body=_filled(templates, f"{kind}.md", _context(stories, taken, quote_words)),
    )
    return posts.parse(posts.render(made))


def _context(
    stories: Sequence[RankedStory], articles: Mapping[SafeUrl, Snapshot], quote_words: int
) -> Mapping[str, object]:
    """Return what a template of a draft may use; the manual's chapter Write lists it."""
    return {
        "takes": [_take(item, articles, quote_words) for item in stories],
        "opening": posts.OPENING,
        "excerpt_end": posts.EXCERPT_END,
        "longer_view": posts.prompt("A longer view", _LONGER_VIEW),
        "giving_back": posts.prompt("Giving back", _GIVING_BACK),
    }


def _filled(folder: Path | None, name: str, context: Mapping[str, object]) -> str:
    """Return the author's template, or that which comes with Byline, filled in."""
    from jinja2 import ChoiceLoader, Environment, FileSystemLoader, StrictUndefined

    folders = [folder, _TEMPLATES] if folder else [_TEMPLATES]
    environment = Environment(
        loader=ChoiceLoader([FileSystemLoader(place) for place in folders]),
        autoescape=False,  # noqa: S701  (Markdown, and every value in it was made safe for that)
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    try:
        return environment.get_template(name).render(context).strip() + "\n"
    except Exception as error:  # an author's template may stumble in any way
        place = template_place(error, folder or _TEMPLATES)
        raise WriteError(f"{place}: the draft's template is broken: {error}") from error


def _topics(stories: Sequence[RankedStory]) -> tuple[PlainText, ...]:
    return tuple(dict.fromkeys(plain_text(topic) for item in stories for topic in item.topics))


def _title(leads: Sequence[Entry]) -> PlainText:
    """Return the title to begin with; the search of the site takes that of a page for HTML, so it has no tags."""
    if len(leads) > 1:
        return plain_text("What I read this week")
    return plain_text(_heading(leads[0]).translate({ord("<"): "‹", ord(">"): "›"}))


def _heading(entry: Entry) -> PlainText:
    return entry.title or plain_text(f"From {entry.publisher or entry.link}")


def _take(item: RankedStory, articles: Mapping[SafeUrl, Snapshot], quote_words: int) -> Mapping[str, object]:
    entry = item.story.lead
    assert entry.link is not None
    quoted = quotation(entry, articles.get(entry.link), quote_words)
    return {
        "heading": f"## {markdown_link(_heading(entry), entry.link)}",
        "quotation": to_markdown(quoted) if quoted else "",
        "notes": list(_notes(item)),
        "words": posts.PROMPT,
    }


def _notes(item: RankedStory) -> Iterator[str]:
    """Yield what the author should know of a story: who else reports it, how they differ, what they wrote of it."""
    if also := others(item.story):
        yield posts.prompt("Also reported by", f"{', '.join(also)}.")
    if differ := differences(item.story):
        yield posts.prompt("They differ", f"{'; '.join(differ)}.")
    if item.written:
        yield posts.prompt("You wrote about this", f"on {item.written.date}, “{item.written.title}”.")


def _source(item: RankedStory, articles: Mapping[SafeUrl, Snapshot], now: datetime) -> Source:
    entry = item.story.lead
    assert entry.link is not None
    article = articles.get(entry.link)
    return Source(
        url=entry.link,
        title=entry.title,
        publisher=entry.publisher,
        authors=entry.authors,
        topics=tuple(plain_text(topic) for topic in item.topics),
        published=entry.published.date() if entry.published and entry.published <= entry.first_seen else None,
        accessed=(article.taken_at if article else now).date(),
        snapshot=article.digest if article else digest(entry),
    )

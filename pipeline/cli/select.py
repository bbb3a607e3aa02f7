"""``byline select``."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from pipeline.cli.talk import app, counted, json_option, report, working, wrapped
from pipeline.model import Snapshot

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from pipeline.model import RankedStory, Unreadable


@click.command()
@click.option("--articles", is_flag=True, help="Read the article of each story too, to check quotations against.")
@json_option
@click.pass_context
def select(context: click.Context, *, articles: bool, as_json: bool) -> int:
    """Show the stories worth your time, best first, with the reasons of each.

    The number before a story is its id: `byline write 17 42` drafts a post about just these two.

    \b
    Example:
      byline select
      byline select --articles
    """
    read: dict[str, Snapshot | Unreadable] = {}
    with app(context) as opened:
        with working("Grouping and ranking"):
            shortlist = opened.select()
        days = opened.settings.select.days
        if articles:
            with working("Reading articles"):
                opened.feeds.articles(shortlist, read.__setitem__)
    lines = [line for place, item in enumerate(shortlist, start=1) for line in _lines(place, item)]
    nothing = f"No story of the last {counted(days, 'day')} is waiting: run `byline pull`, or widen select.days."
    told = {"stories": [_data(item) | _article(item, read) for item in shortlist]}
    report(told, *(lines or [nothing]), *_article_lines(read), as_json=as_json)
    return 0


def _article(item: RankedStory, read: Mapping[str, Snapshot | Unreadable]) -> dict[str, Any]:
    found = read.get(item.story.lead.link or "")
    if found is None:
        return {"article": None}
    if isinstance(found, Snapshot):
        return {"article": {"taken_at": found.taken_at, "digest": found.digest, "words": len(found.text.split())}}
    return {"article": {"error": found.cause}}


def _article_lines(read: Mapping[str, Snapshot | Unreadable]) -> Iterator[str]:
    if not read:
        return
    taken = [found for found in read.values() if isinstance(found, Snapshot)]
    yield ""
    left = f", {len(read) - len(taken)} not" if len(taken) < len(read) else ""
    yield f"{counted(len(taken), 'article')} read{left}."
    for url, found in read.items():
        if isinstance(found, Snapshot):
            yield f"  read      {url} ({counted(len(found.text.split()), 'word')})"
        else:
            yield f"  not read  {url} {found.cause}"


def _lines(place: int, item: RankedStory) -> Iterator[str]:
    lead = item.story.lead
    if place > 1:
        yield ""
    yield click.style(wrapped(f"[{item.story.id}] {lead.title or lead.publisher}"), bold=True)
    yield f"    {lead.link or 'no link'}"
    for reason in item.reasons:
        yield wrapped(f"{reason.points:5.2f}  {reason.name}: {reason.because}", "    ")


def _data(item: RankedStory) -> dict[str, Any]:
    lead = item.story.lead
    return {
        "id": item.story.id,
        "title": lead.title,
        "link": lead.link,
        "score": round(item.score, 2),
        "topics": item.topics,
        "reasons": item.reasons,
        "publishers": item.story.publishers,
        "entries": [
            {
                "id": entry.id,
                "title": entry.title,
                "link": entry.link,
                "publisher": entry.publisher,
                "dated": entry.dated,
            }
            for entry in item.story.entries
        ],
    }

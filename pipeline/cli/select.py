"""``byline select``."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from pipeline.cli.talk import app, counted, json_option, report, working, wrapped

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pipeline.model import RankedStory


@click.command()
@json_option
@click.pass_context
def select(context: click.Context, *, as_json: bool) -> int:
    """Show the stories worth your time, best first, with the reasons of each.

    The number before a story is its id: `byline write 17 42` drafts a post about just these two.

    \b
    Example:
      byline select
    """
    with app(context) as opened:
        with working("Grouping and ranking"):
            shortlist = opened.select()
        days = opened.settings.select.days
    lines = [line for place, item in enumerate(shortlist, start=1) for line in _lines(place, item)]
    nothing = f"No story of the last {counted(days, 'day')} is waiting: run `byline pull`, or widen select.days."
    report({"stories": list(map(_data, shortlist))}, *(lines or [nothing]), as_json=as_json)
    return 0


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

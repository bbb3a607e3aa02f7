"""``byline connect``."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from pipeline.cli.talk import app, counted, json_option, report, wrapped

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from pipeline.model import Mention


@click.command()
@click.option("--days", type=click.IntRange(1, 3650), default=8, show_default=True, help="How many days back to look.")
@json_option
@click.pass_context
def connect(context: click.Context, days: int, *, as_json: bool) -> int:
    """Say whom of your network the news names, and in which sentence.

    It looks for the organisations and people under connect: in byline.yml, in all that was pulled. What you do with
    it is up to you: nothing is ever sent to anybody.

    \b
    Example:
      byline connect --days 14
    """
    with app(context) as opened:
        found = opened.connect(days)
        watched = len(opened.settings.connect.organisations) + len(opened.settings.connect.people)
    lines = [line for (name, _), mentions in _by_story(found).items() for line in _lines(name, mentions)]
    if not watched:
        lines = ["Nobody is watched yet: name organisations and people under connect: in byline.yml."]
    elif not found:
        lines = [f"None of the {watched} names you watch was in the news of the last {counted(days, 'day')}."]
    data = [
        {
            "name": mention.name,
            "because": mention.because,
            "title": mention.entry.title,
            "link": mention.entry.link,
            "publisher": mention.entry.publisher,
            "dated": mention.entry.dated,
            "story": mention.story,
        }
        for mention in found
    ]
    report({"mentions": data}, *lines, as_json=as_json)
    return 0


def _by_story(found: Sequence[Mention]) -> Mapping[tuple[str, str], list[Mention]]:
    """Return the mentions of each name by what they report: several newsrooms may tell one story."""
    grouped: dict[tuple[str, str], list[Mention]] = {}
    for mention in found:
        report = f"story {mention.story}" if mention.story else f"entry {mention.entry.id}"
        grouped.setdefault((mention.name, report), []).append(mention)
    return grouped


def _lines(name: str, mentions: Sequence[Mention]) -> Iterator[str]:
    story = f", story [{mentions[0].story}] of your shortlist" if mentions[0].story else ""
    yield click.style(f"{name} is in the news{story}", bold=True)
    for mention in mentions:
        entry = mention.entry
        yield f"    {entry.publisher}, {entry.dated:%Y-%m-%d}"
        yield wrapped(mention.because, "        ")
        yield f"        {entry.link or entry.title}"

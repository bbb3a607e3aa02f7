"""``byline connect``: the news of the network itself; each other word of it is in a module of its own."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import click

from pipeline.cli.lazy import Lazy
from pipeline.cli.notes import match_data, match_lines
from pipeline.cli.talk import app, command, counted, json_option, report, wrapped

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from pipeline.model import Mention

COMMANDS: Final = {
    "import": "people:import_people",
    "people": "people:people",
    "show": "people:show",
    "add": "people:add",
    "edit": "people:edit",
    "merge": "people:merge",
    "export": "people:export",
    "erase": "people:erase",
    "organisations": "organisations:organisations",
    "organisation": "organisations:organisation",
    "log": "touches:log",
    "due": "touches:due",
    "snooze": "touches:snooze",
    "leave-alone": "touches:leave_alone",
    "note": "notes:note",
    "introduce": "notes:introduce",
    "service": "service:service",
}
"""In the order in which one comes to need them. Each is where ``Lazy`` finds it."""


class _Commands(Lazy):
    places = COMMANDS


@click.group(cls=_Commands, invoke_without_command=True)
@click.option("--days", type=click.IntRange(1, 3650), default=8, show_default=True, help="How many days back to look.")
@json_option
@click.pass_context
def connect(context: click.Context, days: int, *, as_json: bool) -> int:
    """Say whom of your network the news names, whom to tell of what and why, and keep who is in it.

    Without another word, it looks for those whom you watch in all that was pulled, and for the stories and posts of
    yours that fit those whom you know. What you do with it is up to you: nothing is ever sent to anybody.

    \b
    Example:
      byline connect --days 14
    """
    return _news(context, days, as_json=as_json) if context.invoked_subcommand is None else 0


def _news(context: click.Context, days: int, *, as_json: bool) -> int:
    """Say whom of the network the news names, in which sentence, and whom to tell of what, and why."""
    with app(context) as opened:
        found, matches = opened.connect(days), opened.matches.matches(days)
        watched = len(opened.settings.connect.organisations) + len(opened.settings.connect.people)
    lines = [line for (name, _), mentions in _by_story(found).items() for line in _lines(name, mentions)]
    if not watched and not matches:
        lines = ["Nobody is watched yet: name organisations and people under connect: in byline.yml."]
    elif watched and not found:
        lines = [f"None of the {watched} names you watch was in the news of the last {counted(days, 'day')}."]
    named = {mention.name for mention in found}
    others = [each for each in matches if each.person or (each.organisation and each.organisation.name not in named)]
    if others:
        lines += ["", click.style("Whom to tell of what:", bold=True)]
        lines += [line for each in others for line in match_lines(each)]
        lines.append(f"`{command('connect', 'note')} PERSON` prepares a note.")
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
    report({"mentions": data, "matches": list(map(match_data, matches))}, *lines, as_json=as_json)
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

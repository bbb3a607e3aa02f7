"""``note`` and ``introduce`` of ``byline connect``: what to say to whom, prepared for the author to send by hand."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from pipeline.cli.talk import app, counted, json_option, report, shown, wrapped, write_file
from pipeline.connect.note import SHARE
from pipeline.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from pipeline.app import App
    from pipeline.model import Introduction, Match, Note, Person

_WAYS = ("text", "mailto", "eml")
_as = click.option("--as", "way", type=click.Choice(_WAYS), default="text", show_default=True, help="How to give it.")
_to = click.option(
    "--to", "file", metavar="FILE", type=click.Path(dir_okay=False, path_type=Path), help="Write it into FILE."
)


@click.command()
@click.argument("person", required=False)
@click.option("--kind", default="", metavar="KIND", help="Which template: a file of overrides/notes, as share.")
@click.option("--about", default="", metavar="STORY", help="A story's id, or a link; else what fits the person best.")
@_as
@_to
@click.option("--sent", is_flag=True, help="Say that you sent the note which waits: it counts as a touch.")
@click.option("--days", type=click.IntRange(1, 3650), default=8, show_default=True, help="How many days back to look.")
@json_option
@click.pass_context
def note(
    context: click.Context,
    person: str | None,
    *,
    kind: str,
    about: str,
    way: str,
    file: Path | None,
    days: int,
    sent: bool,
    as_json: bool,
) -> int:
    """Prepare a note to PERSON about a story; without PERSON, say for whom there is one, and what waits.

    Nothing is sent: copy the text, or open it in your mail program, make it yours, send it, and say so with --sent.

    \b
    Example:
      byline connect note
      byline connect note "Wim Daelman" --kind congratulate
      byline connect note "Wim Daelman" --sent
    """
    with app(context) as opened:
        if person is None:
            return _overview(opened, days, as_json=as_json)
        whom = opened.network.find(person)
        if sent:
            done = opened.matches.sent(whom, kind)
            data = {"note": _note(done, whom)}
            report(data, f"Noted: you sent {whom.name} “{done.subject or done.kind}”.", as_json=as_json)
            return 0
        made = opened.matches.prepare(whom, kind or SHARE, about)
        return _give(opened, [whom], made, way, file, as_json=as_json)


@click.command()
@click.argument("people", nargs=-1)
@_as
@_to
@json_option
@click.pass_context
def introduce(context: click.Context, people: tuple[str, ...], way: str, file: Path | None, *, as_json: bool) -> int:
    """Say who would profit from whom, and why; with two PEOPLE, prepare the note that introduces them.

    \b
    Example:
      byline connect introduce
      byline connect introduce "Wim Daelman" "Ana Ruiz"
    """
    if len(people) not in {0, 2}:
        raise UsageError("name two people to introduce, or none to see who would profit from whom")
    with app(context) as opened:
        if not people:
            found = opened.matches.introductions()
            lines = [line for each in found for line in _introduction_lines(each)]
            nobody = "Nobody stands out: topics and notes of more people tell who would profit from whom."
            report({"introductions": list(map(_introduction, found))}, *(lines or [nobody]), as_json=as_json)
            return 0
        both = [opened.network.find(each) for each in people]
        if both[0].id == both[1].id:
            raise UsageError(f"{both[0].name} knows {both[1].name}: name two people")
        made = opened.matches.prepare_introduction(*both)
        return _give(opened, both, made, way, file, as_json=as_json)


def _overview(opened: App, days: int, *, as_json: bool) -> int:
    """Tell who is to be told of what, and which notes wait."""
    found, waiting = opened.matches.matches(days), opened.matches.waiting()
    lines = [line for match in found for line in match_lines(match)]
    if not found:
        lines = [f"Nothing of the last {counted(days, 'day')} gives a reason to write to anybody."]
    if waiting:
        lines += ["", click.style(f"{counted(len(waiting), 'note')} prepared and not sent yet:", bold=True)]
        lines += [f"    {whom.name}: {each.subject or each.kind} ({each.made_at:%Y-%m-%d})" for each, whom in waiting]
    data = {"matches": list(map(match_data, found)), "waiting": [_note(each, whom) for each, whom in waiting]}
    report(data, *lines, as_json=as_json)
    return 0


def _give(opened: App, people: Sequence[Person], made: Note, way: str, file: Path | None, *, as_json: bool) -> int:
    """Print a note in the way that was asked for, or write it into a file."""
    text = f"{made.subject}\n\n{made.text}" if made.subject else made.text
    given = {
        "text": lambda: text.encode() + b"\n",
        "mailto": lambda: opened.matches.mailto(people, made).encode() + b"\n",
        "eml": lambda: opened.matches.draft(people, made),
    }[way]()
    if file:
        write_file(file, given, private=True)
    lines = [f"{shown(file)} is written; nothing was sent."] if file else [given.decode().rstrip()]
    report({"note": _note(made, people[0])}, *lines, as_json=as_json)
    return 0


def match_lines(match: Match) -> Iterator[str]:
    """Yield what is said of a match: who, each reason in a sentence, and what it is about."""
    who = match.person.name if match.person else match.organisation.name if match.organisation else ""
    story = f", story [{match.subject.story}]" if match.subject.story else ""
    yield click.style(f"{who}{story}", bold=True)
    for reason in match.reasons:
        yield wrapped(reason.because, "    ")
    yield f"    {match.subject.link or match.subject.title}"


def _introduction_lines(found: Introduction) -> Iterator[str]:
    yield click.style(f"{found.one.name} and {found.other.name}", bold=True)
    for reason in found.reasons:
        yield wrapped(reason.because, "    ")


def match_data(match: Match) -> dict[str, Any]:
    """Return a match as it is reported in JSON."""
    return {
        "person": match.person.name if match.person else None,
        "organisation": match.organisation.name if match.organisation else None,
        "because": [reason.because for reason in match.reasons],
        "is_news": match.is_news,
        "title": match.subject.title,
        "link": match.subject.link,
        "story": match.subject.story,
    }


def _introduction(found: Introduction) -> dict[str, Any]:
    reasons = [reason.because for reason in found.reasons]
    return {"one": found.one.name, "other": found.other.name, "because": reasons}


def _note(note: Note, person: Person) -> dict[str, Any]:
    return {
        "person": person.name,
        "kind": note.kind,
        "about": note.about,
        "subject": note.subject,
        "text": note.text,
        "made_at": note.made_at,
    }

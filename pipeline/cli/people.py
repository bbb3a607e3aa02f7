"""``byline connect import``, ``people``, ``show``, ``add``, ``edit``, ``export`` and ``erase``."""

from __future__ import annotations

import sys
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import click

from pipeline.app.joined import cards_of, forget
from pipeline.cli.talk import app, command, counted, json_option, report, shown, working, write_private

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from pipeline.connect.importing import Imported
    from pipeline.model import Person

_MOST_SHOWN: Final = 20

_ONE: Final = ("role", "organisation", "place", "met", "notes", "birthday")
_SEVERAL: Final = {"mail": "emails", "phone": "phones", "profile": "profiles", "tag": "tags", "topic": "topics"}


@click.command("import")
@click.argument("files", nargs=-1, required=True, type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--dry-run", is_flag=True, help="Say what would change, and change nothing.")
@json_option
@click.pass_context
def import_people(context: click.Context, files: Sequence[Path], *, dry_run: bool, as_json: bool) -> int:
    """Take in the people of files: LinkedIn, Google and Outlook CSV, vCard, Markdown or YAML by hand.

    Whoever is known already is added to, and what changed is shown. A line or card that cannot be read is named and
    kept aside; the rest is taken. Nobody becomes a reader of your letter by it. The exit code is 1 where something was
    refused.

    \b
    Example:
      byline connect import Connections.csv contacts.vcf
    """
    with app(context) as opened, working("Reading who is known"):
        imported = [opened.network.import_file(file, dry_run=dry_run) for file in files]
    lines = [line for each in imported for line in _import_lines(each, dry_run=dry_run)]
    report({"files": [_import_data(each) for each in imported]}, *lines, as_json=as_json)
    return int(any(each.refusals for each in imported))


def _import_data(each: Imported) -> Mapping[str, Any]:
    return {
        "file": each.file,
        "added": each.added,
        "changed": each.changed,
        "unchanged": each.unchanged,
        "organisations": each.organisations,
        "merged": each.merged,
        "refused": [{"line": refused.line, "because": refused.because} for refused in each.refused],
        "refusals": each.refusals,
        "kept_in": each.kept_in,
    }


def _import_lines(each: Imported, *, dry_run: bool) -> Iterator[str]:
    for merged in each.merged[:_MOST_SHOWN]:
        same = merged.told if merged.told == merged.known else f"{merged.told} is {merged.known}"
        changed = ", ".join(name.replace("_", " ") for name in merged.changed)
        yield f"{shown(each.file)}:{merged.line}: {same}, known by {merged.by}: {changed}"
    if each.changed > _MOST_SHOWN:
        yield f"  and {each.changed - _MOST_SHOWN} more who were known; --json tells of a thousand"
    for refused in each.refused[:_MOST_SHOWN]:
        yield f"{shown(each.file)}:{refused.line}: {refused.because}"
    if each.refusals > _MOST_SHOWN:
        yield f"  and {each.refusals - _MOST_SHOWN} more that were refused"
    would = "Would add" if dry_run else "Added"
    told = f"{would} {counted(each.added, 'person', 'people')}, {each.changed} changed, {each.unchanged} as they were"
    told += f", {counted(each.organisations, 'organisation')}" if each.organisations else ""
    yield f"{told}; {each.refusals} refused."
    if each.kept_in:
        yield f"What was refused is in {shown(each.kept_in)}: mend it there, and import that file."


@click.command()
@click.argument("words", nargs=-1)
@click.option("--tag", default="", help="Only those with this tag.")
@click.option("--watched", is_flag=True, help="Only those whose news you want to know.")
@click.option("--limit", type=click.IntRange(1), default=100, show_default=True, help="How many to show at most.")
@json_option
@click.pass_context
def people(context: click.Context, words: Sequence[str], tag: str, limit: int, *, watched: bool, as_json: bool) -> int:
    """List whom you know, or those in whose name, place, tags, topics or notes all of WORDS stand.

    \b
    Example:
      byline connect people --tag ports
    """
    with app(context) as opened:
        found = opened.network.people(" ".join(words), tag=tag, is_watched=watched)
        some = list(islice(found, limit))
        is_more = next(found, None) is not None
    lines = [_in_a_line(person) for person in some]
    told = f"{counted(len(some), 'person', 'people')}{', and more: name a word, or set --limit' if is_more else ''}."
    report({"people": [_brief(person) for person in some], "is_more": is_more}, *lines, told, as_json=as_json)
    return 0


def _brief(person: Person) -> Mapping[str, Any]:
    names = (
        "id",
        "name",
        "role",
        "organisation",
        "emails",
        "profiles",
        "tags",
        "topics",
        "is_watched",
        "is_left_alone",
    )
    return {name: getattr(person, name) for name in names}


def _in_a_line(person: Person) -> str:
    work = ", ".join(part for part in (person.role, person.organisation) if part)
    tags = " ".join(f"#{tag.replace(' ', '-')}" for tag in person.tags)
    return "  ".join(part for part in (f"[{person.id}]", person.name, work, tags) if part)


@click.command()
@click.argument("person")
@json_option
@click.pass_context
def show(context: click.Context, person: str, *, as_json: bool) -> int:
    """Show everything that is kept of one person, whom a number, an address, a profile or a name means.

    \b
    Example:
      byline connect show "Ana Ruiz"
    """
    with app(context) as opened:
        kept = opened.network.show(person)
    found: Person = kept["person"]
    lines = [click.style(_in_a_line(found), bold=True), *_facts(found)]
    lines += [f"{each.at:%Y-%m-%d}  {each.kind}  {each.about} {each.link or ''}".rstrip() for each in kept["touches"]]
    lines += [f"{each['made_at']:%Y-%m-%d}  prepared note  {each['text']}" for each in kept["notes"]]
    report({**kept, "person": found}, *lines, as_json=as_json)
    return 0


def _facts(person: Person) -> Iterator[str]:
    names = ("former", "emails", "phones", "profiles", "place", "tags", "topics", "met", "notes", "birthday")
    for name in (*names, "connected_on", "works_since", "ideal_days", "latest_days", "snoozed_until", "added_at"):
        value = getattr(person, name)
        if value:
            said = ", ".join(value) if isinstance(value, tuple) else str(value)
            yield f"  {name.replace('_', ' '):<13} {said}"
    yield from (f"  set aside     {each.fact.replace('_', ' ')}: {each.said}" for each in person.aside)
    if person.is_watched:
        yield "  You watch for news of them."
    if person.is_left_alone:
        yield "  It is never their turn."


def _described(called: Callable[..., Any]) -> Callable[..., Any]:
    """Give a command the options that say something of a person."""
    options = [
        click.option("--role", help="What they do."),
        click.option("--organisation", help="Where they work; where they worked before is kept."),
        click.option("--mail", multiple=True, help="A mail address; it makes nobody a reader."),
        click.option("--phone", multiple=True, help="A telephone number."),
        click.option("--profile", multiple=True, help="The web address of a profile or page of theirs."),
        click.option("--place", help="The town."),
        click.option("--tag", multiple=True, help="A tag, by which connect.cadence may say how often to be in touch."),
        click.option("--topic", multiple=True, help="A topic that they care about."),
        click.option("--met", help="How you met."),
        click.option("--notes", help="What else you want to remember; it takes the place of what stands there."),
        click.option("--birthday", help="As 1971-04-12, or as --04-12 without the year."),
        click.option("--since", help="The day on which they began where they work."),
        click.option("--ideal", help="After how many days it is their turn: 30, 90, 180, 365 or any other."),
        click.option("--latest", help="After how many days it is late."),
        click.option("--watch/--no-watch", default=None, help="Tell when the news names them."),
    ]
    for option in reversed(options):
        called = option(called)
    return called


def _said(given: Mapping[str, Any]) -> dict[str, Sequence[str]]:
    said: dict[str, Sequence[str]] = {name: [given[name]] for name in _ONE if given[name] is not None}
    said |= {field: given[option] for option, field in _SEVERAL.items() if given[option]}
    dated = {"since": "works_since", "ideal": "ideal_days", "latest": "latest_days"}
    return said | {field: [given[option]] for option, field in dated.items() if given[option] is not None}


@click.command()
@click.argument("name")
@_described
@json_option
@click.pass_context
def add(context: click.Context, /, name: str, *, watch: bool | None, as_json: bool, **given: Any) -> int:
    """Add one person.

    \b
    Example:
      byline connect add "Ana Ruiz" --organisation Westmark --tag ports --met "at the port congress"
    """
    flags = {"is_watched": ["yes"]} if watch else {}
    with app(context) as opened:
        person = opened.network.add({"name": [name], **_said(given), **flags})
    report({"added": person}, f"Added [{person.id}] {person.name}.", as_json=as_json)
    return 0


@click.command()
@click.argument("person")
@click.option("--name", help="What they are called.")
@_described
@click.option("--remove-tag", multiple=True, help="A tag to take from them; no import brings it back.")
@click.option("--remove-topic", multiple=True, help="A topic to take from them.")
@click.option("--remove-mail", multiple=True, help="A mail address to take from them.")
@json_option
@click.pass_context
def edit(context: click.Context, /, person: str, *, watch: bool | None, as_json: bool, **given: Any) -> int:
    """Change what is known of a person; an empty value clears what stands there. No import overwrites it.

    \b
    Example:
      byline connect edit "Ana Ruiz" --tag close --topic automation --ideal 30 --latest 60 --watch
    """
    said = _said(given) | ({"name": [given["name"]]} if given["name"] else {})
    taken = {"tags": given["remove_tag"], "topics": given["remove_topic"], "emails": given["remove_mail"]}
    taken = {name: values for name, values in taken.items() if values}
    with app(context) as opened:
        found = opened.network.edit(person, said, taken, is_watched=watch)
    report({"changed": found}, _in_a_line(found), *_facts(found), as_json=as_json)
    return 0


@click.command()
@click.argument("person")
@click.argument("other")
@click.option("--yes", is_flag=True, help="Do not ask before.")
@json_option
@click.pass_context
def merge(context: click.Context, person: str, other: str, *, yes: bool, as_json: bool) -> int:
    """Make one of two records of the same person: OTHER becomes part of PERSON, with every touch and note.

    Where the two do not agree, what PERSON says stands, and the other is set aside. It is not undone by a command:
    both records as they were are written into a file.

    \b
    Example:
      byline connect merge "Ana Ruiz" 57
    """
    from pipeline.connect.contacts.written import vcards

    with app(context) as opened:
        one, two = (opened.network.find(each) for each in (person, other))
        if not yes and sys.stdin.isatty():
            click.confirm(f"Make {_in_a_line(two)} part of {_in_a_line(one)}?", abort=True, err=True)
        file = cards_of(opened.settings.state, one.id, two.id)
        whole = opened.network.merge(str(one.id), str(two.id), lambda both: write_private(file, vcards(both)))
    told = f"[{two.id}] {two.name} is part of [{one.id}] {one.name}; both as they were are in {shown(file)}."
    data = {"merged": whole, "gone": two.id, "before": file}
    report(data, told, *_facts(whole), as_json=as_json)
    return 0


_FORMATS: Final = {"vcard4": ".vcf", "vcard3": ".vcf", "csv": ".csv"}


@click.command()
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path), required=False)
@click.option(
    "--format",
    "as_format",
    type=click.Choice(list(_FORMATS)),
    help="vCard 4.0, which is so without it; 3.0 for older programs; or CSV, which is so for a FILE.csv.",
)
@click.pass_context
def export(context: click.Context, file: Path | None, as_format: str | None) -> int:
    """Write everybody as vCard or CSV, to FILE, which you alone can read, or to stdout.

    \b
    Example:
      byline connect export people.vcf
    """
    from pipeline.connect.contacts.written import table, vcards

    chosen = as_format or ("csv" if file and file.suffix.lower() == ".csv" else "vcard4")

    def write(everybody: Iterator[Person]) -> None:
        parts = table(everybody) if chosen == "csv" else vcards(everybody, "3.0" if chosen == "vcard3" else "4.0")
        if file is None:
            for part in parts:
                click.echo(part, nl=False)
        else:
            write_private(file, parts)

    with app(context) as opened:
        opened.network.export(write)
    return 0


@click.command()
@click.argument("person")
@json_option
@click.pass_context
def erase(context: click.Context, person: str, *, as_json: bool) -> int:
    """Erase one person whole: what is known of them, each touch, each note. Files that you imported stay as they are.

    \b
    Example:
      byline connect erase "Ana Ruiz"
    """
    with app(context) as opened:
        found = opened.network.erase(person)
        forget(opened.settings.state, found.id)
    mails = "".join(
        f"\nAs a reader, if they are one, they stay: {command('readers', 'erase', m)}" for m in found.emails
    )
    report({"erased": found.name}, f"Nothing is kept of {found.name} any more.{mails}", as_json=as_json)
    return 0

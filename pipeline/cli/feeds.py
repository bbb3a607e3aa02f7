"""``byline feeds``."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from pipeline.cli.talk import app, counted, json_option, plain, report, write_file
from pipeline.model import ParsedFeed

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pipeline.model import Unreadable
    from pipeline.pull.health import FeedHealth
    from pipeline.settings.sections import Settings


@click.group(invoke_without_command=True)
@json_option
@click.pass_context
def feeds(context: click.Context, *, as_json: bool) -> int:
    """List, add, remove, import, export and look into feeds.

    \b
    Example:
      byline feeds add https://example.org/feed.xml
      byline feeds
    """
    if context.invoked_subcommand is None:
        code: int = context.invoke(list_feeds, as_json=as_json)
        return code
    return 0


@feeds.command("list")
@json_option
@click.pass_context
def list_feeds(context: click.Context, *, as_json: bool) -> int:
    """Show the feeds of byline.yml and how each has fared.

    \b
    Example:
      byline feeds list
    """
    with app(context) as opened:
        healths = opened.feeds()
    lines = [_health_line(health) for health in healths] or ["No feed yet: add one with `byline feeds add URL`."]
    report({"feeds": healths}, *lines, as_json=as_json)
    return 0


def _health_line(health: FeedHealth) -> str:
    name = health.title or health.url
    if health.error:
        state = f"{health.error}; {counted(health.failures, 'failure')} in a row"
    elif health.checked_at is None:
        state = "not pulled yet"
    else:
        newest = f", newest {health.newest:%Y-%m-%d}" if health.newest else ""
        state = f"{counted(health.entries, 'entry', 'entries')}{newest}"
        state += f"; repaired: {'; '.join(health.repairs)}" if health.repairs else ""
    return f"{name}: {state}" + (f"\n    {health.url}" if health.title else "")


@feeds.command("add")
@click.argument("url")
@click.option("--title", default="", help="What you call the feed; without it, its own title is used.")
@click.option("--allow-private", is_flag=True, help="Allow an address inside your own network.")
@click.option("--no-check", is_flag=True, help="Add it without looking whether it is a feed.")
@json_option
@click.pass_context
def add(context: click.Context, url: str, title: str, *, allow_private: bool, no_check: bool, as_json: bool) -> int:
    """Add the feed at URL to byline.yml, once it has been seen to be one.

    \b
    Example:
      byline feeds add https://example.org/feed.xml --title "Example"
    """
    with app(context) as opened:
        seen = opened.add_feed(url, title, allow_private=allow_private, look=not no_check)
    about = f"“{seen.title}”, {counted(len(seen.entries), 'entry', 'entries')}" if seen else "not looked at"
    report(
        {"added": url, "title": title or (seen.title if seen else "")},
        f"Added {url} ({about}).",
        as_json=as_json,
    )
    return 0


@feeds.command("remove")
@click.argument("url")
@json_option
@click.pass_context
def remove(context: click.Context, url: str, *, as_json: bool) -> int:
    """Take the feed at URL out of byline.yml; the entries pulled from it stay.

    \b
    Example:
      byline feeds remove https://example.org/feed.xml
    """
    with app(context) as opened:
        opened.remove_feed(url)
    report({"removed": url}, f"Removed {url}.", as_json=as_json)
    return 0


@feeds.command("import")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--allow-private", is_flag=True, help="Allow addresses inside your own network.")
@json_option
@click.pass_context
def import_opml(context: click.Context, file: Path, *, allow_private: bool, as_json: bool) -> int:
    """Add the feeds of an OPML file, as other feed readers export it; each refused address is named.

    \b
    Example:
      byline feeds import subscriptions.opml
    """
    with app(context) as opened:
        added, refused = opened.import_opml(file.read_bytes(), allow_private=allow_private)
    told = f"Added {counted(len(added), 'feed')}, refused {counted(len(refused), 'address', 'addresses')}."
    lines = [f"refused  {address}: is no web address" for address in refused]
    report({"added": added, "refused": refused}, *lines, told, as_json=as_json)
    return int(bool(refused))


@feeds.command("export")
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path), required=False)
@click.pass_context
def export_opml(context: click.Context, file: Path | None) -> int:
    """Write the feeds as OPML, to FILE or to stdout, for any other reader.

    \b
    Example:
      byline feeds export subscriptions.opml
    """
    with app(context) as opened:
        made = opened.export_opml()
    if file is None:
        click.echo(made, nl=False)
    else:
        write_file(file, made)
    return 0


@feeds.command("parse")
@click.argument("places", nargs=-1, required=True, metavar="FILE_OR_URL...")
@click.option("--allow-private", is_flag=True, help="Allow addresses inside your own network.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object a feed, one a line.")
@click.pass_context
def parse_feeds(context: click.Context, places: tuple[str, ...], *, allow_private: bool, as_json: bool) -> int:
    """Show what Byline sees in feeds, from files or from the web, without keeping anything.

    \b
    Example:
      byline feeds parse feed.xml https://example.org/atom.xml --json
    """
    from pipeline.app import read_feeds

    failed = False
    for place, seen in read_feeds(places, _settings(context), allow_private=allow_private):
        failed = failed or not isinstance(seen, ParsedFeed)
        if as_json:
            click.echo(json.dumps(_as_json(place, seen), ensure_ascii=False))
        else:
            click.echo("\n".join(_as_lines(place, seen)))
    return int(failed)


def _settings(context: click.Context) -> Settings | None:
    """Return the settings of the site that we stand in, or None: a feed can be looked into from anywhere."""
    from pipeline.settings import FILE, find_root, load

    folder = Path(context.obj["directory"]).resolve()
    at_home = any((place / FILE).is_file() for place in (folder, *folder.parents))
    return load(find_root(folder), context.obj["environment"]) if at_home else None


def _as_json(place: str, seen: ParsedFeed | Unreadable) -> dict[str, Any]:
    """Return what there is to see; the names of the fields are a promise, see the manual."""
    if isinstance(seen, ParsedFeed):
        entries = [
            {"id": entry.pop("uid"), **entry, "summary": entry["summary"] or entry["content"]}
            for entry in plain(seen.entries)
        ]
        return {"file": place, **plain(seen), "entries": entries, "error": None}
    empty: dict[str, Any] = {"format": None, "title": None, "link": None, "entries": [], "repairs": []}
    return {"file": place, **empty, "error": seen.cause}


def _as_lines(place: str, seen: ParsedFeed | Unreadable) -> Iterator[str]:
    if not isinstance(seen, ParsedFeed):
        yield f"{place} {seen.cause}"
        return
    yield f"{place}: {seen.format}, “{seen.title}”, {counted(len(seen.entries), 'entry', 'entries')}"
    yield from (f"  repaired: {repair}" for repair in seen.repairs)
    for entry in seen.entries:
        day = f"{entry.published:%Y-%m-%d}" if entry.published else "no date   "
        yield f"  {day}  {entry.title or '(no title)'}\n              {entry.link or '(no link)'}"

"""``byline feeds``."""

from __future__ import annotations

import json
import sys
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import click

from pipeline.cli.defused import defused_json
from pipeline.cli.talk import (
    app,
    change_in_words,
    command,
    counted,
    json_option,
    moment,
    plain,
    report,
    shown,
    write_file,
)
from pipeline.errors import UsageError
from pipeline.html import as_web_address, safe_url
from pipeline.model import ParsedFeed
from pipeline.words import moment_in_words, rhythm_in_words, spoken

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from datetime import datetime

    from pipeline.model import Unreadable
    from pipeline.pull.subscriptions.discover import Candidate
    from pipeline.pull.subscriptions.health import FeedHealth
    from pipeline.settings.sections import Settings


_QUIET: Final = timedelta(days=30)
"""After so long a feed is said to be silent."""


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
        healths, now = opened.feeds.healths(), opened.now
    lines = [line for health in healths for line in _health_lines(health, now)]
    report({"feeds": healths}, *(lines or ["No feed yet: add one with `byline feeds add URL`."]), as_json=as_json)
    return 0


def _health_lines(health: FeedHealth, now: datetime) -> Iterator[str]:
    yield f"{health.title or health.url}: {'; '.join(_state(health, now))}"
    if health.due_at and not health.paused:
        yield f"    next      {moment_in_words(health.due_at)}, {health.due_because}"
    yield from (f"    repaired  {repair}" for repair in health.repairs)
    if health.moved_to and health.moved_to != health.location:
        yield f"    moving    it says its address is now {health.moved_to}; believed if it goes on saying so"
    if health.change:
        takes = command("feeds", "undo", health.url)
        yield f"    changed   {change_in_words(health.change)}; `{takes}` takes that back"
    if health.title:
        yield f"    {health.url}"


def _state(health: FeedHealth, now: datetime) -> Iterator[str]:
    """Yield how a feed is, in a few words each: whether it can be read, what it brings, and what comes of that."""
    if health.checked_at is None:
        yield "not pulled yet"
        return
    if health.error:
        last = f"last read {moment_in_words(health.read_at)}" if health.read_at else "never read"
        yield f"{health.error}; {counted(health.failures, 'failure')} in a row, {last}"
    elif health.read_at:
        yield f"good, read {moment_in_words(health.read_at)}"
    yield counted(health.entries, "entry", "entries") + (f", {health.a_week:g} a week" if health.entries else "")
    if health.shortlisted is not None:
        yield f"{health.shortlisted:.0%} reached the shortlist"
    if health.newest:
        silent = now - health.newest
        yield f"silent for {spoken(silent)}" if silent > _QUIET else f"newest {health.newest:%Y-%m-%d}"


@feeds.command("check")
@json_option
@click.pass_context
def check(context: click.Context, *, as_json: bool) -> int:
    """Suggest which feeds to drop: gone, silent, doubled, or never of use. The exit code is 1 where there are any.

    \b
    Example:
      byline feeds check
    """
    with app(context) as opened:
        advice = opened.feeds.advice()
    lines = [f"{one.title or one.url} {one.because}\n    {one.remedy}" for one in advice]
    report({"advice": advice}, *(lines or ["Every feed earns its place, as far as can be told."]), as_json=as_json)
    return int(bool(advice))


@feeds.command("undo")
@click.argument("url")
@json_option
@click.pass_context
def undo(context: click.Context, url: str, *, as_json: bool) -> int:
    """Take back what Byline last changed by itself about the feed at URL: a move, a pause, a loss of trust in its ids.

    \b
    Example:
      byline feeds undo https://example.org/feed.xml
    """
    with app(context) as opened:
        change = opened.feeds.undo(url)
    report({"undone": change}, f"Taken back that {change_in_words(change)}.", as_json=as_json)
    return 0


@feeds.command("add")
@click.argument("url")
@click.option("--title", default="", help="What you call the feed; without it, its own title is used.")
@click.option("--topic", "topics", multiple=True, help="What you file it under; give it as often as you like.")
@click.option("--choose", type=click.IntRange(1), metavar="N", help="Of several feeds that are found, add the Nth.")
@click.option("--allow-private", is_flag=True, help="Allow an address inside your own network.")
@click.option("--no-check", is_flag=True, help="Add it without looking whether it is a feed.")
@json_option
@click.pass_context
def add(
    context: click.Context,
    url: str,
    title: str,
    topics: tuple[str, ...],
    choose: int | None,
    *,
    allow_private: bool,
    no_check: bool,
    as_json: bool,
) -> int:
    """Add the feed at URL to byline.yml; URL may be the address of a site, whose feeds are then looked for.

    \b
    Example:
      byline feeds add https://example.org/
      byline feeds add https://example.org/feed.xml --title "Example" --topic Ports
    """
    if no_check and choose:
        raise UsageError("--choose is for feeds that were looked for, and --no-check does not look")
    address = _address(url)
    with app(context) as opened:
        looked = None if no_check else opened.feeds.discover(address, allow_private=allow_private)
        found, trouble = (looked.candidates, looked.trouble) if looked else ((), "")
        chosen = _chosen(found, choose, sure=not trouble, ask=not as_json)
        if found and chosen is None:
            has = f"{trouble}, but its site has {counted(len(found), 'feed')}" if trouble else f"has {len(found)} feeds"
            lines = [f"{url} {has}; add one with --choose N:", *_candidate_lines(found)]
            report({"added": None, "title": None, "candidates": found}, *lines, as_json=as_json)
            return 1
        added = chosen.url if chosen else address
        opened.feeds.add(added, title, [topic for topic in topics if topic.strip()], allow_private=allow_private)
    about = _about(chosen) if chosen else "not looked at"
    told = {"added": added, "title": title or (chosen.title if chosen else ""), "candidates": found}
    report(told, f"Added {added} ({about}).", as_json=as_json)
    return 0


def _address(typed: str) -> str:
    """Return what was typed as the address that it is. Raises ``UsageError`` where it is none."""
    address = as_web_address(typed)
    if safe_url(address, tracking=True) is None:
        raise UsageError(f"“{typed}” is no web address; it looks like https://example.org/feed.xml")
    return address


def _chosen(found: Sequence[Candidate], choose: int | None, *, sure: bool, ask: bool) -> Candidate | None:
    """Return the one feed of ``found`` if that is ``sure``, or that which the author chooses; None if nobody did."""
    if choose is not None and choose > len(found):
        raise UsageError(f"--choose {choose} is more than the {counted(len(found), 'feed')} found")
    if choose is None and len(found) > 1 and ask and sys.stdin.isatty():
        click.echo("\n".join(_candidate_lines(found)), err=True)
        choose = click.prompt("Which one", type=click.IntRange(1, len(found)), default=1, err=True)
    if choose is None:
        return found[0] if sure and len(found) == 1 else None
    return found[choose - 1]


def _candidate_lines(found: Sequence[Candidate]) -> Iterator[str]:
    for number, candidate in enumerate(found, start=1):
        yield f"  {number}  {_about(candidate)}\n     {candidate.url}"


def _about(candidate: Candidate) -> str:
    often = rhythm_in_words(candidate.every)
    newest = f"newest {candidate.newest:%Y-%m-%d}" if candidate.newest else ""
    told = (f"“{candidate.title}”", counted(candidate.entries, "entry", "entries"), often, newest)
    return ", ".join(part for part in told if part)


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
        listed = [feed.url for feed in opened.settings.pull.feeds]
        removed = url if url in listed else as_web_address(url)
        opened.feeds.remove(removed)
    report({"removed": removed}, f"Removed {removed}.", as_json=as_json)
    return 0


@feeds.command("import")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--allow-private", is_flag=True, help="Allow addresses inside your own network.")
@json_option
@click.pass_context
def import_opml(context: click.Context, file: Path, *, allow_private: bool, as_json: bool) -> int:
    """Add the feeds of an OPML file, as other feed readers export it; what leads to no feed is named.

    \b
    Example:
      byline feeds import subscriptions.opml
    """
    with app(context) as opened:
        added, known, refused = opened.feeds.import_opml(file, allow_private=allow_private)
    told = f"Added {counted(len(added), 'feed')}, knew {known}, refused {len(refused)}."
    lines = [f"refused  {outline}" for outline in refused]
    report({"added": added, "known": known, "refused": refused}, *lines, told, as_json=as_json)
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
        made, count = opened.feeds.export_opml(), len(opened.settings.pull.feeds)
    if file is None:
        click.echo(made, nl=False)
    else:
        write_file(file, made)
        click.echo(f"Wrote {counted(count, 'feed')} to {shown(file)}.")
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
    from pipeline.app.feeds import read_feeds

    failed = False
    for place, seen in read_feeds(places, _settings(context), moment(context), allow_private=allow_private):
        failed = failed or not isinstance(seen, ParsedFeed)
        if as_json:
            click.echo(defused_json(json.dumps(_as_json(place, seen), ensure_ascii=False)))
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

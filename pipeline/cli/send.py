"""``byline letter`` and ``byline send``."""

from __future__ import annotations

import sys
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from pipeline import post as posts
from pipeline.cli import sends
from pipeline.cli.handover import handed_over
from pipeline.cli.sent import audience_data, audience_lines, sent_data, sent_lines
from pipeline.cli.talk import app, counted, json_option, moment, progress, report, shown
from pipeline.errors import UsageError
from pipeline.model import DeliveryState

if TYPE_CHECKING:
    from pipeline.app import App
    from pipeline.model import Letter
    from pipeline.send import Sent


@click.command()
@click.argument("post")
@click.option(
    "--to",
    "folder",
    type=click.Path(file_okay=False, path_type=Path),
    help="Where to write; .byline/letters if not given.",
)
@click.option(
    "--to-me", is_flag=True, help="Send it by mail to send.sender, and to nobody else, instead of writing it."
)
@click.option("--serve", is_flag=True, help="Show it in your browser as readers meet it, until you press Ctrl-C.")
@click.option(
    "--port",
    type=click.IntRange(0, 65535),
    default=8011,
    show_default=True,
    help="With --serve: the port; 0: a free one.",
)
@click.option("--no-browser", is_flag=True, help="With --serve: only print the address.")
@click.option("--counts", is_flag=True, help="Say how often its links were opened, where that is counted.")
@json_option
@click.pass_context
def letter(
    context: click.Context,
    post: str,
    folder: Path | None,
    port: int,
    *,
    to_me: bool,
    serve: bool,
    no_browser: bool,
    counts: bool,
    as_json: bool,
) -> int:
    """Write POST as a letter to look at: .html, .txt, and the whole message as .eml. No reader gets it.

    \b
    Example:
      byline letter 2026-11-16-what-had-no-name
      byline letter 2026-11-16-what-had-no-name --serve
      byline letter 2026-11-16-what-had-no-name --to-me
    """
    if sum(map(bool, (to_me, folder, serve, counts))) > 1:
        raise click.UsageError("--to writes files, --to-me sends a mail, --serve and --counts show: choose one")
    with app(context) as opened:
        if counts:
            return _opened(opened, opened.find(post), as_json=as_json)
        if serve:
            return _served(context, opened, opened.find(post), port, is_quiet=no_browser)
        made = opened.letters.make(opened.find(post))
        if to_me:
            return _tried(opened, made, as_json=as_json)
        files = opened.letters.write(made, folder)
    told = [f"{shown(path)}  {len(text) / 1000:.1f} kB" for path, text in files.items()]
    report(
        {"files": list(files), "bytes": next(len(data) for path, data in files.items() if path.suffix == ".eml")},
        *told,
        as_json=as_json,
    )
    return 0


def _served(context: click.Context, opened: App, path: Path, port: int, *, is_quiet: bool) -> int:
    """Show the letter until interrupted."""
    from pipeline.desk import letter as on_a_page

    def tell(address: str) -> None:
        click.echo(f"The letter is at {address} until you press Ctrl-C.")
        if not is_quiet:
            click.launch(address)

    fixed = moment(context) if context.obj["now"] else None
    on_a_page(opened, path, port, lambda: fixed or datetime.now(UTC), tell)
    return 0


def _opened(opened: App, path: Path, *, as_json: bool) -> int:
    """Say how often each link was opened."""
    found = opened.letters.counts(path)
    links: dict[str, dict[str, int]] = {}
    for each in found:
        days = links.setdefault(each.url, {})
        if each.day:
            days[each.day.isoformat()] = each.many
    ranked = sorted(links.items(), key=lambda link: -sum(link[1].values()))
    data = [{"url": url, "opened": sum(days.values()), "days": days} for url, days in ranked]
    lines = [f"{each['opened']:>6}  {each['url']}" for each in data]
    told = "Of all readers together, without what programs opened, as far as that shows."
    none = "Nothing is counted of this letter: send.count_links was off when it was sent, or it was not sent."
    report({"edition": path.stem, "links": data}, *(lines or [none]), *([told] if lines else []), as_json=as_json)
    return 0


def _tried(opened: App, made: Letter, *, as_json: bool) -> int:
    """Send the letter to the author alone, and say what the mail server made of it."""
    address, answer = opened.letters.rehearse(made)
    is_sent = answer.state is DeliveryState.SENT
    told = f"Sent to {address}, and to nobody else." if is_sent else f"{address} did not get it: {answer.text}"
    report({"to": address, "state": answer.state, "answer": answer.text}, told, as_json=as_json)
    return int(not is_sent)


@click.command()
@click.argument("post", required=False)
@click.option(
    "--to-folder",
    "folder",
    type=click.Path(file_okay=False, path_type=Path),
    help="Deliver as .eml files into this folder, in place of send.way. This counts as sent.",
)
@click.option("--dry-run", is_flag=True, help="Say who would get it and who not; send nothing.")
@click.option(
    "--uncertain",
    type=click.Choice(["again", "sent"]),
    help="Settle what was cut off, or came before a restore, and stop: it is tried again, or counts as sent.",
)
@click.option("--at", "when", metavar="TIME", help="Plan it for TIME, as 2026-12-01T08:00; send nothing now.")
@click.option("--due", is_flag=True, help="Send what was planned and is due, without POST: for a timer.")
@click.option(
    "--newest", is_flag=True, help="Send the newest edition, of the last 14 days; with POST, only if that is it."
)
@click.option("--wait", is_flag=True, help="Stay until those are reached, too, who can be sent to only later.")
@click.option("--pause", "order", flag_value="pause", help="Let a send that runs elsewhere send to nobody else.")
@click.option("--cancel", "order", flag_value="cancel", help="Let nobody else get it.")
@click.option(
    "--resume", "order", flag_value="resume", help="Go on with one that was paused or cancelled; with --at, then."
)
@click.option("--built-elsewhere", is_flag=True, help="Ask that the page is online, not that site/ holds it.")
@click.option("--yes", is_flag=True, help="Do not ask before sending.")
@json_option
@click.pass_context
def send(context: click.Context, /, **said: Any) -> int:
    """Send POST by send.way to all readers who have not got it, each once, however often it is run.

    Each delivery is written down before and after. One that was cut off in between is uncertain: `byline status`
    lists it, and only a provider that knows it again is asked once more. Look whether it arrived, then say so with
    --uncertain (while no other send is running) and send again: it keeps its Message-ID, where the way keeps that.

    \b
    Example:
      byline send 2026-11-16-what-had-no-name --dry-run
      byline send 2026-11-16-what-had-no-name
      byline send 2026-11-16-what-had-no-name --at 2026-12-01T08:00
      byline send --due --wait
    """
    return _done(context, _Said(**said))


@dataclass(frozen=True, slots=True, kw_only=True)
class _Said:
    """What the author said; an option of the command each."""

    post: str | None
    folder: Path | None
    uncertain: str | None
    when: str | None
    order: str | None
    due: bool
    newest: bool
    wait: bool
    dry_run: bool
    built_elsewhere: bool
    yes: bool
    as_json: bool

    @property
    def asks(self) -> bool:
        """Whether somebody is there to be asked."""
        return not self.yes and not self.due and sys.stdin.isatty()


def _done(context: click.Context, said: _Said) -> int:
    """Do what is said, and return the exit code."""
    if said.due + (said.newest or said.post is not None) != 1:
        raise click.UsageError(
            "name the POST to send, or say --newest, or --due for all that were planned and are due: one of them"
        )
    if said.uncertain is not None and said.dry_run:
        raise click.UsageError("--uncertain settles deliveries, and --dry-run changes nothing: choose one")
    with app(context) as opened:
        is_elsewhere = said.built_elsewhere or opened.settings.publish.built_elsewhere
        said = replace(said, built_elsewhere=is_elsewhere)
        if said.newest:
            said = replace(said, post=_newest(opened, said.post))
        if said.post is None:
            return sends.send_due(opened, lambda edition: _send(opened, edition, said), as_json=said.as_json)
        if said.order in _ORDERS:
            return _ORDERS[said.order](opened, sends.edition_named(opened, said.post), as_json=said.as_json)
        if said.when is None and said.uncertain is None and not said.dry_run:
            return int(not _send(opened, said.post, said))
        return _looked_at(opened, said.post, said)


def _newest(opened: App, named: str | None) -> str:
    """Return the name of the newest edition. Raises ``UsageError`` where another one is ``named``."""
    newest = opened.letters.newest()
    if named is not None and opened.find(named.strip(), posts.POSTS) != newest:
        raise UsageError(f"{named} is not the newest edition, so nothing was sent: that is {newest.stem}")
    for name in opened.letters.passed_over(newest):
        click.echo(f"note: {name} was sent to nobody; `byline send {name}` sends it", err=True)
    return newest.stem


def _looked_at(opened: App, post: str, said: _Said) -> int:
    """Do what sends nothing now: plan, settle, rehearse."""
    path = _post_named(opened, post)
    opened.see_that_approved(path)
    made = opened.letters.make(path)
    if said.when is not None:
        return sends.planned(
            opened,
            path,
            said.when,
            is_built_here=not said.built_elsewhere,
            resume=said.order == "resume",
            as_json=said.as_json,
        )
    if said.uncertain is not None:
        return _settled(opened, made, said.uncertain, as_json=said.as_json)
    stale = None if said.built_elsewhere else _stale(opened, path)
    if not said.folder and opened.letters.service:
        return handed_over(opened, made, stale, dry_run=True, ask=False, as_json=said.as_json)
    return _rehearsed(opened, made, stale, as_json=said.as_json)


_ORDERS = {"pause": sends.paused, "cancel": sends.cancelled}


def _send(opened: App, post: str, said: _Said) -> bool:
    """Send a post, and tell what became of it. Return whether all went well."""
    path = _post_named(opened, post)
    opened.see_that_approved(path)
    made = opened.letters.make(path)
    _see_that_readers_find(opened, made, path, said)
    if not said.folder and opened.letters.service:
        resume = said.order == "resume"
        return not handed_over(opened, made, None, dry_run=False, ask=said.asks, resume=resume, as_json=said.as_json)
    sent = _sent(opened, made, said)
    discreet = opened.settings.is_thrown_away
    report(sent_data(made, sent, discreet=discreet), *sent_lines(made, sent, discreet=discreet), as_json=said.as_json)
    return not sent.troubled and not sent.uncertain


def _see_that_readers_find(opened: App, made: Letter, path: Path, said: _Said) -> None:
    """Raise ``UsageError`` where the letter's link would not lead to the post as it is."""
    if not said.built_elsewhere:
        if stale := _stale(opened, path):
            raise UsageError(stale)
        return
    if not said.folder:
        opened.letters.see_that_it_lasts(made.edition)
    opened.letters.see_that_it_is_online(made, lambda words: click.echo(f"note: {words}", err=True), wait=said.wait)


_DECIDED = {"again": DeliveryState.LATER, "sent": DeliveryState.SENT}


def _ask(made: Letter, readers: int, way: str) -> None:
    """Let the author look once more. Raises ``click.Abort`` at a no."""
    click.confirm(f"Send “{made.subject}” to {counted(readers, 'reader')} through {way}?", abort=True, err=True)


def _rehearsed(opened: App, made: Letter, stale: str | None, *, as_json: bool) -> int:
    """Say who would get the letter, and what a real send would say."""
    audience, held = opened.letters.audience(made), opened.letters.why_held(made)
    concerns = (*opened.letters.concerns(), *filter(None, (stale, held)))
    discreet = opened.settings.is_thrown_away
    lines = [*audience_lines(audience, discreet=discreet), *(f"note: {concern}" for concern in concerns)]
    report({**audience_data(made, audience, discreet=discreet), "notes": concerns}, *lines, as_json=as_json)
    return int(stale is not None)


def _sent(opened: App, made: Letter, said: _Said) -> Sent:
    """Send the letter, once the author has looked at what it promises."""
    many = opened.letters.count(made)
    for concern in opened.letters.concerns():
        click.echo(f"note: {concern}", err=True)
    if many and said.asks:
        _ask(made, many, opened.letters.way(said.folder).name)
    with progress("Sending", many) as step:
        return opened.letters.send(
            made, said.folder, lambda _delivery: step(), resume=said.order == "resume", wait=said.wait
        )


def _settled(opened: App, made: Letter, uncertain: str, *, as_json: bool) -> int:
    """Give the deliveries that were cut off the state that the author decides on."""
    count = opened.letters.resolve_uncertain(made, _DECIDED[uncertain])
    done = "left to the next send" if uncertain == "again" else "counted as sent"
    told = f"{counted(count, 'uncertain delivery', 'uncertain deliveries')} of {made.edition} {done}. Nothing was sent."
    report({"edition": made.edition, "settled": count, "as": _DECIDED[uncertain]}, told, as_json=as_json)
    return 0


def _stale(opened: App, path: Path) -> str | None:
    """Return why the letter cannot go out yet, where its link would not lead to the post as it is."""
    why = opened.letters.stale(path)
    if not why or opened.held(path):
        return why or None
    return (
        f"{why}: run `byline publish` and put site/ where your readers find it, or say --built-elsewhere if your code "
        "host builds the site (publish.built_elsewhere in byline.yml says it for good)"
    )


def _post_named(opened: App, name: str) -> Path:
    path = opened.find(name, posts.POSTS, posts.DRAFTS)
    if path.parent.name != posts.POSTS:
        raise UsageError(
            f"{shown(path)} is not published: the letter's link to the site would lead nowhere. "
            f"Publish it first with `byline write --publish {path.stem}`"
        )
    return path

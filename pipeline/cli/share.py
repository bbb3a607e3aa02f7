"""``byline share``."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any

import click

from pipeline.cli.talk import app, json_option, report, shown
from pipeline.errors import BylineError, UsageError
from pipeline.html import plain_text

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from pipeline.app.shares import Shares
    from pipeline.connect.channels.channel import Channel
    from pipeline.connect.shares import Drawn
    from pipeline.model import SafeUrl


@click.command()
@click.argument("name", metavar="POST")
@click.option("--channel", "names", multiple=True, metavar="NAME", help="Only for this channel; may be given again.")
@click.option("--check", is_flag=True, help="Write nothing; say how long each text is.")
@click.option("--anew", is_flag=True, help="Write the texts anew, over what you changed in them.")
@click.option("--post", "is_posting", is_flag=True, help="Post the texts, after you said yes to each.")
@click.option("--posted", metavar="URL", help="Note that the post is at URL, as you posted it by hand.")
@click.option("--forget", is_flag=True, help="Forget a post that was cut off, and is not there.")
@json_option
@click.pass_context
def share(
    context: click.Context,
    name: str,
    names: tuple[str, ...],
    posted: str | None,
    *,
    check: bool,
    anew: bool,
    is_posting: bool,
    forget: bool,
    as_json: bool,
) -> int:
    """Tell of POST elsewhere, in words for each place.

    It writes a text for each channel into shares/POST.md, out of your own words and by your own templates, and says
    how long each is there. You edit the file and copy from it, or have it posted. Nothing leaves without --post and
    your yes in a terminal.

    \b
    Example:
      byline share 2026-11-23-what-the-cranes-tell
      byline share 2026-11-23-what-the-cranes-tell --check
      byline share 2026-11-23-what-the-cranes-tell --channel mastodon --post
    """
    if sum(map(bool, (check, anew, is_posting, posted, forget))) > 1:
        raise UsageError("--check, --anew, --post, --posted and --forget do not go together; take one")
    with app(context) as opened:
        shares = opened.shares
        path, channels = shares.find(name), shares.channels(names)
        if posted or forget:
            return _settled(shares, path, channels, posted, as_json=as_json)
        if is_posting:
            return _posted(shares, path, channels, as_json=as_json)
        file, found = shares.look(path, channels) if check else shares.draft(path, channels, anew=anew)
    lines = [line for each in found for line in _lines(each, whole=not check)]
    data = {"file": file, "shares": [_data(each) for each in found]}
    report(data, *lines, f"They are in {shown(file)}.", as_json=as_json)
    return 0 if all(each.fits for each in found) else 1


def _settled(shares: Shares, path: Path, channels: tuple[Channel, ...], url: str | None, *, as_json: bool) -> int:
    """Note what the author found out about one channel."""
    if len(channels) != 1:
        raise UsageError("say for which channel: --channel linkedin, for one")
    [channel] = channels
    if url is None:
        shares.forget(path, channel)
        report({"forgotten": channel.name}, f"{path.stem} counts as not posted to {channel.name}.", as_json=as_json)
    else:
        at = shares.is_at(path, channel, url)
        report({"posted": {channel.name: at}}, f"Noted in {shown(path)}: {at}", as_json=as_json)
    return 0


def _posted(shares: Shares, path: Path, channels: tuple[Channel, ...], *, as_json: bool) -> int:
    """Post the texts, each after a yes."""
    if not sys.stdin.isatty():
        raise UsageError("--post asks you before each text leaves: call it in a terminal")
    shares.note_all(path)  # what an earlier run was cut off from
    _, found = shares.look(path, channels)
    by_name = {channel.name: channel for channel in channels}
    done: dict[str, SafeUrl] = {}
    failed: dict[str, str] = {}
    for each in found:
        if each.hindrance:
            click.echo(f"{each.channel}: {each.hindrance}", err=True)
            failed |= {} if each.url else {each.channel: each.hindrance}
            continue
        for line in _lines(each, whole=True):
            click.echo(line, err=True)
        if not click.confirm(f"Post this to {each.channel}?", err=True):
            continue
        try:
            done[each.channel] = shares.post(path, by_name[each.channel], each.text)
            click.echo(f"{each.channel}: {done[each.channel]}", err=as_json)
        except BylineError as error:
            failed[each.channel] = str(error)
            click.echo(f"{each.channel}: {error}", err=True)
    report({"posted": done, "failed": failed}, as_json=as_json)
    return 1 if failed else 0


def _lines(each: Drawn, *, whole: bool) -> Iterator[str]:
    """Yield what is said of a text: how long it is, where it goes wrong, and the text itself."""
    from pipeline.connect.shares.counted import first

    lengths = ", ".join(f"{m.used} of {m.most} {m.unit}" for m in each.measures)
    over = "".join(f"; {m.over} {m.unit} too many" for m in each.measures if m.over)
    yield click.style(f"{each.channel}: {lengths}{over}", bold=True, fg="red" if over else None)
    if each.url:
        yield f"    posted: {each.url}"
    if whole:
        yield ""
        yield from (f"    {line}".rstrip() for line in _printable(each.text).split("\n"))
        yield ""
    if each.seen and first(each.text, each.seen) != each.text:
        yield f"    The first {each.seen} characters are seen at once; they end in: …{_tail(each)}"


def _tail(each: Drawn) -> str:
    from pipeline.connect.shares.counted import first

    return " ".join(_printable(first(each.text, each.seen)).split())[-40:]


def _printable(text: str) -> str:
    return "\n".join(plain_text(line) for line in text.split("\n"))


def _data(each: Drawn) -> dict[str, Any]:
    return {
        "channel": each.channel,
        "text": each.text,
        "lengths": [{"used": m.used, "most": m.most, "unit": m.unit} for m in each.measures],
        "fits": each.fits,
        "url": each.url,
        "hindrance": each.hindrance,
    }

"""``byline heard`` and what is below it."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import click

from pipeline.cli.talk import app, counted, json_option, report, wrapped

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pipeline.model import Echo


@click.group()
def heard() -> None:
    """List, show and import what others say of your work.

    Webmentions that `byline serve` received, what you import, and what feeds say of you. Nothing of it is on your
    site before you say so.

    \b
    Example:
      byline heard list
      byline heard show 12
    """


@heard.command("list")
@click.option("--shown", is_flag=True, help="Only what you show.")
@click.option("--hidden", is_flag=True, help="Only what you do not show.")
@json_option
@click.pass_context
def list_(context: click.Context, *, shown: bool, hidden: bool, as_json: bool) -> int:
    """List what came back, the latest first, each with its number; and who answered a letter by mail.

    \b
    Example:
      byline heard list --hidden
    """
    which = None if shown == hidden else shown
    with app(context) as opened:
        found = opened.heard.every(shown=which)
        answers = () if which else opened.heard.answers()
    lines = [line for echo in found for line in _lines(echo)]
    lines += [f"{at:%Y-%m-%d}  {email} answered {edition or 'a letter'} by mail" for email, edition, at in answers]
    told = [{"email": email, "edition": edition, "at": at} for email, edition, at in answers]
    data = {"heard": [_data(echo) for echo in found], "answers": told}
    report(data, *(lines or ["Nothing came back yet."]), as_json=as_json)
    return 0


@heard.command()
@click.argument("number", type=int)
@json_option
@click.pass_context
def show(context: click.Context, number: int, *, as_json: bool) -> int:
    """Show what has this NUMBER on the site's page of what others say, from the next `byline publish` on.

    \b
    Example:
      byline heard show 12
    """
    with app(context) as opened:
        echo = opened.heard.show(number)
    report({"heard": _data(echo)}, f"{echo.author} is on the page of what others say from now on.", as_json=as_json)
    return 0


@heard.command()
@click.argument("number", type=int)
@json_option
@click.pass_context
def hide(context: click.Context, number: int, *, as_json: bool) -> int:
    """Take what has this NUMBER off the site again.

    \b
    Example:
      byline heard hide 12
    """
    with app(context) as opened:
        echo = opened.heard.show(number, shown=False)
    report({"heard": _data(echo)}, f"What {echo.author} says is not shown any more.", as_json=as_json)
    return 0


@heard.command()
@click.option("--days", type=click.IntRange(1, 3650), default=8, show_default=True, help="How many days back to look.")
@json_option
@click.pass_context
def look(context: click.Context, days: int, *, as_json: bool) -> int:
    """Look for your name, and for links to your site, in all that was pulled.

    \b
    Example:
      byline heard look --days 30
    """
    with app(context) as opened:
        found = opened.heard.look(days)
    lines = [line for echo in found for line in _lines(echo)]
    said = f"Nothing new names you in the feeds of the last {counted(days, 'day')}."
    report({"heard": [_data(echo) for echo in found]}, *(lines or [said]), as_json=as_json)
    return 0


_AGAIN: Final = {
    "changed": "says something else now, and is hidden until you show it again",
    "missing": "is not there any more, and is hidden",
    "gone": "links to you no more, and is taken away",
    "silent": "could not be asked; it stays as it is",
}


@heard.command()
@click.option("--days", type=click.IntRange(0, 3650), default=7, show_default=True, help="Not looked at for so long.")
@json_option
@click.pass_context
def again(context: click.Context, days: int, *, as_json: bool) -> int:
    """Look again at the pages that told of a link to yours: one that links no more is not shown any more.

    \b
    Example:
      byline heard again
    """
    with app(context) as opened:
        found = opened.mentioned.again(days, opened.now)
    lines = [f"[{echo.id}] {echo.author}, {echo.source}: it {_AGAIN[what]}" for echo, what in found if what in _AGAIN]
    data = [{"id": echo.id, "source": echo.source, "became": what} for echo, what in found]
    lines.append(f"{counted(len(found), 'page')} looked at.")
    report({"again": data}, *lines, as_json=as_json)
    return 0


@heard.command("import")
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
@json_option
@click.pass_context
def import_(context: click.Context, file: Path, *, as_json: bool) -> int:
    """Take webmentions and replies from a JSON FILE, as webmention.io gives it, or a list of your own.

    What is known already is left as it is; what cannot be read is told, and the rest is taken.

    \b
    Example:
      byline heard import mentions.jf2
    """
    with app(context) as opened:
        fresh, known, wrong = opened.heard.take(file)
    told = f"{fresh} new, {known} known already" + (f", {len(wrong)} that cannot be read" if wrong else "")
    lines = [f"{told}.", *(f"  {each}" for each in wrong)]
    report({"new": fresh, "known": known, "wrong": wrong}, *lines, as_json=as_json)
    return 1 if wrong else 0


def _lines(echo: Echo) -> Iterator[str]:
    mark = ", shown" if echo.is_shown else ""
    yield click.style(f"[{echo.id}] {echo.author}, {echo.at:%Y-%m-%d}: {echo.kind}{mark}", bold=True)
    if echo.said:
        yield wrapped(echo.said, "    ")
    yield f"    {echo.source or 'told to you alone'} about {echo.about}"


def _data(echo: Echo) -> dict[str, Any]:
    names = ("id", "kind", "author", "said", "source", "about", "at", "is_shown")
    return {name: getattr(echo, name) for name in names}

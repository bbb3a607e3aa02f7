"""``byline assist``."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from pipeline import post as posts
from pipeline.cli.talk import app, json_option, report, shown, working, wrapped
from pipeline.model import Wish

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pipeline.app import App
    from pipeline.model import Suggestion


@click.command()
@click.argument("name", required=False, metavar="[POST]")
@click.option("--for", "wish", type=click.Choice([str(wish) for wish in Wish]), default="questions", help="What for.")
@click.option("--line", type=click.IntRange(min=1), help="The line of the file that it is about.")
@click.option("--take", "number", type=int, metavar="NUMBER", help="Write this suggestion into its post, and note it.")
@json_option
@click.pass_context
def assist(
    context: click.Context, name: str | None, wish: str, line: int | None, number: int | None, *, as_json: bool
) -> int:
    """Have the model that byline.yml names propose words: questions to you, a tighter passage, a counter-argument.

    Nothing is written into the post, unless you take it with --take; your readers are then told. What a check would
    hold against a proposal stands under it.

    \b
    Example:
      byline assist 2026-11-23-what-the-cranes-tell
      byline assist 2026-11-23-what-the-cranes-tell --for tighter --line 24
      byline assist --take 7
    """
    if (name is None) == (number is None):
        raise click.UsageError("give a post, or --take NUMBER" + (", not both" if name else ""))
    with app(context) as opened:
        if number is not None:
            return _take(opened, number, as_json=as_json)
        path = opened.find(str(name), posts.DRAFTS, posts.POSTS)
        with working("The model is thinking …"):
            made = opened.assist.propose(path, posts.text_of(path), Wish(wish), line)
    report(
        {"post": path, "suggestions": [_data(each) for each in made]},
        *[row for each in made for row in _lines(each)],
        as_json=as_json,
    )
    return 0


def _take(opened: App, number: int, *, as_json: bool) -> int:
    path, taken = opened.assist.take(number)
    told = f"{shown(path)} has suggestion {number}, and its front matter says so; readers are told under the post."
    report({"post": path, "suggestion": _data(taken)}, told, as_json=as_json)
    return 0


def _lines(made: Suggestion) -> Iterator[str]:
    yield wrapped(f"[{made.id}] {made.words.text}")
    yield from (wrapped(f"cannot be taken: {fault}", "    ") for fault in made.faults)
    yield from (wrapped(f"look twice: {doubt}", "    ") for doubt in made.doubts)


def _data(made: Suggestion) -> dict[str, Any]:
    return {
        "id": made.id,
        "for": made.words.what,
        "by": made.words.by,
        "text": made.words.text,
        "faults": made.faults,
        "doubts": made.doubts,
    }

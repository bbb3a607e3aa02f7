"""``byline connect organisations`` and ``byline connect organisation``."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from pipeline.cli.talk import app, counted, json_option, report
from pipeline.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from pipeline.model import Organisation


@click.command()
@click.option("--wanted", is_flag=True, help="Only those that you want to work with.")
@json_option
@click.pass_context
def organisations(context: click.Context, *, wanted: bool, as_json: bool) -> int:
    """List the organisations that you named.

    \b
    Example:
      byline connect organisations --wanted
    """
    with app(context) as opened:
        found = [each for each in opened.network.organisations() if each.is_wanted or not wanted]
    lines = [_in_a_line(each) for each in found]
    report({"organisations": found}, *lines, f"{counted(len(found), 'organisation')}.", as_json=as_json)
    return 0


@click.command()
@click.argument("name")
@click.option("--also", multiple=True, help="Another name by which it is known.")
@click.option("--site", default="", help="Its web address.")
@click.option("--tag", multiple=True, help="A tag.")
@click.option("--topic", multiple=True, help="A topic that it cares about.")
@click.option("--notes", default="", help="What you want to remember; it takes the place of what stands there.")
@click.option("--wanted/--not-wanted", default=None, help="Whether you want to work with it.")
@click.option("--watch/--no-watch", default=None, help="Tell when the news names it.")
@click.option("--merge", metavar="OTHER", default="", help="OTHER, which you named too, is the same organisation.")
@click.option("--erase", is_flag=True, help="Delete it; the people who work there stay.")
@json_option
@click.pass_context
def organisation(context: click.Context, /, name: str, *, erase: bool, as_json: bool, **given: Any) -> int:
    """Add an organisation, or say more of one.

    \b
    Example:
      byline connect organisation Westmark --wanted --topic automation
    """
    flags = {"is_wanted": given["wanted"], "is_watched": given["watch"]}
    with app(context) as opened:
        if erase:
            if any(value not in (None, "", ()) for value in given.values()):
                raise UsageError("--erase deletes the organisation, and goes with no other option")
            opened.network.erase_organisation(name)
            report({"erased": name, "organisation": None}, "Nothing is kept of it any more.", as_json=as_json)
            return 0
        if given["merge"]:
            opened.network.merge_organisation(name, given["merge"])
        found = opened.network.organisation(name, _said(given), **flags)
    report({"erased": None, "organisation": found}, _in_a_line(found), as_json=as_json)
    return 0


def _said(given: Mapping[str, Any]) -> dict[str, Sequence[str]]:
    said = {"also": given["also"], "tags": given["tag"], "topics": given["topic"]}
    return said | {name: [given[name]] for name in ("site", "notes") if given[name]}


def _in_a_line(each: Organisation) -> str:
    wishes = [word for word, is_so in (("wanted", each.is_wanted), ("watched", each.is_watched)) if is_so]
    parts = (each.name, ", ".join(each.also), ", ".join(wishes), ", ".join(each.topics), each.site or "", each.notes)
    return "  ".join(part for part in parts if part)

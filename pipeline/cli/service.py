"""``byline connect service``."""

from __future__ import annotations

import click

from pipeline.cli.talk import app, counted, json_option, report
from pipeline.cli.touches import day
from pipeline.model import ServiceKind


@click.group(invoke_without_command=True)
@json_option
@click.pass_context
def service(context: click.Context, *, as_json: bool) -> int:
    """Keep a log of what you gave; what is marked public is on the page of service of your site.

    \b
    Example:
      byline connect service add "Introduced a pilot to a simulator maker" --kind introduction
    """
    if context.invoked_subcommand is None:
        code: int = context.invoke(list_service, as_json=as_json)
        return code
    return 0


@service.command("list")
@json_option
@click.pass_context
def list_service(context: click.Context, *, as_json: bool) -> int:
    """Show what you gave, the latest first.

    \b
    Example:
      byline connect service list
    """
    with app(context) as opened:
        given, reminder = opened.network.given(), opened.network.service_reminder()
    lines = []
    for each in given:
        at = f", {each.organisation}" if each.organisation else ""
        lines.append(f"[{each.id}] {each.on}  {each.kind}  {each.what}{at}{'  (public)' if each.is_public else ''}")
    lines += [f"{counted(len(given), 'entry', 'entries')}."]
    lines += [f"{reminder[0].upper()}{reminder[1:]}"] if reminder else []
    report({"service": given, "reminder": reminder}, *lines, as_json=as_json)
    return 0


@service.command("add")
@click.argument("what")
@click.option("--kind", type=click.Choice([kind.value for kind in ServiceKind]), required=True, help="What it was.")
@click.option("--on", metavar="DATE", help="The day it was, if not today.")
@click.option("--organisation", default="", help="Where, or for whom.")
@click.option("--link", default="", help="Where it can be seen.")
@click.option(
    "--public", is_flag=True, help="Show it on the page of service of your site; name nobody who did not agree."
)
@json_option
@click.pass_context
def add(
    context: click.Context,
    what: str,
    kind: str,
    on: str | None,
    organisation: str,
    link: str,
    *,
    public: bool,
    as_json: bool,
) -> int:
    """Note something that you gave: an introduction, an opening passed on, a talk, mentoring, volunteering.

    \b
    Example:
      byline connect service add "Talk on remote cranes" --kind talk --organisation "Hallum School" --public
    """
    from pipeline.connect.service import service_of

    with app(context) as opened:
        on_day = day(on) or opened.now.date()
        wanted = service_of(ServiceKind(kind), what, on_day, organisation=organisation, link=link, is_public=public)
        given = opened.network.give(wanted)
    where = ", and shows on your site with the next `byline publish`" if public else ""
    report({"added": given}, f"Noted [{given.id}] {given.what}{where}.", as_json=as_json)
    return 0


@service.command("remove")
@click.argument("number", type=int)
@json_option
@click.pass_context
def remove(context: click.Context, number: int, *, as_json: bool) -> int:
    """Take something out of the log, by the number that `byline connect service list` shows.

    \b
    Example:
      byline connect service remove 3
    """
    with app(context) as opened:
        opened.network.take_back(number)
    report({"removed": number}, f"Service {number} is not in the log any more.", as_json=as_json)
    return 0

"""``byline approve``."""

from __future__ import annotations

import click

from pipeline.cli.talk import app, json_option, report, shown


@click.command()
@click.argument("names", nargs=-1, required=True, metavar="POST...")
@click.option("--by", metavar="NAME", help="Who approves it; without it, the author of the site.")
@json_option
@click.pass_context
def approve(context: click.Context, names: tuple[str, ...], by: str | None, *, as_json: bool) -> int:
    """Note in each POST that its words are approved, by whom and when. If they change, it is approved no more.

    A post with errors is not approved. With `write.approval: true` in byline.yml, only approved posts are published
    and sent.

    \b
    Example:
      byline approve 2026-11-23-what-the-cranes-tell --by "Ana Ruiz"
    """
    with app(context) as opened:
        made = [opened.approve(opened.find(name), by) for name in names]
    told = [f"{shown(path)} is approved by {found.by}, as it stands now." for path, found in made]
    data = [{"post": path, "by": found.by, "at": found.at} for path, found in made]
    report({"approved": data}, *told, as_json=as_json)
    return 0

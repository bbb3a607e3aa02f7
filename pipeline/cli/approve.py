"""``byline approve``."""

from __future__ import annotations

import click

from pipeline.cli.talk import app, json_option, report, shown


@click.command()
@click.argument("post")
@click.option("--by", metavar="NAME", help="Who approves it; without it, the author of the site.")
@json_option
@click.pass_context
def approve(context: click.Context, post: str, by: str | None, *, as_json: bool) -> int:
    """Note in POST that its words are approved, by whom and when. If they change, it is approved no more.

    A post with errors is not approved. With `write.approval: true` in byline.yml, only approved posts are published
    and sent.

    \b
    Example:
      byline approve 2026-11-23-what-the-cranes-tell --by "Ana Ruiz"
    """
    with app(context) as opened:
        path, found = opened.approve(opened.find(post), by)
    told = f"{shown(path)} is approved by {found.by}, as it stands now."
    report({"post": path, "by": found.by, "at": found.at}, told, as_json=as_json)
    return 0

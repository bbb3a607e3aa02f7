"""``byline publish``."""

from __future__ import annotations

import click

from pipeline.cli.talk import app, counted, json_option, report, shown, working


@click.command()
@click.option("--serve", is_flag=True, help="Preview the site, drafts included; rebuild it when a file changes.")
@click.option(
    "--port",
    type=click.IntRange(1, 65535),
    default=8000,
    show_default=True,
    help="The port of the preview, on 127.0.0.1.",
)
@click.option("--strict", is_flag=True, help="Publish nothing if there is a warning.")
@click.option(
    "--engine",
    type=click.Choice(["mkdocs", "properdocs", "zensical"]),
    help="What turns pages into HTML this time, in place of publish.engine in byline.yml.",
)
@json_option
@click.pass_context
def publish(context: click.Context, port: int, engine: str | None, *, serve: bool, strict: bool, as_json: bool) -> int:
    """Build the site from content/ into site/: pages, lists, feeds, pictures and a search.

    The new site takes the place of the old one at the end, so a failed build leaves the old one as it was. Pages that
    did not change are not built again.

    \b
    Example:
      byline publish
      byline publish --serve
    """
    with app(context) as opened:
        if serve:
            if strict or as_json or engine:
                raise click.UsageError("--serve runs until you stop it; it goes with --port, and no other option")
            opened.preview(port, lambda told: click.echo(told, err=True))
            return 0
        with working("Building the site"):
            built = opened.publish(engine=engine or "", strict=strict)
    told = {"site": built.folder, "posts": built.posts, "pages": built.pages, "fresh": built.fresh}
    report(
        told | {"slowed": built.slowed, "moved": built.moved, "held": built.held, "warnings": built.warnings},
        *built.moved,
        *built.held,
        *(f"warning: {warning}" for warning in built.warnings),
        *([f"Every page was built: {built.slowed}."] if built.slowed else []),
        f"Built {shown(built.folder)}/: {counted(built.pages, 'page')}, {counted(built.posts, 'post')}.",
        as_json=as_json,
    )
    return 0

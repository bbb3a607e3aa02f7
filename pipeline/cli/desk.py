"""``byline desk``."""

from __future__ import annotations

from datetime import UTC, datetime

import click

from pipeline.cli.talk import app, moment


@click.command()
@click.option(
    "--port",
    type=click.IntRange(0, 65535),
    default=8010,
    show_default=True,
    help="The port of the desk, on 127.0.0.1; 0 takes a free one.",
)
@click.option("--no-browser", is_flag=True, help="Only print the address, and open no browser.")
@click.pass_context
def desk(context: click.Context, port: int, *, no_browser: bool) -> int:
    """Choose stories, write and preview in your browser, until you press Ctrl-C. On this machine only.

    Open the address that it prints: the token in it lets your browser in, and no other page.

    \b
    Example:
      byline desk
      byline desk --port 0 --no-browser
    """
    from pipeline.desk import desk as at_the_desk

    def tell(address: str) -> None:
        click.echo(f"The desk is at {address} until you press Ctrl-C.")
        if not no_browser:
            click.launch(address)

    fixed = moment(context) if context.obj["now"] else None
    with app(context) as opened:
        at_the_desk(opened, port, lambda: fixed or datetime.now(UTC), tell)
    return 0

"""``byline serve``."""

from __future__ import annotations

from datetime import UTC, datetime

import click

from pipeline.cli.talk import app, moment
from pipeline.errors import StoreMovedError


@click.command()
@click.option("--host", default="127.0.0.1", show_default=True, help="Where to listen; 0.0.0.0 is every network.")
@click.option("--port", type=click.IntRange(0, 65535), default=8020, show_default=True, help="The port; 0: a free one.")
@click.option(
    "--trust-proxy",
    is_flag=True,
    help="Believe X-Forwarded-For: only where a web server of yours stands before it, and nobody else reaches it.",
)
@click.pass_context
def serve(context: click.Context, host: str, port: int, *, trust_proxy: bool) -> int:
    """Let readers subscribe, confirm, choose and leave by themselves, until you press Ctrl-C.

    It answers at the addresses beside publish.subscribe.url, and mails by send.way. A web server with a
    certificate stands before it.

    \b
    Example:
      byline serve
      byline serve --port 8020 --trust-proxy
    """
    from pipeline.serve import serve as at_the_door

    fixed = moment(context) if context.obj["now"] else None
    with app(context) as opened:
        service = opened.service()
        if why := service.why_closed():
            raise StoreMovedError(why)
        for concern in service.concerns():
            click.echo(f"note: {concern}", err=True)
        at_the_door(
            service,
            (host, port),
            lambda: fixed or datetime.now(UTC),
            lambda said: click.echo(said, err=said.startswith("note:")),
            trust_proxy=trust_proxy,
        )
    return 0

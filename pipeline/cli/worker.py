"""``byline worker``."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import click

from pipeline.errors import SettingsError

if TYPE_CHECKING:
    from collections.abc import Callable

    from pipeline.worker.sites import Found

_FOLDER = click.Path(exists=True, file_okay=False, path_type=Path)


@click.command()
@click.option("--sites", "folder", type=_FOLDER, help="Work for each site in this folder, in place of the one here.")
@click.option("--secrets", type=_FOLDER, help="With --sites: where NAME.env has the environment of the site NAME.")
@click.option("--tasks", type=click.IntRange(1, 64), default=4, show_default=True, help="How much is done at once.")
@click.option("--metrics", type=click.IntRange(1, 65535), metavar="PORT", help="Figures for Prometheus, at 127.0.0.1.")
@click.option("--once", is_flag=True, help="Do what is due, and end.")
@click.option("--renew", is_flag=True, help="Make the queue anew, while no other worker runs. Nothing is lost by it.")
@click.pass_context
def worker(
    context: click.Context,
    folder: Path | None,
    secrets: Path | None,
    tasks: int,
    metrics: int | None,
    *,
    once: bool,
    renew: bool,
) -> int:
    """Pull, group, build and send what is due, until you press Ctrl-C; on as many machines as you like.

    The queue is in the PostgreSQL database that DATABASE_URL names. All workers together ask no host more often, send
    no faster, and send nobody twice, as one alone. What one that died was at is taken over by others. It tells what it
    does in lines of JSON on stderr, without a word of anybody.

    \b
    Example:
      byline worker
      byline worker --sites /srv/sites --secrets /etc/byline/sites --metrics 9464
    """
    try:
        from pipeline.worker import worker as at_work
        from pipeline.worker.sites import queue_url
    except ModuleNotFoundError as error:
        raise SettingsError(
            [f"byline worker needs the package {error.name}: install Byline with its extra, byline[worker]"]
        ) from error
    url = queue_url(context.obj["environment"])
    find = _finder(context, folder, secrets)
    at_work(url, find, tasks=tasks, metrics=metrics, once=once, renew=renew)
    return 0


def _finder(context: click.Context, folder: Path | None, secrets: Path | None) -> Callable[[], Found]:
    """Return what finds the sites to work for."""
    from pipeline.settings import find_root
    from pipeline.worker.sites import one_site, sites_below

    environment = context.obj["environment"]
    if folder is not None:
        return partial(sites_below, folder.resolve(), secrets, environment)
    if secrets is not None:
        raise click.UsageError("--secrets has the environments of the sites of --sites: name their folder, too")
    return partial(one_site, find_root(Path(context.obj["directory"]).resolve()), environment)

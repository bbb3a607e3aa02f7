"""``byline worker``."""

from __future__ import annotations

import re
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Final

import click

from pipeline.errors import SettingsError

if TYPE_CHECKING:
    from collections.abc import Callable

    from pipeline.worker.sites import Found

_PLACE: Final = re.compile(r"(?:(?:\[(?P<v6>[0-9A-Fa-f:.]+)\]|(?P<host>[A-Za-z0-9.-]+)):)?(?P<port>[0-9]{1,5})")
_LAST_PORT: Final = 65535
_FOLDER = click.Path(exists=True, file_okay=False, path_type=Path)


def place_of(value: str) -> tuple[str, int]:
    """Return the host and port of ``HOST:PORT``, with ``[::1]:80`` as in an address of the web, or of a port alone."""
    found = _PLACE.fullmatch(value)
    if found is None or not 0 < int(found["port"]) <= _LAST_PORT:
        raise click.BadParameter(f"{value} is no place for figures: say PORT or HOST:PORT, as 9464 or 0.0.0.0:9464")
    return found["v6"] or found["host"] or "127.0.0.1", int(found["port"])


@click.command()
@click.option("--sites", "folder", type=_FOLDER, help="Work for each site in this folder, in place of the one here.")
@click.option("--secrets", type=_FOLDER, help="With --sites: where NAME.env has the environment of the site NAME.")
@click.option("--tasks", type=click.IntRange(1, 64), default=4, show_default=True, help="How much is done at once.")
@click.option(
    "--metrics",
    type=place_of,
    metavar="[HOST:]PORT",
    help="Figures for Prometheus at this port, of 127.0.0.1 if not given.",
)
@click.option("--once", is_flag=True, help="Do what is due, and end.")
@click.option("--renew", is_flag=True, help="Make the queue anew, while no other worker runs. Nothing is lost by it.")
@click.pass_context
def worker(
    context: click.Context,
    folder: Path | None,
    secrets: Path | None,
    tasks: int,
    metrics: tuple[str, int] | None,
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

"""How every command talks: the app it calls, the report it prints, the progress it shows."""

from __future__ import annotations

import dataclasses
import json
import shlex
import sys
import textwrap
from contextlib import contextmanager
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from pipeline.cli.defused import defused_json
from pipeline.errors import UsageError
from pipeline.model import ChangeKind, Naming

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from pipeline.app import App
    from pipeline.model import Change

WIDTH = 100

json_option = click.option("--json", "as_json", is_flag=True, help="Report as one JSON object on stdout.")


@contextmanager
def app(context: click.Context) -> Iterator[App]:
    """Give the app of the site that the command is called for."""
    from pipeline.app import App
    from pipeline.settings import find_root, load

    folder = Path(context.obj["directory"])
    if not folder.is_dir():
        raise UsageError(f"there is no folder {folder}")
    opened = App(load(find_root(folder.resolve()), context.obj["environment"]), moment(context))
    try:
        yield opened
    finally:
        opened.close()


def moment(context: click.Context) -> datetime:
    """Return the time to decide for: that of ``--now``, or the real one."""
    given = context.obj["now"]
    if given is None:
        return datetime.now(UTC)
    try:
        told = datetime.fromisoformat(given)
        return told.replace(tzinfo=UTC) if told.tzinfo is None else told.astimezone(UTC)
    except (ValueError, OverflowError):
        raise UsageError(f"--now {given} is no time that can be used; write it as 2026-11-23T07:30Z") from None


def report(data: Any, *lines: str, as_json: bool) -> None:
    """Print ``data`` as one JSON object, or else ``lines`` for people."""
    if as_json:
        click.echo(defused_json(json.dumps(plain(data), ensure_ascii=False)))
    else:
        for line in lines:
            click.echo(line)


def plain(value: Any) -> Any:
    """Return ``value`` as JSON knows it: dataclasses as objects, times in ISO 8601, spans in seconds, paths as text."""
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return {field.name: plain(getattr(value, field.name)) for field in dataclasses.fields(value)}
    if isinstance(value, dict):
        return {str(plain(key)): plain(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [plain(item) for item in value]
    if isinstance(value, (datetime, date)):
        return value.isoformat().replace("+00:00", "Z")
    if isinstance(value, timedelta):
        return round(value.total_seconds())
    return str(value) if isinstance(value, Path) else value


def wrapped(text: str, indent: str = "") -> str:
    """Return ``text`` in lines that fit a terminal, each begun with ``indent``."""
    return textwrap.fill(text, WIDTH, initial_indent=indent, subsequent_indent=indent, break_long_words=False)


def shown(path: Path) -> str:
    """Return ``path`` as one would type it from here."""
    here = Path.cwd()
    return str(path.relative_to(here)) if path.is_relative_to(here) else str(path)


def write_file(path: Path, data: bytes, *, private: bool = False) -> None:
    """Write ``data`` where the author said. Raises ``UsageError`` where that cannot be."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        if private:
            path.touch(mode=0o600)
            path.chmod(0o600)  # it may have been there
        path.write_bytes(data)
    except OSError as error:
        raise UsageError(f"{path} cannot be written: {error.strerror}") from error


def write_private(path: Path, parts: Iterable[str]) -> None:
    """Write ``parts`` one after the other where the author said, for their eyes alone."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch(mode=0o600)
        path.chmod(0o600)  # it may have been there
        with path.open("w", encoding="utf-8", newline="") as file:
            file.writelines(parts)
    except OSError as error:
        raise UsageError(f"{path} cannot be written: {error.strerror}") from error


def command(*words: str) -> str:
    """Return a command as the author can type it, whatever an address in it holds."""
    return shlex.join(("byline", *words))


def counted(number: int, one: str, many: str = "") -> str:
    """Return a number with its word: 1 feed, 2 feeds."""
    return f"{number} {one if number == 1 else many or one + 's'}"


@contextmanager
def working(what: str) -> Iterator[None]:
    """Show on stderr that work goes on whose end cannot be told; nothing where stderr is no terminal."""
    if not sys.stderr.isatty():
        yield
        return
    from rich.console import Console

    with Console(stderr=True).status(what):
        yield


@contextmanager
def progress(what: str, total: int) -> Iterator[Callable[[], None]]:
    """Show a bar on stderr while work lasts longer than a second; nothing where stderr is no terminal."""
    if not sys.stderr.isatty():
        yield lambda: None
        return
    from rich.console import Console
    from rich.progress import Progress

    with Progress(console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task(what, total=total)
        yield lambda: bar.advance(task)


def change_in_words(change: Change) -> str:
    """Return what Byline changed about a feed by itself."""
    match change.kind:
        case ChangeKind.MOVED:
            return f"it moved for good, and is asked at {change.after} from now on"
        case ChangeKind.PAUSED:
            return f"it {change.after}, and is not asked any more"
        case ChangeKind.NAMING:
            by = {Naming.BY_LINK: "links", Naming.BY_TITLE: "titles and dates"}[Naming(change.after)]
            return f"one id of it stood for different entries, which are known by their {by} from now on"

"""Pages to HTML with MkDocs: the only module that knows the engine."""

from __future__ import annotations

import logging
import shutil
import socket
from contextlib import contextmanager
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING

from pipeline.errors import PublishError, UsageError, template_place

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence


def build(root: Path, pages: Path, output: Path) -> tuple[str, ...]:
    """Build ``pages`` into the new folder ``output`` with the mkdocs.yml in ``root``. Return the warnings.

    Raises ``PublishError`` where the engine cannot go on.
    """
    from jinja2 import TemplateError
    from mkdocs.commands.build import build as mkdocs_build
    from mkdocs.config import load_config
    from mkdocs.exceptions import MkDocsException

    shutil.rmtree(output, ignore_errors=True)
    with _warnings() as warnings:
        try:
            config = load_config(str(root / "mkdocs.yml"), docs_dir=str(pages), site_dir=str(output))
            config.plugins.on_startup(command="build", dirty=False)
            try:
                mkdocs_build(config)
            finally:
                config.plugins.on_shutdown()
        except TemplateError as error:
            place = template_place(error, Path(config.theme.custom_dir or root))
            raise PublishError(f"{place}: the site's template is broken: {error}", warnings) from error
        except (MkDocsException, SystemExit) as error:
            raise PublishError(f"The site cannot be built: {error or 'the engine gave up'}", warnings) from error
        except Exception as error:  # whatever front matter that only the engine knows makes it stumble over
            reason = f"The engine stumbles ({type(error).__name__}: {error}); look at the front matter you changed last"
            raise PublishError(reason, warnings) from error
    return tuple(warnings)


def looks(overrides: Path) -> tuple[Path, ...]:
    """Return the style sheets that pages of the site have: the theme's, then those in the author's ``overrides``."""
    found = find_spec("material")
    places = found.submodule_search_locations if found else None
    theme = Path((places or [""])[0]) / "templates" / "assets" / "stylesheets"
    theirs = (sheet for name in ("main", "palette") for sheet in theme.glob(f"{name}.*.min.css"))
    return (*theirs, *sorted((overrides / "assets" / "stylesheets").glob("*.css")))


def see_that_free(address: tuple[str, int]) -> None:
    """See to it that ``address`` can be served at. Raises ``UsageError``."""
    try:
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind(address)
            probe.listen()
    except OSError as error:
        raise UsageError(f"port {address[1]} cannot be used ({error.strerror}); choose another with --port") from error


def serve(folder: Path, address: tuple[str, int], watched: Sequence[Path], rebuild: Callable[[], None]) -> None:
    """Serve ``folder`` at ``address`` until interrupted; when something ``watched`` changes, rebuild and reload."""
    from mkdocs.livereload import LiveReloadServer

    host, port = address
    server = LiveReloadServer(rebuild, host, port, root=str(folder), mount_path="/")
    for path in watched:
        server.watch(str(path))
    try:
        server.serve()  # type: ignore[no-untyped-call]
    finally:
        server.shutdown()


@contextmanager
def _warnings() -> Iterator[list[str]]:
    """Collect what the engine warns of, in place of printing it."""
    collected: list[str] = []
    handler = logging.Handler(logging.WARNING)
    handler.emit = lambda record: collected.append(record.getMessage())  # type: ignore[method-assign]
    logger = logging.getLogger("mkdocs")
    before = logger.propagate
    logger.addHandler(handler)
    logger.propagate = False
    try:
        yield collected
    finally:
        logger.removeHandler(handler)
        logger.propagate = before

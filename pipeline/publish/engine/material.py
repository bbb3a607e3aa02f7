"""MkDocs with Material, in this process: the engine that comes with Byline."""

from __future__ import annotations

import logging
import os
from contextlib import contextmanager, nullcontext
from typing import TYPE_CHECKING, Any

from pipeline.errors import PublishError, template_place
from pipeline.publish.engine.plan import Built, Plan, plugins_without_ours, see_that_templated, wanted
from pipeline.publish.engine.speed import Speed
from pipeline.publish.engine.speed.converter import one_converter
from pipeline.publish.engine.warned import in_words
from pipeline.publish.ground.kept import pieces_in
from pipeline.publish.ground.remembered import remove

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pipeline.settings.sections import Settings


def build_here(plan: Plan, settings: Settings, *, fast: bool = True) -> Built:
    """Build ``plan`` with MkDocs; not ``fast``, without our plugin.

    Raises ``PublishError`` where the engine cannot go on.
    """
    from jinja2 import TemplateError
    from mkdocs.commands.build import build as mkdocs_build
    from mkdocs.exceptions import MkDocsException

    remove(plan.output)
    speed = Speed(plan) if fast else None
    with _warnings() as warnings:
        try:
            config = _config(plan, settings)
            if speed:
                config.plugins["byline-speed"] = speed
            config.plugins.on_startup(command="build", dirty=False)
            try:
                with one_converter(config) if fast else nullcontext():
                    mkdocs_build(config)
            finally:
                if speed:
                    speed.stop()
                config.plugins.on_shutdown()
        except TemplateError as error:
            place = template_place(error, settings.overrides)
            raise PublishError(f"{place}: the site's template is broken: {error}", warnings) from error
        except (MkDocsException, SystemExit) as error:
            raise PublishError(f"The site cannot be built: {error or 'the engine gave up'}", warnings) from error
        except (OSError, PublishError):  # a disk that is full, or a file that may not be read, is told as such
            raise
        except Exception as error:  # whatever front matter that only the engine knows makes it stumble over
            reason = f"The engine stumbles ({type(error).__name__}: {error}); look at the front matter you changed last"
            raise PublishError(reason, warnings) from error
    fresh = speed.fresh if speed else len(plan.staged.pages)
    pieces = wanted(pieces_in(plan.output) | (speed.pieces if speed else {}), plan, settings)
    told = tuple(dict.fromkeys(in_words(warnings, settings.content)))
    return Built(pieces=pieces, warnings=told, fresh=fresh, slowed=speed.slowed if speed else "")


def _config(plan: Plan, settings: Settings) -> Any:
    """Return the author's mkdocs.yml with what the plan changes about it."""
    os.environ.setdefault("NO_MKDOCS_2_WARNING", "1")  # the manual says it, with the way to move
    from mkdocs.config import load_config
    from mkdocs.utils.yaml import yaml_load

    file = settings.root / "mkdocs.yml"
    with file.open("rb") as source:
        theirs = yaml_load(source)
    see_that_templated(theirs, file.read_text(encoding="utf-8"))
    extra = {**(theirs.get("extra") or {}), "byline": dict(plan.told)}
    config = load_config(
        str(file),
        docs_dir=str(plan.staged.folder),
        site_dir=str(plan.output),
        plugins=plugins_without_ours(theirs.get("plugins", ["search"]), settings.publish.search),
        extra=extra,
    )
    if not {"attr_list", "extra", "markdown.extensions.extra"} & {*config.markdown_extensions}:
        config.markdown_extensions.append("attr_list")  # takes have their anchors by it
    return config


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

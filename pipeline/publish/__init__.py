"""The room ``publish``: posts become the site.

What the site says is decided before the engine runs (``stage``) or after it (``feeds``); the engine only turns pages
into HTML. The new site takes the old one's place in one move at the end, so a failed build leaves the old one whole.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from pipeline.errors import PublishError
from pipeline.publish.catalogue import catalogue
from pipeline.publish.engine import build, planned
from pipeline.publish.finish import finish
from pipeline.publish.person import person_of
from pipeline.publish.put import put
from pipeline.publish.reading import drafts as drafts_of
from pipeline.publish.reading import published
from pipeline.publish.stage import stage
from pipeline.publish.told import told_of

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from pipeline.model import Post, Trend
    from pipeline.settings.sections import Settings

    Trends = Sequence[Trend] | None
    """What rises and falls, for a page of the site; None where it is to have no such page."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Site:
    """A built site: where it is, what it holds, and what was warned of.

    Of its ``pages``, ``fresh`` were built anew; ``slowed`` says why it was all of them, where that was so.
    """

    folder: Path
    posts: int
    pages: int
    fresh: int
    slowed: str
    warnings: tuple[str, ...]


def publish(
    settings: Settings,
    output: Path | None = None,
    *,
    engine: str = "",
    strict: bool = False,
    drafts: bool = False,
    trends: Trends = None,
) -> Site:
    """Build the site into ``output``, or where mkdocs.yml says; with ``drafts``, as if they were published.

    Raises ``PublishError``, if ``strict`` at a warning too; the old site then stays.
    """
    output = output or settings.output
    work = settings.state / "work" / output.name  # a preview and a build do not disturb each other
    found = catalogue((*drafts_of(settings), *published(settings, work)) if drafts else published(settings, work))
    person = person_of(settings.content)
    staged = stage(work / "stage", found, person, settings, trends)
    plan = planned(staged, work, engine or settings.publish.engine, told_of(found, person, settings), settings)
    built = build(plan, settings)
    made = finish(built.pieces, staged.titles, found, settings, work)
    warnings = (*built.warnings, *made.warnings)
    if strict and warnings:
        raise PublishError("The site is not published, because of warnings, and --strict was asked for:", warnings)
    put(made.pieces, output, work)
    pages = sum(name.endswith(".html") for name in made.pieces)
    return Site(
        folder=output, posts=len(found.posts), pages=pages, fresh=built.fresh, slowed=built.slowed, warnings=warnings
    )


def preview(settings: Settings, port: int, tell: Callable[[str], None], trends: Trends = None) -> None:
    """Serve the site, drafts included, on 127.0.0.1; build it anew whenever a file of the author's changes.

    Raises ``UsageError`` where the port cannot be used.
    """
    folder, address = settings.state / "preview", ("127.0.0.1", port)
    see_that_free(address)  # before the author waits for a build

    def rebuild() -> None:
        try:
            tell("\n".join(publish(settings, folder, drafts=True, trends=trends).warnings) or "Built.")
        except PublishError as error:
            tell(str(error))  # the author is in the middle of a sentence; the last good site stays

    rebuild()
    tell(f"The preview is at http://127.0.0.1:{port}/ until you press Ctrl-C.")
    watched = [settings.content, settings.root / "mkdocs.yml"]
    watched += [settings.overrides] if settings.overrides.is_dir() else []
    serve(folder, address, watched, rebuild)

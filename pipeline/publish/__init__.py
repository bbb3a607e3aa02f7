"""The room ``publish``: posts become the site.

What the site says is decided before the engine runs (``stage``) or after it (``feeds``); the engine only turns pages
into HTML. The new site takes the old one's place in one move at the end, so a failed build leaves the old one whole.
"""

from __future__ import annotations

import shutil
from dataclasses import dataclass
from typing import TYPE_CHECKING

from pipeline import post as posts
from pipeline.errors import PublishError
from pipeline.publish.catalogue import catalogue
from pipeline.publish.engine import build, planned
from pipeline.publish.feeds import write_feeds
from pipeline.publish.person import person_of
from pipeline.publish.reading import drafts as drafts_of
from pipeline.publish.reading import published
from pipeline.publish.search import tame_search
from pipeline.publish.stage import stage

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from pipeline.model import Post, Trend
    from pipeline.settings.sections import Settings

    Trends = Sequence[Trend] | None
    """What rises and falls, for a page of the site; None where it is to have no such page."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Site:
    """A built site: where it is, what it holds, and what the engine warned of."""

    folder: Path
    posts: int
    pages: int
    warnings: tuple[str, ...]


def publish(
    settings: Settings, output: Path | None = None, *, engine: str = "", strict: bool = False, drafts: bool = False, trends: Trends = None
) -> Site:
    """Build the site into ``output``, or where mkdocs.yml says; with ``drafts``, as if they were published.

    Raises ``PublishError``, if ``strict`` at a warning too; the old site then stays.
    """
    output = output or settings.output
    work = settings.state / "work" / output.name  # a preview and a build do not disturb each other
    found = catalogue((*drafts_of(settings), *published(settings, work)) if drafts else published(settings, work))
    staged = stage(work / "stage", found, person_of(settings.content), settings, trends)
    plan = planned(staged, work, engine or settings.publish.engine, settings)
    built = build(plan, settings)
    if strict and built.warnings:
        raise PublishError("The site is not published, because the engine warns and --strict was asked for:", built.warnings)
    _all_there(found.posts, plan.output)
    tame_search(plan.output, {title for post in found.posts for title in (post.title, *post.topics)})
    write_feeds(plan.output, found, settings, work)
    _take_place(plan.output, output)
    return Site(folder=output, posts=len(found.posts), pages=len(list(output.rglob("*.html"))), warnings=built.warnings)


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


def _all_there(every: tuple[Post, ...], site: Path) -> None:
    """See to it that each post is where the letter and the feeds will link to."""
    for post in every:
        if not (site / posts.POSTS / post.path.stem / "index.html").is_file():
            raise PublishError(
                f"The site has no page posts/{post.path.stem}/, which letters and feeds link to: "
                'in mkdocs.yml the blog plugin needs post_dir: posts and post_url_format: "posts/{file}".'
            )


def _take_place(fresh: Path, output: Path) -> None:
    old = fresh.with_name("old")
    shutil.rmtree(old, ignore_errors=True)
    try:
        if output.exists():
            output.rename(old)
        fresh.rename(output)
    except OSError as error:
        if old.exists() and not output.exists():
            old.rename(output)
        raise PublishError(f"{output} cannot be replaced by the new site: {error.strerror}") from error
    shutil.rmtree(old, ignore_errors=True)

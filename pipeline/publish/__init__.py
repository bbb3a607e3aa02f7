"""The room ``publish``: posts become the site.

What the site says is decided before the engine runs (``stage``) or after it (``feeds``); the engine only turns pages
into HTML. The new site takes the old one's place in one move at the end, so a failed build leaves the old one whole.
"""

from __future__ import annotations

import shutil
from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING

from pipeline import post as posts
from pipeline.errors import PostError, PublishError
from pipeline.publish.engine import build, see_that_free, serve
from pipeline.publish.feeds import write_feeds
from pipeline.publish.search import tame_search
from pipeline.publish.stage import stage

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence
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
    settings: Settings, output: Path | None = None, *, strict: bool = False, drafts: bool = False, trends: Trends = None
) -> Site:
    """Build the site into ``output``, or where mkdocs.yml says; with ``drafts``, as if they were published.

    Raises ``PublishError``, if ``strict`` at a warning too; the old site then stays.
    """
    output = output or settings.output
    every = _with_drafts(settings) if drafts else published(settings)
    work = settings.state / "work" / output.name  # a preview and a build do not disturb each other
    staged = stage(work / "stage", every, settings, trends)
    fresh = work / "build"
    warnings = build(settings.root, staged, fresh)
    if strict and warnings:
        raise PublishError("The site is not published, because the engine warns and --strict was asked for:", warnings)
    _all_there(every, fresh)
    tame_search(fresh, {title for post in every for title in (post.title, *post.topics)})
    write_feeds(fresh, every, settings)
    _take_place(fresh, output)
    return Site(folder=output, posts=len(every), pages=len(list(output.rglob("*.html"))), warnings=warnings)


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


def _newest_first(every: Iterable[Post]) -> tuple[Post, ...]:
    """Return posts as they stand wherever they are listed: by day, those of one day by name, as the engine does."""
    return tuple(sorted(sorted(every, key=lambda post: post.path.name), key=lambda post: post.date, reverse=True))


def published(settings: Settings) -> tuple[Post, ...]:
    """Return the posts of the site, the newest first. Raises ``PublishError`` with every post that is broken."""
    found, broken = [], []
    for path in posts.paths(settings.content):
        try:
            found.append(posts.read(path))
        except PostError as error:
            broken.append(str(error))
    if broken:
        raise PublishError("The site is not built, because posts are broken:", broken)
    return _newest_first(found)


def _with_drafts(settings: Settings) -> tuple[Post, ...]:
    """Return the posts and the drafts that can be read, the newest first; a draft in the making may be broken."""
    drafts = []
    for path in posts.paths(settings.content, posts.DRAFTS):
        with suppress(PostError):
            drafts.append(posts.read(path))
    return _newest_first((*drafts, *published(settings)))


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

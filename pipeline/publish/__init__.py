"""The room ``publish``: posts become the site.

What the site says is decided before the engine runs (``stage``); the engine turns pages into HTML (``engine``); what
goes with them is made of both (``finish``). The new site takes the old one's place in one step at the end, so a failed
build leaves the old one whole.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from pipeline.errors import PublishError
from pipeline.publish.stamp import keep_stamp, stamp_of, unchanged

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from pathlib import Path

    from pipeline.model import Trend
    from pipeline.settings.sections import Settings

    Trends = Sequence[Trend] | None
    """What rises and falls, for a page of the site; None where it is to have no such page."""
    Given = Mapping[str, bytes]

_NOTHING: Given = {}


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
    settings: Settings, *, engine: str = "", strict: bool = False, trends: Trends = None, given: Given = _NOTHING
) -> Site:
    """Build the site, unless nothing changed since it was built; ``given`` are files that go with it as they are.

    Raises ``PublishError``, if ``strict`` at a warning too; the old site then stays.
    """
    output, work = settings.output, settings.state / "work" / "site"
    stamp = stamp_of(settings, engine, trends, given)
    if (kept := unchanged(stamp, output, work)) and not (strict and kept[-1]):
        posts, pages, warnings = kept
        return Site(folder=output, posts=posts, pages=pages, fresh=0, slowed="", warnings=warnings)
    from pipeline.publish.kept import of_bytes
    from pipeline.publish.making import make
    from pipeline.publish.put import put

    made = make(settings, work, engine=engine, trends=trends)
    whole = made.finished(work)
    warnings = (*made.built.warnings, *whole.warnings)
    if strict and warnings:
        raise PublishError("The site is not published, because of warnings, and --strict was asked for:", warnings)
    put({**{name: of_bytes(data) for name, data in given.items()}, **whole.pieces}, output, work)
    posts, pages = len(made.found.posts), sum(name.endswith(".html") for name in whole.pieces)
    keep_stamp(stamp, (posts, pages, warnings), work)
    return Site(
        folder=output, posts=posts, pages=pages, fresh=made.built.fresh, slowed=made.built.slowed, warnings=warnings
    )


def preview(
    settings: Settings, port: int, tell: Callable[[str], None], trends: Callable[[], Trends] = lambda: None
) -> None:
    """Serve the site, drafts included, on 127.0.0.1; build it anew whenever a file of the author's is saved.

    Raises ``UsageError`` where the port cannot be used.
    """
    from pipeline.publish.preview import Preview, see_that_free, serve

    address = ("127.0.0.1", port)
    see_that_free(address)  # before the author waits for a build
    watched = [settings.content, settings.root / "mkdocs.yml"]
    watched += [settings.overrides] if settings.overrides.is_dir() else []
    serve(Preview(settings, trends), address, watched, tell)

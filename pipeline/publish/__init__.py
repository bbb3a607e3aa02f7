"""The room ``publish``: posts become the site.

What the site says is decided before the engine runs (``stage``); the engine turns pages into HTML (``engine``); what
goes with them is made of both (``finish``). The new site takes the old one's place in one step at the end, so a failed
build leaves the old one whole.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, TypedDict, Unpack

from pipeline.errors import PublishError
from pipeline.model import Shown
from pipeline.publish.ground.grounds import held, told_in_words
from pipeline.publish.stamp import keep_stamp, stamp_of, unchanged, work_of

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from datetime import date

    from pipeline.model import Trend
    from pipeline.publish.making import Memo
    from pipeline.publish.site import Site
    from pipeline.publish.stamp import Stamp
    from pipeline.settings.sections import Settings

    Trends = Sequence[Trend] | None
    """What rises and falls, for a page of the site; None where it is to have no such page."""


class _How(TypedDict, total=False):
    """By which engine, and with which trends."""

    engine: str
    trends: Trends


_NOTHING: Final = Shown()
_REFUSED: Final = "The site is not published, because of warnings, and --strict was asked for:"


@told_in_words()
def publish(
    settings: Settings,
    *,
    today: date,
    engine: str = "",
    strict: bool = False,
    trends: Trends = None,
    shown: Shown = _NOTHING,
) -> Site:
    """Build the site of ``today``, unless nothing changed since it was built.

    ``shown`` is what it shows besides what the author's file of facts tells.
    Raises ``PublishError``, if ``strict`` at a warning too; the old site then stays.
    """
    with held(settings, work := work_of(settings)):
        stamp = stamp_of(settings, engine, trends, shown)
        if (kept := unchanged(stamp, today, settings.output, work)) and not (strict and kept.warnings):
            return kept
        from pipeline.publish.making import Memo
        from pipeline.publish.renames import follow

        moved = follow(settings, stamp, work, strict=strict)
        stamp = stamp_of(settings, engine, trends, shown) if moved else stamp
        how: _How = {"engine": engine, "trends": trends}
        return _built(settings, stamp, moved, Memo(day=today, shown=shown), strict=strict, **how)


def _built(
    settings: Settings, stamp: Stamp, moved: tuple[str, ...], memo: Memo, *, strict: bool, **how: Unpack[_How]
) -> Site:
    """Build the site, and put it in the place of the old one. Raises as ``publish`` does."""
    from pipeline.publish.finish.beside import Beside
    from pipeline.publish.ground.put import put
    from pipeline.publish.making import make

    with Beside(work_of(settings)) as beside:
        made = make(settings, beside, **how, memo=memo)
        whole = made.finished(beside)
        site = made.site(whole, moved)
        if strict and site.warnings:
            raise PublishError(_REFUSED, site.warnings)
        put(whole.pieces, settings.output, beside.work, late=beside.index.late)
    keep_stamp(stamp, site, beside.work)
    return site


def show(
    settings: Settings,
    port: int,
    tell: Callable[[str], None],
    trends: Callable[[], Trends] = lambda: None,
    shown: Callable[[], Shown] = lambda: _NOTHING,
) -> None:
    """Serve the site, drafts included, on 127.0.0.1; build it anew whenever a file of the author's is saved.

    Raises ``UsageError`` where the port cannot be used.
    """
    from pipeline.publish.preview import Preview, previewed_in, see_that_free, serve

    address = ("127.0.0.1", port)
    see_that_free(address)  # before the author waits for a build
    watched = [settings.content, settings.root / "mkdocs.yml"]
    watched += [settings.overrides] if settings.overrides.is_dir() else []
    with held(settings, previewed_in(settings), patience=0):
        serve(Preview(settings, trends, shown), address, watched, tell)

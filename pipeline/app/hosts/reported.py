"""What the check says of changed posts, as the report of a run; settings that are wrong are a part of it.

What comes in is the site and a commit to compare with; what goes out is text, and how grave it is. Nothing of the
repository is run.
"""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING, Self

from pipeline import post as posts
from pipeline.app.hosts.changed import changed, others, taken_away
from pipeline.app.hosts.told import told, told_of_trouble
from pipeline.errors import PostError
from pipeline.model import Finding, Severity

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

    from pipeline.app import App
    from pipeline.errors import SettingsError
    from pipeline.model import Post
    from pipeline.settings.sections import Settings


@dataclass(frozen=True, slots=True, kw_only=True)
class Reported:
    """The ``text`` of a report, the ``paths`` it is about, how many ``findings`` and ``errors`` there are.

    ``is_red`` tells that it must not be merged as it stands: an error in a draft alone does not make it so.
    """

    text: str
    paths: tuple[Path, ...] = ()
    errors: int = 0
    findings: int = 0
    is_red: bool = False

    @classmethod
    def of_trouble(cls, *problems: str) -> Self:
        """Return the report that nothing could be checked, and why."""
        many = len(problems)
        return cls(text=told_of_trouble(problems), errors=many, findings=many, is_red=True)


def reported(app: App, since: str) -> Reported:
    """Check the posts of ``app`` that are other than in the commit ``since``, or new."""
    settings = app.settings
    if problem := _led_out(settings):
        return Reported.of_trouble(problem)
    paths = changed(settings, since)
    found = [finding for path in paths for finding in app.check(path)]
    found += _renamed(settings, since, paths)
    return Reported(
        text=told(settings.root, paths, found, others(settings, since, paths)),
        paths=paths,
        errors=sum(each.hinders for each in found),
        findings=len(found),
        is_red=any(each.hinders and each.path.parent.name != posts.DRAFTS for each in found),
    )


def _renamed(settings: Settings, since: str, paths: Iterable[Path]) -> Iterator[Finding]:
    """Yield what is wrong with posts that got other names and do not say their old ones: no build is published so."""
    from pipeline.publish.renames import renamed, to_be_noted

    now = list(_legible(path for path in paths if path.parent.name == posts.POSTS))
    for post, was in renamed(taken_away(settings, since), now):
        if was.path.stem not in post.aliases:
            said, remedy = to_be_noted(post, was)
            yield Finding(rule="renamed", severity=Severity.ERROR, path=post.path, line=1, reason=said, remedy=remedy)


def _legible(paths: Iterable[Path]) -> Iterator[Post]:
    for path in paths:
        with suppress(PostError):  # the check says what is wrong with it
            yield posts.read(path)


def reported_of_settings(error: SettingsError) -> Reported:
    """Return the report on a site whose settings are wrong."""
    return Reported.of_trouble(*error.problems)


def _led_out(settings: Settings) -> str | None:
    """Return what is wrong with a folder of posts that is elsewhere, where no commit tells what was changed in it."""
    if settings.content.resolve().is_relative_to(settings.root.resolve()):
        return None
    return f"{settings.site.docs_dir} is a link that leads out of the site: let it be a folder"

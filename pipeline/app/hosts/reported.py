"""What the check says of changed posts, as the report of a run; settings that are wrong are a part of it.

What comes in is the site and a commit to compare with; what goes out is text, and how grave it is. Nothing of the
repository is run.
"""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Self

from pipeline import post as posts
from pipeline import yamltext
from pipeline.app.hosts.changed import changed, others, taken_away
from pipeline.app.hosts.told import told, told_of_trouble
from pipeline.app.lost import broken_templates, lost_hooks, lost_plugins
from pipeline.errors import PostError
from pipeline.html import plain_text
from pipeline.model import Finding, Severity
from pipeline.settings.mkdocs import FILE as MKDOCS

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from pathlib import Path

    from pipeline.app import App
    from pipeline.errors import SettingsError
    from pipeline.model import Post
    from pipeline.settings.sections import Settings

_REQUIREMENTS: Final = "requirements.txt"


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
    more = others(settings, since, paths)
    found += (lost := list(_lost(settings, more)))
    return Reported(
        text=told(settings.root, [*paths, *dict.fromkeys(each.path for each in lost)], found, more),
        paths=paths,
        errors=sum(each.hinders for each in found),
        findings=len(found),
        is_red=any(each.hinders and each.path.parent.name != posts.DRAFTS for each in found),
    )


def _lost(settings: Settings, others: Sequence[str]) -> Iterator[Finding]:
    """Yield what keeps the site from being built: code that is named and not there, and templates that are broken.

    What is installed is what the branch asks for that this would be merged into; so where that changes, nobody knows.
    """
    is_asked_anew = any(name.endswith(_REQUIREMENTS) for name in others)
    text = (settings.root / MKDOCS).read_text(encoding="utf-8")

    def found(setting: str, severity: Severity, reason: str, remedy: str) -> Finding:
        line, path = yamltext.line_of(text, (setting,)), settings.root / MKDOCS
        return Finding(rule=setting, severity=severity, path=path, line=line, reason=reason, remedy=remedy)

    for name in lost_hooks(settings):
        reason = f"there is no file {name}, which hooks names, so the site cannot be built"
        yield found("hooks", Severity.ERROR, reason, "put it there, or take the line out")
    for name in lost_plugins(settings):
        reason = f"the plugin {name} is not installed, so the site cannot be built"
        severity = Severity.WARNING if is_asked_anew else Severity.ERROR
        yield found("plugins", severity, reason, f"name it in {_REQUIREMENTS}, with all that it needs, or take it out")
    for path, line, why, use in broken_templates(settings):
        reason = f"the template cannot be read, so {use.means}: {why}"
        remedy = use.remedy[:1].lower() + use.remedy[1:].rstrip(".")
        yield Finding(rule="template", severity=Severity.ERROR, path=path, line=line, reason=reason, remedy=remedy)


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
    """Return what is wrong with a folder that is elsewhere, where no commit tells what was changed in it."""
    for folder in (settings.content, settings.overrides):
        if not folder.resolve().is_relative_to(settings.root.resolve()):
            return f"{plain_text(folder.name)} leads out of the site: let it be a folder in it, and no link"
    return None

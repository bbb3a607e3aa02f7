"""A letter as a reader would get it, looked at before it leaves."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from pipeline import post as posts
from pipeline.send.lint import Facts, lint

if TYPE_CHECKING:
    from pathlib import Path

    from pipeline.app import App
    from pipeline.send.lint import LetterFinding


@dataclass(frozen=True, slots=True, kw_only=True)
class Linted:
    """What was found in a letter, and in ``notes`` what was not looked at and why."""

    path: Path
    edition: str
    findings: tuple[LetterFinding, ...]
    notes: tuple[str, ...] = ()


def look_at(app: App, path: Path) -> Linted:
    """Return what is wrong with the letter of the post in ``path``."""
    letter = app.letter(path)
    message = app.sample(letter)["eml"]
    return Linted(path=path, edition=letter.edition, findings=lint(message, _facts(app, path)))


def _facts(app: App, path: Path) -> Facts:
    published = {post.stem for post in posts.paths(app.settings.content)}
    drafts = frozenset(draft.stem for draft in app.drafts()) - published - {path.stem}
    return Facts(postal_address=app.settings.send.postal_address, drafts=drafts)

"""A letter as a reader would get it, looked at before it leaves."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from pipeline import post as posts
from pipeline.html import safe_url
from pipeline.send.lint import Facts, links_in, lint

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from pipeline.app import App
    from pipeline.model import Letter
    from pipeline.send.lint import LetterFinding


@dataclass(frozen=True, slots=True, kw_only=True)
class Linted:
    """What was found in a letter, and in ``notes`` what was not looked at and why."""

    path: Path
    edition: str
    findings: tuple[LetterFinding, ...]
    notes: tuple[str, ...] = ()


def look_at(app: App, path: Path, *, online: bool) -> Linted:
    """Return what is wrong with the letter of the post in ``path``; ``online`` asks the web, too."""
    letter = app.letter(path)
    message = app.sample(letter)["eml"]
    facts, notes = _facts(app, path), [] if online else ["nobody was asked whether the links are there: say --online"]
    if online:
        facts = replace(facts, dead=_dead_links(app, message, letter))
    return Linted(path=path, edition=letter.edition, findings=lint(message, facts), notes=tuple(notes))


def _facts(app: App, path: Path) -> Facts:
    """Return what the author's site says of the letter."""
    published = {post.stem for post in posts.paths(app.settings.content)}
    drafts = frozenset(draft.stem for draft in app.drafts()) - published - {path.stem}
    return Facts(postal_address=app.settings.send.postal_address, drafts=drafts)


def _dead_links(app: App, message: bytes, letter: Letter) -> Mapping[str, str]:
    """Go to each link of the letter. Return which lead nowhere, and why.

    Not to the way to leave, which might take somebody off the list, nor to the post, which may not be published yet.
    """
    own = (letter.web_url, app.settings.send.unsubscribe_url or letter.web_url)
    links = {link: safe_url(link, tracking=True) for link in links_in(message) if not link.startswith(own)}
    dead = app.feeds.dead_among({url for url in links.values() if url is not None})
    return {link: dead[url] for link, url in links.items() if url is not None and url in dead}

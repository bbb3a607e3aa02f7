"""A letter as a reader would get it, looked at before it leaves."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from pipeline import post as posts
from pipeline.html import safe_url
from pipeline.send.counting import way
from pipeline.send.lint import Facts, links_in, lint, questions_about
from pipeline.send.lint.asking import ask
from pipeline.send.lint.spam import score_of
from pipeline.send.sign import signers_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence
    from pathlib import Path

    from pipeline.app import App
    from pipeline.model import Letter
    from pipeline.send.lint import LetterFinding
    from pipeline.send.lint.facts import Question, Records


@dataclass(frozen=True, slots=True, kw_only=True)
class Linted:
    """What was found in a letter, and in ``notes`` what was not looked at and why."""

    path: Path
    edition: str
    findings: tuple[LetterFinding, ...]
    notes: tuple[str, ...] = ()


def look_at(
    app: App,
    path: Path,
    *,
    online: bool,
    ask_others: bool = True,
    ask: Callable[[Sequence[Question]], Records] = ask,
) -> Linted:
    """Return what is wrong with the letter of the post in ``path``; ``online`` asks the web and DNS, too.

    Without ``ask_others`` no other program is asked either, which takes seconds.
    """
    letter = app.letters.make(path)
    message = app.letters.sample(letter)["eml"]
    service = app.settings.service or ""
    behind = {way(service, target, name): target for name, target in letter.links.items()}
    facts = replace(_facts(app, path), behind=behind, spam=score_of(message) if ask_others else None)
    if online:
        facts = replace(facts, dead=_dead_links(app, message, letter), records=ask(questions_about(message)))
    findings = lint(message, facts)
    return Linted(path=path, edition=letter.edition, findings=findings, notes=tuple(_notes(app, facts)))


def _notes(app: App, facts: Facts) -> Iterator[str]:
    """Yield what was not looked at."""
    if facts.records is None:
        yield "neither the links nor DNS were asked; --online does that"
    elif silent := sorted({name for (name, _), found in facts.records.items() if found is None}):
        yield f"DNS gave no answer about {', '.join(silent)}, so what it says of the sender was not looked at"
    if not app.settings.send.dkim:
        yield "the letter is not signed here; whether your mail provider signs it shows in a letter that arrived"


def _facts(app: App, path: Path) -> Facts:
    """Return what the author's site says of the letter."""
    published = {post.stem for post in posts.paths(app.settings.content)}
    drafts = frozenset(draft.stem for draft in app.drafts()) - published - {path.stem}
    keys = {(signer.selector, signer.domain): signer.public() for signer in signers_of(app.settings)}
    return Facts(postal_address=app.settings.send.postal_address, drafts=drafts, keys=keys)


def _dead_links(app: App, message: bytes, letter: Letter) -> Mapping[str, str]:
    """Go to each link of the letter. Return which lead nowhere, and why.

    Not to the way to leave, which might take somebody off the list, nor to the post, which may not be published yet.
    """
    own = (letter.web_url, *filter(None, (app.settings.send.unsubscribe_url, app.settings.service)))
    found = {*links_in(message), *letter.links.values()}
    links = {link: safe_url(link, tracking=True) for link in found if not link.startswith(own)}
    dead = app.feeds.dead_among({url for url in links.values() if url is not None})
    return {link: dead[url] for link, url in links.items() if url is not None and url in dead}

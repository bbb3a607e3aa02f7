"""A page that is no post: what the author wrote, or a page of ours, and the facts that go with it."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import date, datetime
from pathlib import PurePosixPath
from typing import TYPE_CHECKING, Any, Final

from pipeline.html import plain_text
from pipeline.publish.facts import places
from pipeline.publish.facts.linked_data import of_page
from pipeline.publish.facts.moved import followed
from pipeline.publish.facts.pictured import told_of_site
from pipeline.publish.ground.kept import of_text
from pipeline.publish.stage.files import Sheet
from pipeline.publish.stage.latest import mistaken, with_latest
from pipeline.publish.stage.matter import FACTS, joined
from pipeline.publish.stage.sentence import first_sentence

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from pipeline.publish.facts.catalogue import Catalogue
    from pipeline.publish.stage.theirs import Words
    from pipeline.publish.stage.whole import Whole

_HEADING: Final = re.compile(r"^#[ \t]+([^\n]+)$", re.MULTILINE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """A page that Byline makes or adds to: its file, what it is called where the author does not say, and its facts.

    ``about`` tells programs what it is, where the author says nothing. ``kind`` is its type in schema.org. ``body``
    stands below the author's introduction, and ``intro`` in its place. A page that ``needs_intro`` is only there if the
    author wrote something for it.
    """

    file: str
    title: str
    template: str
    about: str = ""
    kind: str = "CollectionPage"
    facts: Mapping[str, Any] = field(default_factory=dict)
    intro: str = ""
    body: str = ""
    needs_intro: bool = False


def sheet_of(name: str, theirs: Words | None, ours: Page | None, whole: Whole) -> Sheet:
    """Return the file ``name`` for the engine: ``theirs`` is what the author wrote, ``ours`` what goes with it."""
    matter, body, before = theirs or ({}, ours.intro if ours else "", 0)
    page, settings = PurePosixPath(name), whole.settings
    wrong = tuple(mistakes(name, before, body, whole.found))
    about = _about(matter, body, ours)
    body = followed(with_latest(body, page, whole.found, settings), page, whole.found.moved)
    title = plain_text(str(matter.get("title") or "")) or _title_of(name, body, ours)
    address = places.address_of(name)
    kind = ours.kind if ours else "WebPage"
    facts = {"url": address, "title": title, "description": about, **(ours.facts if ours else {})}
    facts |= {"linked_data": of_page(kind, title, address, whole.person, settings), "card": told_of_site(settings)}
    ours_first = {"template": ours.template, "title": title} if ours else {}
    text = f"{body.rstrip()}\n\n{ours.body}\n" if ours and ours.body else body
    piece = of_text(joined({**ours_first, **matter, FACTS: facts}, text))
    return Sheet(title, piece, _day_of(matter), about, wrong)


def mistakes(name: str, before: int, body: str, found: Catalogue) -> Iterator[str]:
    """Yield what of ``body``, which stands below so many lines ``before`` it, is not shown as it is meant.

    It is the text of the file ``name`` in content/.
    """
    for line, wrong in mistaken(body, PurePosixPath(name), found):
        yield f"content/{name}:{before + line + 1}: {wrong}"


def _about(matter: Mapping[str, Any], body: str, ours: Page | None) -> str:
    """Return what a page is about: as the author says in its front matter, or in its first sentence; else as we do."""
    said = matter.get("description") or matter.get("summary")
    return (plain_text(str(said)) if said else first_sentence(body)) or (ours.about if ours else "")


def _day_of(matter: Mapping[str, Any]) -> date | None:
    """Return the day that the author says a page changed on, or was written."""
    said = matter.get("updated") or matter.get("date")
    return said.date() if isinstance(said, datetime) else said if isinstance(said, date) else None


def _title_of(name: str, body: str, ours: Page | None) -> str:
    """Return what a page is called without a word of the author's: as ours, by its heading, or by its file."""
    if ours:
        return ours.title
    heading = _HEADING.search(body)
    stem = PurePosixPath(name).stem.replace("-", " ").replace("_", " ")
    said = plain_text(heading[1].rstrip(" \t#")) if heading else ""
    return said or stem[:1].upper() + stem[1:]

"""A page that is no post: what the author wrote, or a page of ours, and the facts that go with it."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import date, datetime
from pathlib import PurePosixPath
from typing import TYPE_CHECKING, Any, Final

from pipeline.html import plain_text
from pipeline.publish import places
from pipeline.publish.kept import of_text
from pipeline.publish.linked_data import of_page
from pipeline.publish.pictured import told_of_site
from pipeline.publish.stage.files import Sheet
from pipeline.publish.stage.latest import with_latest
from pipeline.publish.stage.matter import FACTS, joined, split

if TYPE_CHECKING:
    from collections.abc import Mapping

    from pipeline.publish.stage.whole import Whole

_HEADING: Final = re.compile(r"^#[ \t]+([^\n]+?)[ \t#]*$", re.MULTILINE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """A page that Byline makes or adds to: its file, what it is called where the author does not say, and its facts.

    ``kind`` is its type in schema.org. ``body`` stands below the author's introduction, and ``intro`` in its place. A
    page that ``needs_intro`` is only there if the author wrote something for it.
    """

    file: str
    title: str
    template: str
    kind: str = "CollectionPage"
    facts: Mapping[str, Any] = field(default_factory=dict)
    intro: str = ""
    body: str = ""
    needs_intro: bool = False


def sheet_of(name: str, theirs: str | None, ours: Page | None, whole: Whole) -> Sheet:
    """Return the file ``name`` for the engine.

    ``theirs`` is what the author wrote, ``ours`` what goes with it.

    What the author wrote with front matter that cannot be read stays as it is: the engine says so.
    """
    parts = ({}, ours.intro if ours else "") if theirs is None else split(theirs)
    if parts is None:
        return Sheet("", of_text(theirs or ""))
    matter, body = parts
    settings = whole.settings
    body = with_latest(body, PurePosixPath(name), whole.found, settings)
    title = plain_text(str(matter.get("title") or "")) or _title_of(name, body, ours)
    address = places.address_of(name)
    kind = ours.kind if ours else "WebPage"
    facts = {"url": address, "title": title, **(ours.facts if ours else {})}
    facts |= {"linked_data": of_page(kind, title, address, whole.person, settings), "card": told_of_site(settings)}
    ours_first = {"template": ours.template, "title": title} if ours else {}
    text = f"{body.rstrip()}\n\n{ours.body}\n" if ours and ours.body else body
    return Sheet(title, of_text(joined({**ours_first, **matter, FACTS: facts}, text)), _day_of(matter))


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
    return plain_text(heading[1]) if heading else stem[:1].upper() + stem[1:]

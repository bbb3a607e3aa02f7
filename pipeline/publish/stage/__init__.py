"""content/ to a folder of pages for the engine: the author's files, and for each page the facts that templates show.

All that the site says is decided here, in Markdown and front matter, so that any engine can build it. Drafts, hidden
files, data files and links that lead out of content/ stay behind.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from pipeline.publish.facts import places
from pipeline.publish.facts.trends import EXPLAINED, trend_lines
from pipeline.publish.stage.about import about_pages
from pipeline.publish.stage.article import article
from pipeline.publish.stage.files import Sheet, Staged, staged
from pipeline.publish.stage.lists import list_pages
from pipeline.publish.stage.notices import notices
from pipeline.publish.stage.page import Page, mistakes, sheet_of
from pipeline.publish.stage.theirs import theirs_in

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from pipeline.model import Post, Trend
    from pipeline.publish.stage.whole import Whole


def stage(folder: Path, whole: Whole, trends: Sequence[Trend] | None = None, *, drafts: bool = False) -> Staged:
    """Fill ``folder`` with what the engine builds of the author's content; what did not change is left alone there.

    Without ``trends`` there is no page of them; ``drafts`` are only on a preview. Raises ``PublishError`` for files
    that cannot be read.
    """
    pages = {places.post_file(post): _sheet(post, whole) for post in whole.found.posts}
    every = {
        page.file: page for page in (*list_pages(whole), *about_pages(whole.person, whole.settings), *_trends(trends))
    }
    taken = [*pages, *(page.file for page in every.values() if not page.needs_intro)]
    found = theirs_in(whole.settings.content, taken, drafts=drafts)
    ours = {name: page for name, page in every.items() if name in found.pages or not page.needs_intro}
    for name in {**found.pages, **ours}:
        pages[name] = sheet_of(name, found.pages.get(name), ours.get(name), whole)
    made = staged(folder, pages, found.others)
    told = (*found.notices, *notices(whole.found, whole.person, pages, whole.settings.select.topics))
    return replace(made, notices=told, held=tuple(found.held))


def _sheet(post: Post, whole: Whole) -> Sheet:
    name = f"{post.path.parent.name}/{post.path.name}"
    wrong = mistakes(name, post.body_line - 1, post.body, whole.found)
    return Sheet(post.title, article(post, whole), about=post.summary, wrong=tuple(wrong))


def _trends(trends: Sequence[Trend] | None) -> Iterator[Page]:
    if trends is not None:
        lines = "\n".join(trend_lines(trends))
        yield Page(file=places.TRENDS, title="Trends", template="main.html", intro=EXPLAINED, body=lines)

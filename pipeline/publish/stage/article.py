"""A post to its page: the author's words, with anchors for takes, and beside them what the templates tell of it.

What goes out is Markdown and facts; how they look is decided by the templates.
"""

from __future__ import annotations

import re
from itertools import count
from typing import TYPE_CHECKING, Any, Final

from markdown.extensions.toc import slugify

from pipeline import post as posts
from pipeline.html import slug, to_markdown
from pipeline.model import Kind
from pipeline.post.assisted import disclosure
from pipeline.publish import places
from pipeline.publish.catalogue import NOTHING_AROUND, minutes
from pipeline.publish.linked_data import of_post
from pipeline.publish.pictured import told_of_post
from pipeline.publish.stage.matter import FACTS, joined

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pipeline.model import Post, Source
    from pipeline.publish.catalogue import Catalogue
    from pipeline.publish.person import Person
    from pipeline.settings.sections import Settings

TEMPLATE: Final = "blog-post.html"
FROM: Final = "{: .byline-from }"
"""The attributes of the line that says where a take's source is from."""
_ATTRIBUTES: Final = re.compile(r"\{:?[^{}\n]*\}$")
_NAME: Final = re.compile(r"\{:?[^{}\n]*#([\w:.-]+)[^{}\n]*\}[ \t#]*$")
_CLOSING: Final = re.compile(r"[ \t]+#+$")


def article(post: Post, found: Catalogue, person: Person, settings: Settings) -> str:
    """Return the file of a post's page."""
    return joined(article_matter(post, found, person, settings), article_body(post, settings))


def article_matter(post: Post, found: Catalogue, person: Person, settings: Settings) -> dict[str, Any]:
    """Return the front matter of a post's page: the author's, and the facts."""
    said = {"title": post.title, "date": post.date, "summary": post.summary, "topics": post.topics, "kind": post.kind}
    facts = {
        **listing(post, settings),
        **_around(post, found, settings),
        "sources": [_source(source, settings) for source in post.sources],
        "series": _series(post, found),
        "disclosure": disclosure(post, settings.assist.disclosure) if post.assisted else "",
        "syndication": list(post.syndication),
        "card": told_of_post(post, settings),
        "markdown": f"{places.post_address(post)}index.md",
        "linked_data": of_post(post, found, person, settings),
    }
    return {"template": TEMPLATE, **post.extra, **{name: value for name, value in said.items() if value}, FACTS: facts}


def listing(post: Post, settings: Settings) -> dict[str, Any]:
    """Return what is told of a post wherever it is named: on its own page, and on lists."""
    said: dict[str, Any] = {
        "url": places.post_address(post),
        "title": post.title,
        "date": post.date.isoformat(),
        "day": posts.day_in_words(post.date, settings.site.language),
        "kind": str(post.kind),
        "minutes": minutes(post),
        "summary": post.summary,
        "topics": [
            {"name": topic, "url": places.address_of(f"{places.TOPICS}/{slug(topic)}.md")} for topic in post.topics
        ],
    }
    if post.updated:
        said |= {
            "updated": post.updated.isoformat(),
            "updated_day": posts.day_in_words(post.updated, settings.site.language),
        }
    if link := _linked(post):
        said |= {"link": _source(link, settings)}
    return said


def _linked(post: Post) -> Source | None:
    """Return the source that a link post is about."""
    if post.kind is not Kind.LINK or not post.takes:
        return None
    return next((source for source in post.sources if source.url == post.takes[0].url), None)


def _source(source: Source, settings: Settings) -> dict[str, Any]:
    told: dict[str, Any] = {"url": source.url, "title": source.title or source.url}
    told |= {"publisher": source.publisher} if source.publisher else {}
    told |= {"authors": list(source.authors)} if source.authors else {}
    if source.published:
        told |= {
            "date": source.published.isoformat(),
            "day": posts.day_in_words(source.published, settings.site.language),
        }
    return told


def brief(post: Post, settings: Settings) -> dict[str, str]:
    """Return what a link to a post says of it."""
    day = posts.day_in_words(post.date, settings.site.language)
    return {"url": places.post_address(post), "title": post.title, "date": post.date.isoformat(), "day": day}


def _around(post: Post, found: Catalogue, settings: Settings) -> dict[str, Any]:
    around = found.around.get(post.path.name, NOTHING_AROUND)
    told = {"older": around.older, "newer": around.newer}
    links: dict[str, Any] = {name: brief(other, settings) for name, other in told.items() if other}
    return links | {"related": [brief(other, settings) for other in around.related]}


def _series(post: Post, found: Catalogue) -> dict[str, Any] | None:
    series = found.series.get(slug(post.series)) if post.series else None
    if series is None:
        return None
    names = [each.path.name for each in series.posts]
    number = names.index(post.path.name) + 1 if post.path.name in names else len(names) + 1  # a draft comes last
    url = places.address_of(f"{places.SERIES}/{series.key}.md")
    return {"name": series.name, "url": url, "number": number, "of": max(number, len(names))}


def article_body(post: Post, settings: Settings) -> str:
    """Return the text of a post's page: each take has an anchor, and a line that says who published its source.

    The heading of a link post's only take gives way to the title of the page, where both say the same.
    """
    lines = post.body.split("\n")
    known = {source.url: source for source in post.sources}
    for take, anchor in reversed([*zip(post.takes, anchors(post), strict=True)]):
        start, end = take.line - post.body_line, take.body_line - post.body_line
        said = _said_of(known[take.url], settings) if take.url in known else ""
        is_title = _linked(post) is not None and len(post.takes) == 1 and take.heading == post.title
        head = [] if is_title else [*_named(lines[start:end], anchor), *([said, FROM] if said else []), ""]
        lines[start:end] = head
    return "\n".join(lines)


def anchors(post: Post) -> list[str]:
    """Return the name of each take's place in its page, as the author gave it or made of its heading; all differ."""
    taken: list[str] = []
    for take in post.takes:
        line = post.body.split("\n")[take.line - post.body_line]
        given = _NAME.search(line)
        name = given[1] if given else slugify(take.heading, "-") or slug(take.heading)
        again = (f"{name}-{number}" for number in count(2))
        taken.append(name if name not in taken else next(each for each in again if each not in taken))
    return taken


def _named(head: Sequence[str], anchor: str) -> list[str]:
    """Return the lines of a heading with its ``anchor``, which goes where attributes of Markdown go."""
    first = head[0]
    is_underlined = not first.lstrip().startswith("#")
    bare = first.rstrip() if is_underlined else _CLOSING.sub("", first.rstrip())
    attributes = _ATTRIBUTES.search(bare)
    if attributes is None:
        bare = f"{bare} {{#{anchor}}}"
    elif "#" not in attributes[0]:
        bare = f"{bare[: attributes.end() - 1].rstrip()} #{anchor}}}"
    return [bare, *head[1:]]


def _said_of(source: Source, settings: Settings) -> str:
    """Return the line of Markdown that says who published a source, who wrote it, and when."""
    day = posts.day_in_words(source.published, settings.site.language) if source.published else ""
    return " · ".join(part for part in (*map(to_markdown, (source.publisher, *source.authors)), day) if part)

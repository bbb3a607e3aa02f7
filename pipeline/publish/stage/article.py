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
from pipeline.post.assisted import disclosure
from pipeline.publish.facts import places
from pipeline.publish.facts.catalogue import NOTHING_AROUND, key_of
from pipeline.publish.facts.linked_data import of_post
from pipeline.publish.facts.moved import followed, named
from pipeline.publish.facts.pictured import told_of_post
from pipeline.publish.ground.kept import Piece, digest
from pipeline.publish.stage.latest import ON_A_PAGE, listed_in, with_latest
from pipeline.publish.stage.matter import FACTS, joined
from pipeline.publish.stage.sentence import first_sentence
from pipeline.publish.stage.whole import linked, source_told

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pipeline.model import Post, Source
    from pipeline.publish.facts.catalogue import Catalogue
    from pipeline.publish.stage.whole import Whole
    from pipeline.settings.sections import Settings

TEMPLATE: Final = "blog-post.html"
FROM: Final = "{: .byline-from }"
"""The attributes of the line that says where a take's source is from."""
_ATTRIBUTES: Final = re.compile(r"\{:?[^{}\n]*\}$")
_AT_THE_END: Final = re.compile(r"\{[^{}\n]*\}[ \t#]*$")
_NAME: Final = re.compile(r"#([\w:.-]+)")
_CLOSING: Final = re.compile(r"(?<![ \t])[ \t]+#+$")


def article(post: Post, whole: Whole) -> Piece:
    """Return the file of a post's page, known by what it is made of, and made only where that is not there already."""
    name = post.path.name
    around = whole.found.around.get(name, NOTHING_AROUND)
    others = (around.older, around.newer, *around.related)
    told = [(other.path.name, other.title, other.date) if other else None for other in others]
    own = (whole.ground, whole.found.keys[name], whole.found.issues.get(name))
    parts = (*own, told, series_of(post, whole.found), *shown_of_others(post, whole.found))
    return Piece(mark=digest(repr(parts).encode("utf-8", "replace")), made=lambda: _file(post, whole))


def shown_of_others(post: Post, found: Catalogue) -> tuple[Any, ...]:
    """Return what the text of a post shows of other posts: those that its blocks list, and where its links lead."""
    listed = [(other.path.name, other.title, other.date) for other in listed_in(post.body, posts.page_of(post), found)]
    return listed, named(post.body, found.moved)


def with_others(body: str, post: Post, found: Catalogue, settings: Settings, form: str = ON_A_PAGE) -> str:
    """Return ``body``, the text of ``post``, with the posts that it lists, and with links to where posts are now."""
    page = posts.page_of(post)
    return followed(with_latest(body, page, found, settings, form), page, found.moved)


def _file(post: Post, whole: Whole) -> bytes:
    body = with_others(article_body(post, whole.settings), post, whole.found, whole.settings)
    return joined(article_matter(post, whole), body).encode("utf-8", "replace")


def article_matter(post: Post, whole: Whole) -> dict[str, Any]:
    """Return the front matter of a post's page: the author's, and the facts."""
    said = {"title": post.title, "date": post.date, "summary": post.summary, "topics": post.topics, "kind": post.kind}
    facts = {
        **whole.listing(post),
        **_around(post, whole),
        "description": post.summary or first_sentence(post.body),
        "is_link_shown": is_folded(post),
        "sources": [source_told(source, whole.settings) for source in post.sources],
        "series": series_of(post, whole.found),
        "disclosure": disclosure(post, whole.settings.assist.disclosure) if post.assisted else "",
        "syndication": list(post.syndication),
        "card": told_of_post(post, whole.settings),
        "markdown": f"{places.post_address(post)}index.md",
        "linked_data": of_post(post, whole.found, whole.person, whole.settings),
    }
    return {"template": TEMPLATE, **post.extra, **{name: value for name, value in said.items() if value}, FACTS: facts}


def _around(post: Post, whole: Whole) -> dict[str, Any]:
    around = whole.found.around.get(post.path.name, NOTHING_AROUND)
    told = {"older": around.older, "newer": around.newer}
    links: dict[str, Any] = {name: whole.brief(other) for name, other in told.items() if other}
    return links | {"related": [whole.brief(other) for other in around.related]}


def series_of(post: Post, found: Catalogue) -> dict[str, Any] | None:
    """Return the series that a post belongs to, and its place there."""
    series = found.series.get(key_of(post.series)) if post.series else None
    if series is None:
        return None
    names = [each.path.name for each in series.posts]
    number = names.index(post.path.name) + 1 if post.path.name in names else len(names) + 1  # a draft comes last
    url = places.series_address(series.key)
    return {"name": series.name, "url": url, "number": number, "of": max(number, len(names))}


def is_folded(post: Post) -> bool:
    """Tell whether the title of a link post says what the heading of its take does, so that one of them is enough."""
    return linked(post) is not None and len(post.takes) == 1 and post.takes[0].heading == post.title


def article_body(post: Post, settings: Settings) -> str:
    """Return the text of a post's page: each take has an anchor, and a line that says who published its source.

    The heading of a link post's only take gives way to the title of the page, where both say the same.
    """
    lines = post.body.split("\n")
    known = {source.url: source for source in post.sources}
    for take, anchor in reversed([*zip(post.takes, anchors(post), strict=True)]):
        start, end = take.line - post.body_line, take.body_line - post.body_line
        said = from_line(known[take.url], settings, on_page=True) if take.url in known else ""
        head = [] if is_folded(post) else [*_named(lines[start:end], anchor), *([said, FROM] if said else []), ""]
        lines[start:end] = head
    return "\n".join(lines)


def anchors(post: Post) -> list[str]:
    """Return the name of each take's place in its page, as the author gave it or made of its heading; all differ."""
    taken: list[str] = []
    for take in post.takes:
        line = post.body.split("\n")[take.line - post.body_line]
        attributes = _AT_THE_END.search(line)
        given = _NAME.findall(attributes[0]) if attributes else []
        name = given[-1] if given else slugify(take.heading, "-") or slug(take.heading)
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


def from_line(source: Source, settings: Settings, *, on_page: bool = False) -> str:
    """Return the line of Markdown that says who published a source, who wrote it, and when.

    On a page, the day is not broken over lines, and names whose letters run from right to left leave it where it is.
    """
    day = posts.day_in_words(source.published, settings.site.language) if source.published else ""
    names = [to_markdown(name) for name in (source.publisher, *source.authors) if name]
    if on_page:
        day, names = day.replace(" ", "\u00a0"), [f"<bdi>{name}</bdi>" for name in names]
    return " · ".join(part for part in (*names, day) if part)

"""Each post as Markdown beside its page, for programs that read text: the author's words, and all that the page tells.

A copy is read by itself, so every address in it is whole.
"""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import urljoin

from pipeline import post as posts
from pipeline.html import markdown_link, plain_text, to_markdown
from pipeline.publish.facts import places
from pipeline.publish.facts.prose import relinked
from pipeline.publish.ground.kept import Piece, digest
from pipeline.publish.stage.article import from_line, series_of, shown_of_others, with_others
from pipeline.publish.stage.latest import ALONE

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pipeline.model import Post
    from pipeline.publish.facts.catalogue import Catalogue
    from pipeline.settings.sections import Settings


def copies(found: Catalogue, settings: Settings) -> dict[str, Piece]:
    """Return the Markdown of every post, where its page is."""
    ground = settings.site.model_dump_json()
    return {f"{posts.POSTS}/{post.path.stem}/index.md": _piece(post, found, ground, settings) for post in found.posts}


def _piece(post: Post, found: Catalogue, ground: str, settings: Settings) -> Piece:
    """Return the copy of ``post``, known by what it is made of; ``ground`` is what all of them are made of."""
    of_others = (series_of(post, found), *shown_of_others(post, found))
    mark = digest(repr((ground, found.keys[post.path.name], of_others)).encode("utf-8", "replace"))
    return Piece(mark=mark, made=lambda: _copy(post, found, settings).encode("utf-8", "replace"))


def _copy(post: Post, found: Catalogue, settings: Settings) -> str:
    return "\n\n".join([*_head(post, found, settings), _body(post, found, settings), *_sources(post, settings)]) + "\n"


def _head(post: Post, found: Catalogue, settings: Settings) -> Iterator[str]:
    """Yield the title, who wrote the post and when, where it is, its series, and its summary."""
    language = settings.site.language
    day = posts.day_in_words(post.date, language)
    changed = f", changed {posts.day_in_words(post.updated, language)}" if post.updated else ""
    yield f"# {to_markdown(post.title)}"
    author = to_markdown(plain_text(settings.site.author))
    yield f"{author}, {day}{changed}. <{places.whole(settings.site, places.post_address(post))}>"
    if series := series_of(post, found):
        name = f"[{to_markdown(series['name'])}]({places.whole(settings.site, series['url'])})"
        yield f"Part {series['number']} of {series['of']} in {name}"
    if post.summary:
        yield f"> {to_markdown(post.summary)}"


def _body(post: Post, found: Catalogue, settings: Settings) -> str:
    """Return the text of ``post``; under each take who published its source, who wrote that, and when."""
    lines = post.body.split("\n")
    known = {source.url: source for source in post.sources}
    for take in reversed(post.takes):
        if take.url in known and (said := from_line(known[take.url], settings)):
            at = take.body_line - post.body_line
            lines[at:at] = ["", said, *([""] if "".join(lines[at : at + 1]).strip() else [])]
    text = posts.without_prompts("\n".join(lines))
    text = text.replace(f"{posts.EXCERPT_END}\n\n", "").replace(posts.EXCERPT_END, "")
    site, page = settings.site, posts.page_of(post)
    here = posts.page_address(site.site_url, page)

    def whole(target: str) -> str:
        return f"{here}{target}" if target.startswith("#") else posts.resolve(site.site_url, page, target)

    text = with_others(text, post, found, settings, ALONE)
    return relinked(text, whole, lambda target: urljoin(here, target)).strip()


def _sources(post: Post, settings: Settings) -> Iterator[str]:
    """Yield the list of sources: title and address, publisher, authors, day."""
    if post.sources:
        titles = [markdown_link(source.title or plain_text(source.url), source.url) for source in post.sources]
        told = [from_line(source, settings) for source in post.sources]
        yield "## Sources"
        yield "\n".join(f"- {title}" + (f" · {said}" if said else "") for title, said in zip(titles, told, strict=True))

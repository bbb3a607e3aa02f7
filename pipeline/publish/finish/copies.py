"""Each post as Markdown beside its page, for programs that read text: the author's words as they stand."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pipeline import post as posts
from pipeline.html import plain_text, to_markdown
from pipeline.publish import places
from pipeline.publish.kept import Piece, digest

if TYPE_CHECKING:
    from pipeline.model import Post
    from pipeline.publish.catalogue import Catalogue
    from pipeline.settings.sections import Settings


def copies(found: Catalogue, settings: Settings) -> dict[str, Piece]:
    """Return the Markdown of every post, where its page is."""
    ground = settings.site.model_dump_json()
    return {f"{posts.POSTS}/{post.path.stem}/index.md": _piece(post, found, ground, settings) for post in found.posts}


def _piece(post: Post, found: Catalogue, ground: str, settings: Settings) -> Piece:
    """Return the copy of ``post``, known by what it is made of; ``ground`` is what all of them are made of."""
    mark = digest(f"{ground}\0{found.keys[post.path.name]}".encode("utf-8", "replace"))
    return Piece(mark=mark, made=lambda: _copy(post, settings).encode("utf-8", "replace"))


def _copy(post: Post, settings: Settings) -> str:
    address = places.whole(settings.site, places.post_address(post))
    day = posts.day_in_words(post.date, settings.site.language)
    head = [f"# {to_markdown(post.title)}", f"{to_markdown(plain_text(settings.site.author))}, {day}. <{address}>"]
    head += [f"> {to_markdown(post.summary)}"] if post.summary else []
    body = posts.without_prompts(post.body).replace(posts.EXCERPT_END, "").strip()
    return "\n\n".join([*head, body]) + "\n"

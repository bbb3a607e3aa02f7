"""A post as its page on the site will look, without building the site: the author's template around the author's words.

What comes in is a post that may be saved nowhere; what goes out is HTML that nobody has cleaned, to be shown where
nothing runs. The engine has the last word: menu, footer and what plugins add are not here.
"""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, Any, Final

from pipeline import post as posts
from pipeline.errors import PublishError, template_place
from pipeline.publish.facts.catalogue import catalogue
from pipeline.publish.facts.person import person_of
from pipeline.publish.facts.places import post_address, whole
from pipeline.publish.facts.told import told_of
from pipeline.publish.stage.article import article_body, article_matter
from pipeline.publish.stage.whole import Whole

if TYPE_CHECKING:
    from pathlib import Path

    from jinja2 import Environment

    from pipeline.model import Post
    from pipeline.settings.sections import Settings

_EXTENSIONS: Final = ("extra", "admonition", "sane_lists", "toc")
_BLOCK: Final = "container"
_WORDS: Final = {"readtime.one": "1 min read", "readtime.other": "# min read"}


def glance(post: Post, settings: Settings) -> str:
    """Return the part of the page that is about ``post``. Raises ``PublishError`` where the template is broken."""
    try:
        template = _templates(settings.overrides).get_template("blog-post.html")
        context = template.new_context(_context(post, settings))
        return "".join(template.blocks[_BLOCK](context))
    except Exception as error:  # an author's template may stumble in any way
        place = template_place(error, settings.overrides)
        raise PublishError(f"{place}: the site's template cannot be shown: {error}") from error


@lru_cache(maxsize=4)
def _templates(folder: Path) -> Environment:
    """Return the author's templates, which are read again only when their files change."""
    from jinja2 import Environment, FileSystemLoader

    # As the engine has it: the templates escape by themselves what is no markup.
    templates = Environment(loader=FileSystemLoader(folder), autoescape=False)  # noqa: S701
    templates.filters["url"] = str
    return templates


def _context(post: Post, settings: Settings) -> dict[str, Any]:
    """Return what the templates know of a page, by the names that the engine gives it."""
    from markdown import markdown

    around = Whole(found=catalogue(()), person=person_of(settings.content), settings=settings)
    text = posts.without_prompts(article_body(post, settings)).replace(posts.EXCERPT_END, "")
    page = {
        "meta": article_matter(post, around),
        "title": post.title,
        "content": markdown(text, extensions=list(_EXTENSIONS), output_format="html"),
        "canonical_url": whole(settings.site, post_address(post)),
    }
    extra = {"byline": told_of(around.found, around.person, settings)}
    return {
        "page": page,
        "config": {"extra": extra, "site_author": settings.site.author, "site_url": settings.site.site_url},
        "lang": {"t": _word},
    }


def _word(key: str) -> str:
    return _WORDS.get(key, key)

"""A post as its page on the site will look, without building the site: the author's template around the author's words.

What comes in is a post that may be saved nowhere; what goes out is HTML that nobody has cleaned, to be shown where
nothing runs. The engine has the last word: menu, footer and what plugins add are not here.
"""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, Any, Final

from pipeline import post as posts
from pipeline import yamltext
from pipeline.errors import PublishError, template_place
from pipeline.post.assisted import disclosure

if TYPE_CHECKING:
    from pathlib import Path

    from jinja2 import Environment

    from pipeline.model import Post
    from pipeline.settings.sections import Settings

_EXTENSIONS: Final = ("extra", "admonition", "sane_lists", "toc")
_WORDS_A_MINUTE: Final = 265
_BLOCK: Final = "container"
_WORDS: Final = {"readtime.one": "1 min read", "readtime.other": "# min read"}


def glance(post: Post, settings: Settings) -> str:
    """Return the part of the page that is about ``post``. Raises ``PublishError`` where the template is broken."""
    try:
        template = _templates(settings.overrides, settings.site.language).get_template("blog-post.html")
        context = template.new_context({"page": _page(post, settings), "config": settings.site, "lang": {"t": _word}})
        return "".join(template.blocks[_BLOCK](context))
    except Exception as error:  # an author's template may stumble in any way
        place = template_place(error, settings.overrides)
        raise PublishError(f"{place}: the site's template cannot be shown: {error}") from error


@lru_cache(maxsize=4)
def _templates(folder: Path, language: str) -> Environment:
    """Return the author's templates, which are read again only when their files change."""
    from jinja2 import Environment, FileSystemLoader

    # As the engine has it: the templates escape by themselves what is no markup.
    templates = Environment(loader=FileSystemLoader(folder), autoescape=False)  # noqa: S701
    templates.filters["url"] = str
    templates.filters["date"] = lambda day: posts.day_in_words(day, language)
    return templates


def _page(post: Post, settings: Settings) -> dict[str, Any]:
    """Return the facts of a page by the names that the engine gives them."""
    from markdown import markdown

    text = posts.without_prompts(post.body).replace(posts.EXCERPT_END, "")
    minutes = max(1, round(len(text.split()) / _WORDS_A_MINUTE))
    return {
        "meta": {**yamltext.parse(post.matter), "assist_disclosure": disclosure(post, settings.assist.disclosure)},
        "title": post.title,
        "content": markdown(text, extensions=list(_EXTENSIONS), output_format="html"),
        "config": {"date": {"created": post.date}, "readtime": minutes},
        "previous_page": None,
        "next_page": None,
    }


def _word(key: str) -> str:
    return _WORDS.get(key, key)

"""A post to a letter: HTML by the author's templates with its styles written in, and plain text of its own."""

from __future__ import annotations

import re
import secrets
from functools import lru_cache
from typing import TYPE_CHECKING

from pipeline import post as posts
from pipeline.errors import SendError, template_place
from pipeline.model import Letter
from pipeline.post.assisted import disclosed
from pipeline.send.plain import as_text

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from jinja2 import Environment

    from pipeline.model import Post
    from pipeline.settings.sections import Settings


def make_letter(post: Post, settings: Settings) -> Letter:
    """Return ``post`` as a letter. Raises ``SendError`` where a template of the author's is broken."""
    leave = f"https://{secrets.token_hex(12)}.invalid/"  # no post can hold it, and nobody can own it (RFC 2606)
    context = {**_context(post, settings), "unsubscribe_url": leave}
    folder, language = settings.overrides / "letter", settings.site.language
    made = {name: _filled(folder, f"letter.{name}", language, context) for name in ("html", "txt")}
    return Letter(
        edition=posts.edition_of(post),
        subject=post.title,
        html=_inlined(made["html"]),
        text=made["txt"].strip() + "\n",
        web_url=posts.address(settings.site.site_url, post.path),
        leave=leave,
        dated=post.date,
        topics=tuple(post.topics),
    )


def _filled(folder: Path, name: str, language: str, context: Mapping[str, object]) -> str:
    try:
        return _templates(folder, language).get_template(name).render(context)
    except Exception as error:  # an author's template may stumble in any way
        raise SendError(f"{template_place(error, folder)}: the letter's template is broken: {error}") from error


def _context(post: Post, settings: Settings) -> Mapping[str, object]:
    """Return what a template of the letter may show; the manual's chapter Send lists it."""
    from markupsafe import Markup

    site, told = settings.site, settings.assist.disclosure
    page = posts.page_of(post)
    attributed = posts.attributed(post, site.language)
    return {
        "site": {
            "name": site.site_name,
            "url": site.site_url,
            "author": site.author,
            "description": site.site_description,
            "language": site.language,
        },
        "post": post,
        "day": posts.day_in_words(post.date, site.language),
        "web_url": posts.address(site.site_url, post.path),
        "body": Markup(posts.as_html(disclosed(post.body, post, told), site.site_url, page)),  # noqa: S704  (SafeHtml)
        "text": as_text(disclosed(attributed, post, told), site.site_url, page),
        "postal_address": settings.send.postal_address,
        "reason": settings.send.reason,
    }


@lru_cache(maxsize=4)
def _templates(folder: Path, language: str) -> Environment:
    """Return the author's templates; beside Jinja's own filters they have ``day``, which says a date in words.

    They are kept, as a preview asks at each key; Jinja reads a file again when it has changed.
    """
    from jinja2 import Environment, FileSystemLoader, StrictUndefined, select_autoescape

    templates = Environment(
        loader=FileSystemLoader(folder),
        autoescape=select_autoescape(["html"]),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    templates.filters["day"] = lambda day: posts.day_in_words(day, language)
    return templates


def _inlined(html: str) -> str:
    from css_inline import CSSInliner

    inlined = CSSInliner(load_remote_stylesheets=False).inline(html)
    return re.sub(r"\n\s*\n+", "\n", inlined)

"""A post to a letter: HTML by the author's templates with its styles written in, and plain text of its own."""

from __future__ import annotations

import re
import secrets
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Self
from urllib.parse import urlsplit

from pipeline import post as posts
from pipeline.errors import SendError, template_place
from pipeline.model import Letter
from pipeline.post.assisted import disclosed
from pipeline.said import direction, said_in
from pipeline.send.counting import counted, is_counted
from pipeline.send.plain import as_text

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping
    from pathlib import Path

    from jinja2 import Environment

    from pipeline.model import Post
    from pipeline.settings.sections import Settings


def make_letter(
    post: Post, settings: Settings, *, is_named: bool = True, first: Collection[str] = frozenset()
) -> Letter:
    """Return ``post`` as a letter to readers who are called by name, or are not, with the takes about ``first`` ahead.

    Raises ``SendError`` where a template of the author's is broken.
    """
    marks = _Marks.new(settings, is_named=is_named and not settings.send.is_handed_over)
    shown = posts.put_first(post, first) if first else post
    context = _context(shown, settings, marks)
    folder, language = settings.overrides / "letter", settings.site.language
    made = {name: _filled(folder, f"letter.{name}", language, context) for name in ("html", "txt")}
    _see_that_whole(made, marks, folder)
    found = counted(_inlined(made["html"]), made["txt"].strip() + "\n", post, settings)
    return Letter(
        edition=posts.edition_of(post),
        subject=post.title,
        html=found.html,
        text=found.text,
        links=found.links,
        web_url=posts.address(settings.site.site_url, post.path),
        leave=marks.leave,
        choose=marks.choose,
        name=marks.name if any(marks.name in text for text in made.values()) else "",
        dated=post.date,
        topics=tuple(post.topics),
        post=post,
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class _Marks:
    """What stands where a reader's own words come: no post can hold it, and nobody can own it (RFC 2606)."""

    leave: str
    choose: str
    name: str

    @classmethod
    def new(cls, settings: Settings, *, is_named: bool) -> Self:
        """Return marks that no letter had before."""
        chance = [secrets.token_hex(12) for _ in range(3)]
        return cls(
            leave=f"https://{chance[0]}.invalid/",
            choose=f"https://{chance[1]}.invalid/" if settings.service else "",
            name=f"n{chance[2]}" if is_named else "",
        )


class _Own(str):
    """A mark of which a template takes no part."""

    __slots__ = ()

    def __getitem__(self, _part: object) -> str:
        raise TypeError("reader.name is each reader's own, and is printed whole: write {{ reader.name }}")


def _see_that_whole(made: Mapping[str, str], marks: _Marks, folder: Path) -> None:
    """See that no filter of a template made something else of a mark. Raises ``SendError``."""
    for ending, text in made.items():
        for mark, name in (
            (marks.name, "reader.name"),
            (marks.leave, "unsubscribe_url"),
            (marks.choose, "preferences_url"),
        ):
            inner = mark.removeprefix("https://").removesuffix(".invalid/")
            if mark and text.casefold().count(inner) != text.count(mark):
                raise SendError(
                    f"{folder / f'letter.{ending}'}: {name} is each reader's own, and no filter can change it: "
                    f"write {{{{ {name} }}}}"
                )


def _filled(folder: Path, name: str, language: str, context: Mapping[str, object]) -> str:
    try:
        return _templates(folder, language).get_template(name).render(context)
    except Exception as error:  # an author's template may stumble in any way
        raise SendError(f"{template_place(error, folder)}: the letter's template is broken: {error}") from error


def _context(post: Post, settings: Settings, marks: _Marks) -> Mapping[str, object]:
    """Return what a template of the letter may show; the manual's chapter Send lists it."""
    from markupsafe import Markup

    site, told = settings.site, settings.assist.disclosure
    page = posts.page_of(post)
    attributed = posts.attributed(post, site.language)
    said = said_in(site.language, settings.overrides / "letter")
    host = urlsplit(settings.service or "").hostname or ""
    return {
        "site": {
            "name": site.site_name,
            "url": site.site_url,
            "author": site.author,
            "description": site.site_description,
            "language": site.language,
            "dir": direction(site.language),
        },
        "post": post,
        "day": posts.day_in_words(post.date, site.language),
        "web_url": posts.address(site.site_url, post.path),
        "body": Markup(posts.as_html(disclosed(post.body, post, told), site.site_url, page)),  # noqa: S704  (SafeHtml)
        "text": as_text(disclosed(attributed, post, told), site.site_url, page),
        "postal_address": settings.send.postal_address,
        "reason": settings.send.reason,
        "unsubscribe_url": marks.leave,
        "preferences_url": marks.choose,
        "reader": {"name": _Own(marks.name)},
        "said": said,
        "counted": said("counted", host=host) if is_counted(settings) else "",
    }


@lru_cache(maxsize=4)
def _templates(folder: Path, language: str) -> Environment:
    """Return the author's templates; beside Jinja's own filters they have ``day``, which says a date in words.

    They are kept, as a preview asks at each key; Jinja reads a file again when it has changed. They run in a sandbox:
    a worker that sends for many sites is no process for the code of one.
    """
    from jinja2 import FileSystemLoader, StrictUndefined, select_autoescape
    from jinja2.sandbox import ImmutableSandboxedEnvironment

    templates = ImmutableSandboxedEnvironment(
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

    inlined = CSSInliner(load_remote_stylesheets=False, minify_css=True).inline(html)
    return re.sub(r"\n\s*\n+", "\n", inlined)

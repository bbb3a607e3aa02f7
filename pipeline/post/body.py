"""The body of a post as it is shown: without prompts, with who published each source, as HTML for feeds and letters."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import TYPE_CHECKING, Final

from pipeline.html import rendered, to_markdown
from pipeline.post.places import page_address, resolve

if TYPE_CHECKING:
    import datetime as dt
    from pathlib import PurePosixPath

    from babel import Locale

    from pipeline.model import Post, SafeHtml, Source

EXCERPT_END: Final = "<!-- more -->"
LEADS: Final = (
    *("Your opening", "Your words", "Also reported by", "They differ", "You wrote about this"),
    *("A longer view", "Giving back"),
)
"""With these words begin the comments that a draft speaks to its author by."""
_PROMPT: Final = re.compile(
    rf"^<!-- (?:{'|'.join(LEADS)}): (?:(?!-->)[^\n])*-->[ \t]*(?:\r?\n|\Z)(?:[ \t]*\r?\n)?", re.MULTILINE
)


def prompt(lead: str, text: str) -> str:
    """Return what a draft says to its author: it shows nowhere, and leaves when the draft is published.

    ``text`` may come from a feed: it can neither end the comment nor break its line.
    """
    assert lead in LEADS
    return f"<!-- {lead}: {' '.join(text.split()).replace('--', '– ').replace('>', '›')} -->"


OPENING: Final = prompt("Your opening", "a word of welcome, and what holds this week together.")
PROMPT: Final = prompt(
    "Your words",
    "what do you make of it, and what would you do on Monday? Why does it matter to your readers, what may you have "
    "wrong, and whom does it help?",
)


def without_prompts(text: str) -> str:
    """Return ``text`` without the prompts of a draft; every other line stays as it was."""
    return _PROMPT.sub("", text)


def attributed(post: Post, language: str) -> str:
    """Return the body with a line under each take's heading that says who published the source, and when."""
    lines = post.body.split("\n")
    known = {source.url: source for source in post.sources}
    for take in reversed(post.takes):
        if take.url in known and (said := _attribution(known[take.url], language)):
            at = take.body_line - post.body_line
            lines[at:at] = ["", f"*{said}*", ""]
    return "\n".join(lines)


def _attribution(source: Source, language: str) -> str:
    day = day_in_words(source.published, language) if source.published else ""
    return ", ".join(part for part in (to_markdown(source.publisher), day) if part)


def as_html(body: str, site_url: str, page: PurePosixPath) -> SafeHtml:
    """Return the body of a post for a feed or a letter; ``page`` is the file in content/ that its links start from."""
    text = without_prompts(body).replace(EXCERPT_END, "")
    return rendered(text, page_address(site_url, page), lambda link: resolve(site_url, page, link))


@lru_cache(maxsize=4096)  # a list of posts tells the same days again
def day_in_words(day: dt.date, language: str) -> str:
    """Return ``day`` as people of ``language`` write it: 16 November 2026."""
    from babel.dates import format_date

    locale = locale_of(language)
    return format_date(day, "long" if locale.language != "en" else "d MMMM yyyy", locale=locale)


def locale_of(language: str) -> Locale:
    """Return what is known of how people of ``language`` write days, months and countries; English, if it is none."""
    from babel import Locale, UnknownLocaleError

    try:
        return Locale.parse(language.replace("-", "_"))
    except (ValueError, UnknownLocaleError):
        return Locale("en")

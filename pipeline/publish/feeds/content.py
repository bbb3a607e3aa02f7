"""A post to the HTML of its item: all of it, every address whole, and nothing in it that only works on its page."""

from __future__ import annotations

import re
from hashlib import blake2b
from typing import TYPE_CHECKING, Final

from pipeline import post as posts
from pipeline.html import safe_html
from pipeline.post.assisted import disclosed
from pipeline.publish.ground.remembered import load, save

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from pipeline.model import Post
    from pipeline.settings.sections import Settings

_NOTE: Final = "feeds"
_BACK: Final = re.compile(r'(?:&nbsp;)?<a href="[^"#]*#fnref\d*:[^"]*"(?: title="[^"]*")?>↩[^<]*</a>')
"""The way back from a footnote to its place in the text, which only a page has."""
_IMAGE: Final = re.compile(r'<img((?: [a-z]+="[^"]*")*)>')
_ALT: Final = re.compile(r' alt="([^"]*)"')
_TURNED: Final = re.compile(r"(</?)bdo(?=[ >])")
_ODD: Final = re.compile(
    f"[\ufdd0-\ufdef{''.join(chr(n) for p in range(17) for n in (p << 16 | 65534, p << 16 | 65535))}]"
)
"""Code points that are no characters; a parser of HTML complains of them."""


def contents_of(every: Iterable[Post], settings: Settings, memory: Path | None = None) -> dict[str, str]:
    """Return the HTML of each post by the name of its file; ``memory`` is a folder that remembers it."""
    note = memory / _NOTE if memory else None
    known: dict[str, str] = (load(note, {str: str}) if note else None) or {}
    keys = {post.path.name: _key(post, settings) for post in every}
    fresh = {keys[post.path.name]: post for post in every if keys[post.path.name] not in known}
    made = {key: content_of(post, settings) for key, post in fresh.items()}
    now = {key: known[key] if key in known else made[key] for key in keys.values()}
    if note and now.keys() != known.keys():
        save(note, now)
    return {name: now[key] for name, key in keys.items()}


def content_of(post: Post, settings: Settings) -> str:
    """Return the HTML of ``post`` in a feed."""
    site = settings.site
    text = disclosed(posts.attributed(post, site.language), post, settings.assist.disclosure)
    return portable(posts.as_html(text, site.site_url, posts.page_of(post)))


def portable(html: str) -> str:
    """Return clean ``html`` so that any feed reader shows it, and no validator of feeds has anything to say.

    It is cleaned again, as elements that were taken out may leave others where they may not be.
    """
    if "<" in html:
        html = _TURNED.sub(r"\1bdi", _BACK.sub("", safe_html(html, mail=True)))
    if "<img" in html:
        html = _IMAGE.sub(lambda found: _image(found[1]), html)
    html = html.strip()
    return html if html.isascii() else _ODD.sub("", html).replace("\ufffd", "&#xFFFD;")


def _image(attributes: str) -> str:
    """Return an image with words in its place, be they none; only the words where its address was none."""
    alt = _ALT.search(attributes)
    if ' src="' not in attributes:
        return alt[1] if alt else ""
    return f"<img{attributes}>" if alt else f'<img{attributes} alt="">'


def _key(post: Post, settings: Settings) -> str:
    """Return a digest of all that the HTML of ``post`` is made of."""
    site = settings.site
    said = (post.body, post.title, post.summary, post.sources, post.assisted, post.path.name)
    return blake2b(
        repr((*said, site.site_url, site.language, settings.assist.disclosure)).encode(), digest_size=16
    ).hexdigest()

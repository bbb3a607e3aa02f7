"""The block "latest", which any page of the author's can hold: a comment in it becomes a list of posts.

``<!-- latest -->``, ``<!-- latest: 3 editions -->`` or ``<!-- latest: 5 energy -->`` on a line of its own.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final
from urllib.parse import quote

from pipeline import post as posts
from pipeline.html import slug, to_markdown
from pipeline.publish import places

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import PurePosixPath

    from pipeline.model import Post
    from pipeline.publish.catalogue import Catalogue
    from pipeline.settings.sections import Settings

_BLOCK: Final = re.compile(r"^<!-- latest(?::[ ]*(\d{1,3})?[ ]*([^\n>]*?))?[ ]*-->[ ]*$", re.MULTILINE)
_MANY: Final = 5


def with_latest(body: str, page: PurePosixPath, found: Catalogue, settings: Settings) -> str:
    """Return ``body``, the text of the file ``page`` in content/, with the newest posts in place of each block."""

    def listed(block: re.Match[str]) -> str:
        many, about = int(block[1] or _MANY), (block[2] or "").strip()
        return "\n".join(_line(post, page, settings) for post in _chosen(about, found)[:many])

    return _BLOCK.sub(listed, body) if "<!-- latest" in body else body


def _chosen(about: str, found: Catalogue) -> Sequence[Post]:
    """Return all posts, the editions, essays or links, or those of a topic or a series."""
    if not about:
        return found.posts
    key = slug(about)
    kinds = {
        f"{kind}s": [post for post in found.posts if str(post.kind) == kind] for kind in ("essay", "link", "edition")
    }
    if key in kinds:
        return kinds[key]
    if key in found.topics:
        return found.topics[key].posts
    return found.series[key].posts[::-1] if key in found.series else ()


def _line(post: Post, page: PurePosixPath, settings: Settings) -> str:
    up = "../" * (len(page.parts) - 1)
    link = f"[{to_markdown(post.title)}]({up}{quote(places.post_file(post))})"
    day = posts.day_in_words(post.date, settings.site.language).replace(" ", "\u00a0")  # a day is not broken over lines
    return f"- {link} ·\u00a0{day}"

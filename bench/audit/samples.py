"""One page of each kind: those that are looked at closely, by name."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from audit.author import Author
    from audit.pages import Built

BY_PATH = {
    "post": r"posts/[^/]+/",
    "topic": r"topics/[^/]+/",
    "topics": r"topics/",
    "about": r"about/",
    "archive": r"archive/(?:[^/]+/)?",
    "subscribe": r"(?:letter|subscribe|newsletter)/",
    "unsubscribe": r"unsubscribe/",
    "trends": r"trends/",
    "search page": r"search/",
}
"""Where pages of a kind are, below the site's address; the first that is there is looked at."""
WEIGHED = ("home", "post", "edition", "topic")


def chosen(site: Built, author: Author | None) -> dict[str, str]:
    """Return the address of one page of each kind that the site has."""
    urls = {page.url for page in site.pages if not page.moves_to}
    found = {"home": site.base}
    for kind, name in (("essay", "post"), ("link", "link post"), ("edition", "edition")):
        posts = [site.base + post.path for post in author.posts if post.kind == kind] if author else []
        if there := [url for url in posts if url in urls]:
            found[name] = there[-1]
    for name, pattern in BY_PATH.items():
        matching = [url for url in sorted(urls) if re.fullmatch(pattern, url.removeprefix(site.base))]
        if matching and name not in found:
            found[name] = matching[0]
    if site.base + "404.html" in urls:
        found["404"] = site.base + "404.html"
    return found

"""Old addresses of posts: a small page at each that leads to where the post is now."""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING, Final

from pipeline import post as posts
from pipeline.publish.facts import places
from pipeline.publish.ground.kept import of_text

if TYPE_CHECKING:
    from collections.abc import Container

    from pipeline.publish.facts.catalogue import Catalogue
    from pipeline.publish.ground.kept import Piece
    from pipeline.settings.sections import SiteSettings

_PAGE: Final = """<!doctype html>
<html lang="{language}">
<head>
<meta charset="utf-8">
<title>{title}</title>
<meta name="robots" content="noindex">
<link rel="canonical" href="{address}">
<noscript><meta http-equiv="refresh" content="0; url={relative}"></noscript>
</head>
<body>
<p><a href="{relative}">{title}</a></p>
<script>location.replace(document.links[0].href + location.hash)</script>
</body>
</html>
"""
"""A link to a part of the post leads to that part; the script is the same on every such page."""


def old_addresses(found: Catalogue, taken: Container[str], site: SiteSettings) -> dict[str, Piece]:
    """Return a page for each name that a post had before, but for those at which another page is now (``taken``)."""
    made: dict[str, Piece] = {}
    for post in found.posts:
        for alias in post.aliases:
            name = f"{posts.POSTS}/{alias}/index.html"
            if name not in taken:
                address = places.whole(site, places.post_address(post))
                relative = "../" + places.post_address(post).removeprefix(f"{posts.POSTS}/")
                told = {"title": post.title, "address": address, "relative": relative, "language": site.language}
                made[name] = of_text(_PAGE.format_map({key: escape(value) for key, value in told.items()}))
    return made

"""The index of Material's search, made safe: what a page is called is text, and no search shows it as markup."""

from __future__ import annotations

import html
import json
from typing import TYPE_CHECKING, Final

from pipeline.publish.ground.kept import of_text

if TYPE_CHECKING:
    from collections.abc import Container

    from pipeline.publish.ground.kept import Piece

INDEX: Final = "search/search_index.json"


def tamed(index: Piece, titles: Container[str]) -> Piece:
    """Return ``index`` with the titles of pages escaped.

    The plugin writes titles of the front matter as they are, and its script puts them into the page as HTML: the
    headline of a feed would run there. ``titles`` are those that the front matter gives. Titles that come of headings,
    and those of a page's parts (with a # in their place), it escapes itself.
    """
    data = json.loads(index.bytes)
    for entry in data["docs"]:
        if "#" not in entry["location"]:
            title = entry["title"]
            entry["title"] = html.escape(title if title in titles else html.unescape(title), quote=False)
    return of_text(json.dumps(data, ensure_ascii=False, separators=(",", ":")))

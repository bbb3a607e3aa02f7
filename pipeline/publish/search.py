"""The search index of the built site, made safe: what a page is called is text, and no search shows it as markup."""

from __future__ import annotations

import html
import json
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Container
    from pathlib import Path


def tame_search(site: Path, titles: Container[str]) -> None:
    """Escape the titles of pages in the index of Material's search plugin.

    The plugin writes titles of the front matter as they are, and its script puts them into the page as HTML: the
    headline of a feed would run there. ``titles`` are those that the front matter gives. Titles that come of headings,
    and those of a page's parts (with a # in their place), it escapes itself.
    """
    index = site / "search/search_index.json"
    if not index.is_file():
        return  # the author's site has no search
    data = json.loads(index.read_text(encoding="utf-8"))
    for entry in data["docs"]:
        if "#" not in entry["location"]:
            title = entry["title"]
            entry["title"] = html.escape(title if title in titles else html.unescape(title), quote=False)
    index.write_text(json.dumps(data, ensure_ascii=False, separators=(",", ":")), encoding="utf-8")

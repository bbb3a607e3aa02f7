"""What programs look for at the root of a site: its pages (sitemaps.org), what they may read (RFC 9309), llms.txt.

A day stands in the sitemap only where it is true: of a post, or of a list of posts, when it last changed.
"""

from __future__ import annotations

import gzip
import re
from typing import TYPE_CHECKING, Final
from urllib.parse import quote, unquote
from xml.etree import ElementTree as ET

from pipeline import post as posts
from pipeline.html import plain_text
from pipeline.publish.facts import places
from pipeline.publish.ground.kept import of_bytes, of_text

if TYPE_CHECKING:
    from collections.abc import Container, Iterable, Iterator, Mapping, Sequence
    from datetime import date

    from pipeline.model import Post
    from pipeline.publish.facts.catalogue import Catalogue
    from pipeline.publish.ground.kept import Piece
    from pipeline.publish.stage.files import Staged
    from pipeline.settings.sections import Settings, SiteSettings

_SITEMAP: Final = "http://www.sitemaps.org/schemas/sitemap/0.9"
_INDEX: Final = "index.html"
_LISTED: Final = frozenset({posts.POSTS, places.TOPICS, places.SERIES, places.ARCHIVE, places.HOME, "page"})
"""Folders of pages that llms.txt tells of one by one, or not at all, as they list what it lists."""
_ENDS: Final = re.compile(r"[\\\[\]<`]")


def maps(found: Catalogue, pieces: Mapping[str, Piece], staged: Staged, settings: Settings) -> dict[str, Piece]:
    """Return sitemap.xml, robots.txt and llms.txt of the site that ``pieces`` are the files of.

    ``staged`` tells what pages are called, and when they changed, as far as the author says it.
    """
    changed = {places.address_of(name): day for name, day in staged.days.items()} | _changed(found)
    sitemap = _sitemap(sorted(_pages(pieces)), changed, settings.site)
    return {
        "sitemap.xml": of_bytes(sitemap),
        "sitemap.xml.gz": of_bytes(gzip.compress(sitemap, mtime=0)),
        "robots.txt": of_text(f"User-agent: *\nAllow: /\n\nSitemap: {places.whole(settings.site, 'sitemap.xml')}\n"),
        "llms.txt": of_text(_for_models(found, _named(staged, pieces), settings.site)),
    }


def _pages(pieces: Iterable[str]) -> Iterator[str]:
    """Yield the address, from the root of the site, of each page."""
    for name in pieces:
        if name == _INDEX or name.endswith(f"/{_INDEX}"):
            yield quote(name.removesuffix(_INDEX))


def _changed(found: Catalogue) -> dict[str, date]:
    """Return when each page last changed of which that is known, by its address."""
    lists = {
        "": found.posts,
        f"{places.LETTER}/": found.editions,
        f"{places.TOPICS}/": found.posts,
        f"{places.ARCHIVE}/": found.posts,
        **{f"{places.TOPICS}/{key}/": topic.posts for key, topic in found.topics.items()},
        **{f"{places.SERIES}/{key}/": series.posts for key, series in found.series.items()},
        **{f"{places.ARCHIVE}/{year}/": every for year, every in found.years.items()},
    }
    changed = {quote(address): max(map(_last, every)) for address, every in lists.items() if every}
    return changed | {places.post_address(post): _last(post) for post in found.posts}


def _last(post: Post) -> date:
    return max(post.date, post.updated or post.date)


def _sitemap(pages: Sequence[str], changed: Mapping[str, date], site: SiteSettings) -> bytes:
    root = ET.Element("urlset", xmlns=_SITEMAP)
    for address in pages:
        url = ET.SubElement(root, "url")
        ET.SubElement(url, "loc").text = places.whole(site, address)
        if day := changed.get(address):
            ET.SubElement(url, "lastmod").text = day.isoformat()
    ET.indent(root, " ")
    return bytes(ET.tostring(root, encoding="utf-8", xml_declaration=True)) + b"\n"


def _for_models(found: Catalogue, named: Mapping[str, tuple[str, str]], site: SiteSettings) -> str:
    """Return llms.txt (llmstxt.org): what the site is, the Markdown of each post, the newest first, and other pages."""
    lists = {
        "Posts": [
            _listed(post.title, f"{places.post_address(post)}index.md", post.summary, site) for post in found.posts
        ],
        "Topics": [_listed(each.name, places.topic_address(each.key), "", site) for each in found.topics.values()],
        "Series": [_listed(each.name, places.series_address(each.key), "", site) for each in found.series.values()],
        "Pages": [_listed(title, places.address_of(name), about, site) for name, (title, about) in named.items()],
    }
    head = [
        f"# {_plainly(site.site_name)}",
        *([f"> {_plainly(site.site_description)}"] if site.site_description else []),
    ]
    parts = ["\n\n".join((f"## {name}", "\n".join(lines))) for name, lines in lists.items() if lines]
    return "\n\n".join([*head, *parts]) + "\n"


def _named(staged: Staged, pieces: Container[str]) -> dict[str, tuple[str, str]]:
    """Return the title of each page that is told of by itself, and what it is about, by its file in content/."""
    return {
        name: told
        for name, told in sorted(staged.named.items())
        if name.partition("/")[0] not in _LISTED and f"{unquote(places.address_of(name))}{_INDEX}" in pieces and told[0]
    }


def _listed(title: str, address: str, said: str, site: SiteSettings) -> str:
    about = f": {_plainly(said)}" if said else ""
    return f"- [{_plainly(title)}]({places.whole(site, address)}){about}"


def _plainly(text: str) -> str:
    """Return ``text`` for people and models who read Markdown as it stands: only what ends a link is escaped."""
    return _ENDS.sub(r"\\\g<0>", plain_text(text))

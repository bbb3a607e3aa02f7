"""What programs look for at the root of a site: its pages (sitemaps.org), what they may read (RFC 9309), llms.txt.

A day stands in the sitemap only where it is true: of a post, or of a list of posts, when it last changed.
"""

from __future__ import annotations

import gzip
from typing import TYPE_CHECKING, Final
from urllib.parse import quote
from xml.etree import ElementTree as ET

from pipeline.html import plain_text, to_markdown
from pipeline.publish import places
from pipeline.publish.kept import of_bytes, of_text

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence
    from datetime import date

    from pipeline.model import Post
    from pipeline.publish.catalogue import Catalogue
    from pipeline.publish.kept import Piece
    from pipeline.settings.sections import Settings, SiteSettings

_SITEMAP: Final = "http://www.sitemaps.org/schemas/sitemap/0.9"
_INDEX: Final = "index.html"


def maps(
    found: Catalogue, pieces: Mapping[str, Piece], days: Mapping[str, date], settings: Settings
) -> dict[str, Piece]:
    """Return sitemap.xml, robots.txt and llms.txt of the site that ``pieces`` are the files of.

    ``days`` are when pages in content/ changed, as far as the author says it.
    """
    changed = {places.address_of(name): day for name, day in days.items()} | _changed(found)
    sitemap = _sitemap(sorted(_pages(pieces)), changed, settings.site)
    return {
        "sitemap.xml": of_bytes(sitemap),
        "sitemap.xml.gz": of_bytes(gzip.compress(sitemap, mtime=0)),
        "robots.txt": of_text(f"User-agent: *\nAllow: /\n\nSitemap: {places.whole(settings.site, 'sitemap.xml')}\n"),
        "llms.txt": of_text(_for_models(found, settings.site)),
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


def _for_models(found: Catalogue, site: SiteSettings) -> str:
    """Return llms.txt (llmstxt.org): what the site is, and the Markdown of each post, the newest first."""
    lines = [f"# {to_markdown(plain_text(site.site_name))}", ""]
    lines += [f"> {to_markdown(plain_text(site.site_description))}", ""] if site.site_description else []
    lines += ["## Posts", "", *(_listed(post, site) for post in found.posts), ""]
    lines += ["## Topics", ""] if found.topics else []
    for topic in found.topics.values():
        address = places.whole(site, places.topic_address(topic.key))
        lines.append(f"- [{to_markdown(topic.name)}]({address})")
    return "\n".join(lines).rstrip() + "\n"


def _listed(post: Post, site: SiteSettings) -> str:
    address = places.whole(site, f"{places.post_address(post)}index.md")
    said = f": {to_markdown(post.summary)}" if post.summary else ""
    return f"- [{to_markdown(post.title)}]({address}){said}"

"""The site's own feeds: RSS 2.0 and JSON Feed 1.1, with each post whole and every link absolute."""

from __future__ import annotations

import json
from datetime import UTC, datetime, time
from email.utils import format_datetime
from typing import TYPE_CHECKING, Any, Final
from xml.etree import ElementTree as ET

from pipeline import post as posts
from pipeline.html import without_controls
from pipeline.model import Kind
from pipeline.post.assisted import disclosed

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date
    from pathlib import Path

    from pipeline.model import Post, SafeHtml, SafeUrl
    from pipeline.settings.sections import Settings, SiteSettings

ATOM: Final = "http://www.w3.org/2005/Atom"
CONTENT: Final = "http://purl.org/rss/1.0/modules/content/"
DUBLIN_CORE: Final = "http://purl.org/dc/elements/1.1/"
for _prefix, _name in (("atom", ATOM), ("content", CONTENT), ("dc", DUBLIN_CORE)):
    ET.register_namespace(_prefix, _name)


def write_feeds(folder: Path, every: Sequence[Post], settings: Settings) -> None:
    """Write feed.xml and feed.json of the newest of ``every`` into ``folder``."""
    newest = every[: settings.publish.feed_posts]
    (folder / "feed.xml").write_bytes(rss(newest, settings))
    (folder / "feed.json").write_text(
        json.dumps(json_feed(newest, settings), ensure_ascii=False, indent=1) + "\n", encoding="utf-8"
    )


def rss(newest: Sequence[Post], settings: Settings) -> bytes:
    """Return an RSS 2.0 document (rssboard.org/rss-specification) with content:encoded and atom:link."""
    site, root = settings.site, ET.Element("rss", version="2.0")
    channel = ET.SubElement(root, "channel")
    _texts(channel, title=site.site_name, link=_home(site), description=site.site_description or site.site_name)
    _texts(channel, language=site.language)
    ET.SubElement(channel, f"{{{ATOM}}}link", href=_home(site) + "feed.xml", rel="self", type="application/rss+xml")
    if newest:
        _texts(channel, lastBuildDate=_rfc822(newest[0].date))
    for post in newest:
        item = ET.SubElement(channel, "item")
        url = _url(post, site)
        _texts(item, title=post.title, link=url)
        ET.SubElement(item, "guid", isPermaLink="true").text = url
        _texts(item, pubDate=_rfc822(post.date), **{f"{{{DUBLIN_CORE}}}creator": site.author})
        _texts(item, description=post.summary or post.title)
        for topic in post.topics:
            _texts(item, category=topic)
        _texts(item, **{f"{{{CONTENT}}}encoded": _whole(post, settings)})
    ET.indent(root, " ")
    return bytes(ET.tostring(root, encoding="utf-8", xml_declaration=True)) + b"\n"


def json_feed(newest: Sequence[Post], settings: Settings) -> dict[str, Any]:
    """Return a JSON Feed 1.1 document (jsonfeed.org/version/1.1)."""
    site = settings.site
    return {
        "version": "https://jsonfeed.org/version/1.1",
        "title": site.site_name,
        "home_page_url": _home(site),
        "feed_url": _home(site) + "feed.json",
        "description": site.site_description,
        "language": site.language,
        "authors": [{"name": site.author, "url": _home(site)}],
        "items": [_json_item(post, settings) for post in newest],
    }


def _json_item(post: Post, settings: Settings) -> dict[str, Any]:
    url = _url(post, settings.site)
    item: dict[str, Any] = {"id": url, "url": url, "title": post.title, "content_html": _whole(post, settings)}
    item |= {"summary": post.summary} if post.summary else {}
    item |= {"date_published": _midnight(post.date).isoformat().replace("+00:00", "Z")}
    item |= {"tags": list(post.topics)} if post.topics else {}
    item |= {"external_url": post.takes[0].url} if post.kind is Kind.LINK and post.takes else {}
    return item


def _whole(post: Post, settings: Settings) -> SafeHtml:
    site = settings.site
    text = disclosed(posts.attributed(post, site.language), post, settings.assist.disclosure)
    return posts.as_html(text, site.site_url, posts.page_of(post))


def _url(post: Post, site: SiteSettings) -> SafeUrl:
    return posts.address(site.site_url, post.path)


def _home(site: SiteSettings) -> str:
    return site.site_url.rstrip("/") + "/"


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time(), UTC)


def _rfc822(day: date) -> str:
    return format_datetime(_midnight(day))


def _texts(parent: ET.Element, **texts: str) -> None:
    for name, text in texts.items():
        ET.SubElement(parent, name).text = without_controls(text)

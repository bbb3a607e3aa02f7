"""Where the pages and feeds of the site are: files in content/, and addresses from the root of the site."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Final
from urllib.parse import quote

from pipeline import post as posts
from pipeline.html import safe_url

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pipeline.model import Post, SafeUrl
    from pipeline.publish.facts.catalogue import Catalogue, Topic
    from pipeline.settings.sections import SiteSettings

PAGES: Final = (".md", ".markdown", ".mdown", ".mkdn", ".mkd")
"""The ends of files that engines take for pages."""
HOME: Final = "index.md"
TOPICS: Final = "topics"
SERIES: Final = "series"
ARCHIVE: Final = "archive"
LETTER: Final = "letter"
ABOUT: Final = "about.md"
TALKS: Final = "talks.md"
VOICES: Final = "voices.md"
SERVICE: Final = "service.md"
SOURCES: Final = "sources.md"
TRENDS: Final = "trends.md"
CARDS: Final = "assets/cards"
SEARCH: Final = "search"
OPML: Final = "sources.opml"
SITE_CARD: Final = f"{CARDS}/site/card.png"
FORMATS: Final = (
    ("application/rss+xml", "RSS", "feed.xml"),
    ("application/atom+xml", "Atom", "atom.xml"),
    ("application/feed+json", "JSON Feed", "feed.json"),
)
"""Of each format of feeds the media type, the name, and the name of the file."""


@lru_cache(maxsize=8192)
def address_of(page: str) -> str:
    """Return the address, from the root of the site, of the page whose file in content/ is ``page``."""
    return quote(unquoted(page))


def unquoted(page: str) -> str:
    """Return the same as the names of folders."""
    stem = next((page.removesuffix(end) for end in PAGES if page.endswith(end)), page)
    folder, _, name = stem.rpartition("/")
    if name in {"index", "README"}:
        return f"{folder}/" if folder else ""
    return f"{stem}/"


def topic_address(key: str) -> str:
    """Return the address of the page of a topic."""
    return address_of(f"{TOPICS}/{key}.md")


def series_address(key: str) -> str:
    """Return the address of the page of a series."""
    return address_of(f"{SERIES}/{key}.md")


def post_file(post: Post) -> str:
    """Return the file in content/ of a post's page."""
    return f"{posts.POSTS}/{post.path.name}"


def post_page(post: Post) -> str:
    """Return the file of that page in the folder of the site."""
    return f"{posts.POSTS}/{post.path.stem}/index.html"


def post_address(post: Post) -> str:
    """Return the address of a post from the root of the site."""
    return address_of(post_file(post))


def home(site: SiteSettings) -> str:
    """Return the whole address of the site, with the slash at its end."""
    return site.site_url.rstrip("/") + "/"


def whole(site: SiteSettings, address: str) -> str:
    """Return ``address`` from the root of the site as a whole one."""
    return home(site) + address


def whole_url(site: SiteSettings, address: str) -> SafeUrl:
    """Return the same in the characters that RFC 3986 allows, as programs want it."""
    url = safe_url(whole(site, address))
    assert url is not None, "site_url was checked when it was read, and file systems bound a name"
    return url


@dataclass(frozen=True, slots=True, kw_only=True)
class FeedPlace:
    """Feeds of one list, in the three formats: their folder from the root of the site, title and posts."""

    folder: str
    title: str
    page: str
    posts: tuple[Post, ...]

    @property
    def told(self) -> list[dict[str, str]]:
        """What pages tell of them: type, name, title and address from the root of the site, RSS first."""
        return [
            {"type": kind, "name": name, "title": f"{self.title} ({name})", "url": quote(f"{self.folder}{file}")}
            for kind, name, file in FORMATS
        ]


def site_feeds(found: Catalogue, site: SiteSettings) -> FeedPlace:
    """Return the feeds of everything."""
    return FeedPlace(folder="", title=site.site_name, page="", posts=found.posts)


def letter_feeds(found: Catalogue, site: SiteSettings) -> FeedPlace:
    """Return the feeds of the letter's editions."""
    return FeedPlace(
        folder=f"{LETTER}/", title=f"{site.site_name}: the letter", page=f"{LETTER}/", posts=found.editions
    )


def topic_feeds(topic: Topic, site: SiteSettings) -> FeedPlace:
    """Return the feeds of a topic."""
    folder = f"{TOPICS}/{topic.key}/"
    return FeedPlace(folder=folder, title=f"{site.site_name}: {topic.name}", page=quote(folder), posts=topic.posts)


def feed_places(found: Catalogue, site: SiteSettings) -> Iterator[FeedPlace]:
    """Yield all feeds of the site."""
    yield site_feeds(found, site)
    yield letter_feeds(found, site)
    yield from (topic_feeds(topic, site) for topic in found.topics.values())


def card_file(post: Post) -> str:
    """Return the file of the picture that previews of a link to ``post`` show."""
    return f"{CARDS}/{post.path.stem}.png"


def card_address(post: Post) -> str:
    """Return its address from the root of the site."""
    return quote(card_file(post))

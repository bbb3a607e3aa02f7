"""Where sites of a kind are known to keep their feeds, though their pages may not say so.

What comes in is the address of a page (and, for some, what the page says of itself); what goes out are addresses
that are likely feeds, the likeliest first. They are guesses: it knows nothing of the web, and asks nobody.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final
from urllib.parse import urlsplit

from pipeline.html import safe_url

if TYPE_CHECKING:
    from collections.abc import Iterable

    from pipeline.model import SafeUrl

MOST_COMMON_PATHS: Final = 12
_VIDEOS: Final = "https://www.youtube.com/feeds/videos.xml"
_CHANNEL: Final = r"(UC[\w-]{22})"
_END: Final = r"(?:[/?]|$)"
_STACK: Final = (
    r"(?:[\w-]+\.)*(?:(?:stackexchange|stackoverflow|serverfault|superuser|askubuntu|stackapps)\.com|mathoverflow\.net)"
)
_GITHUB_ITSELF: Final = (
    "about|apps|collections|contact|customer-stories|enterprise|events|explore|features|login|marketplace|"
    "new|notifications|orgs|pricing|search|settings|signup|site|sponsors|stars|topics|trending|users"
)
_HOSTED: Final = {
    "bearblog.dev": "/feed/",
    "blogspot.com": "/feeds/posts/default",
    "ghost.io": "/rss/",
    "hashnode.dev": "/rss.xml",
    "medium.com": "/feed",
    "micro.blog": "/feed.xml",
    "substack.com": "/feed",
    "tumblr.com": "/rss",
    "wordpress.com": "/feed/",
}
"""Hosts that give each of their authors a name of their own below theirs."""

_KNOWN: Final = tuple(
    (re.compile(place), feeds)
    for place, feeds in (
        (rf"(?:m\.|music\.)?youtube\.com/channel/{_CHANNEL}", (rf"{_VIDEOS}?channel_id=\1",)),
        (
            r"(?:m\.|music\.)?youtube\.com/(?:playlist|watch)\?(?:.*&)?list=([\w-]{10,})",
            (rf"{_VIDEOS}?playlist_id=\1",),
        ),
        (r"(?:m\.)?youtube\.com/user/([\w-]+)", (rf"{_VIDEOS}?user=\1",)),
        (r"(?:[\w-]+\.)?reddit\.com/r/([\w+]+)", (r"https://www.reddit.com/r/\1/.rss",)),
        (r"(?:[\w-]+\.)?reddit\.com/u(?:ser)?/([\w-]+)", (r"https://www.reddit.com/user/\1/.rss",)),
        (r"(?:[\w-]+\.)?reddit\.com/?(?:\?|$)", ("https://www.reddit.com/.rss",)),
        (rf"github\.com/(?:{_GITHUB_ITSELF}){_END}", ()),
        (
            rf"github\.com/([\w-]+)/([\w.-]+?)(?:\.git)?{_END}",
            tuple(rf"https://github.com/\1/\2/{name}.atom" for name in ("releases", "commits", "tags")),
        ),
        (r"github\.com/([\w-]+)/?(?:\?|$)", (r"https://github.com/\1.atom",)),
        (
            r"gitlab\.[^/]+/((?!(?:explore|help|users|-)/)[\w.-]+(?:/(?!-(?:[/?]|$))[\w.-]+)+)",
            (r"/\1/-/releases.atom", r"/\1/-/tags?format=atom", r"/\1.atom"),
        ),
        (r"medium\.com/tag/([\w-]+)", (r"https://medium.com/feed/tag/\1",)),
        (rf"medium\.com/(?:about|feed|m|me|membership|p|plans|search|tag){_END}", ()),
        (r"medium\.com/(@[\w.-]+|[\w-]+)", (r"https://medium.com/feed/\1",)),
        (r"open\.substack\.com/pub/([\w-]+)", (r"https://\1.substack.com/feed",)),
        (r"bsky\.app/profile/([\w.:-]+)", (r"https://bsky.app/profile/\1/rss",)),
        (rf"tumblr\.com/(?:about|dashboard|explore|login|register|search|tagged){_END}", ()),
        (r"tumblr\.com/(?:blog/(?:view/)?)?([\w-]+)", (r"https://\1.tumblr.com/rss",)),
        *((rf"[\w-]+\.{re.escape(host)}/", (path,)) for host, path in _HOSTED.items()),
        (r"[\w-]+\.blogspot\.[a-z.]{2,6}/", ("/feeds/posts/default",)),
        (rf"{_STACK}/questions/tagged/([\w.%+-]+)", (r"/feeds/tag?tagnames=\1&sort=newest",)),
        (rf"{_STACK}/(question|user)s/(\d+)", (r"/feeds/\1/\2",)),
        (rf"{_STACK}/", ("/feeds",)),
        (r"news\.ycombinator\.com/", ("https://news.ycombinator.com/rss",)),
        (r"(?:export\.)?arxiv\.org/(?:list|archive)/([\w.-]+)", (r"https://rss.arxiv.org/rss/\1",)),
        (
            rf"vimeo\.com/(?:\d+|blog|categories|features|log_in|manage|ondemand|search|showcase|upgrade|watch){_END}",
            (),
        ),
        (r"vimeo\.com/((?:(?:channels|groups)/)?[\w-]+)", (r"https://vimeo.com/\1/videos/rss",)),
        (
            r"flickr\.com/(?:people|photos)/(\d+@N\d+)",
            (r"https://www.flickr.com/services/feeds/photos_public.gne?id=\1",),
        ),
        (r"dev\.to/t/([\w-]+)", (r"https://dev.to/feed/tag/\1",)),
        (r"dev\.to/([\w-]+)", (r"https://dev.to/feed/\1",)),
        (r"dev\.to/?(?:\?|$)", ("https://dev.to/feed",)),
        # Here an @ begins a name as well, but not that of a feed.
        (r"(?:m\.)?(?:medium|substack|threads|tiktok|youtube)\.(?:com|net)/", ()),
        (r"[^/]+/@([\w.-]+)@([\w-]+(?:\.[\w-]+)+)", (r"https://\2/@\1.rss",)),  # an account as another server shows it
        (rf"[^/]+/@(\w(?:[\w-]|\.(?!rss))*){_END}", (r"/@\1.rss",)),
    )
)
"""Places (host without www, path, query) and their feeds; of all that fit the first counts."""

_COMMON: Final = (
    "feed feed/ rss rss.xml atom.xml feed.xml index.xml rss/ feed.json blog/feed blog/rss.xml news/feed".split()
)
_COMMON_BELOW: Final = ("feed", "rss.xml", "feed.xml", "index.xml", "atom.xml")
_MADE_BY: Final = {
    "astro": "rss.xml",
    "blogger": "feeds/posts/default",
    "discourse": "latest.rss",
    "docusaurus": "blog/rss.xml",
    "drupal": "rss.xml",
    "eleventy": "feed/feed.xml",
    "ghost": "rss/",
    "hexo": "atom.xml",
    "hugo": "index.xml",
    "jekyll": "feed.xml",
    "mkdocs": "feed_rss_created.xml",
    "pelican": "feeds/all.atom.xml",
    "wix": "blog-feed.xml",
    "wordpress": "feed/",
    "writefreely": "feed/",
    "zola": "atom.xml",
}
"""Where what makes a site puts the feed, unless told otherwise."""

_OWN_CHANNEL: Final = tuple(
    re.compile(pattern)
    for pattern in (
        rb'"externalId":\s*"(UC[\w-]{22})"',
        rb'itemprop="(?:channelId|identifier)"\s+content="(UC[\w-]{22})"',
        rb'"externalChannelId":\s*"(UC[\w-]{22})"',
        rb'rel="canonical"\s+href="https://www\.youtube\.com/channel/(UC[\w-]{22})"',
        rb'"channelId":\s*"(UC[\w-]{22})"',
    )
)
"""How a page of YouTube names its own channel; the surest first, as it names others besides."""


def patterns(url: str) -> tuple[SafeUrl, ...]:
    """Return where a site of the kind that ``url`` shows keeps the feeds of what stands at ``url``."""
    known = safe_url(url, tracking=True)
    if known is None:
        return ()
    parts = urlsplit(known)
    place = f"{parts.netloc.removeprefix('www.')}{parts.path or '/'}{'?' if parts.query else ''}{parts.query}"
    for pattern, feeds in _KNOWN:
        if found := pattern.match(place):
            return _addresses((found.expand(feed) for feed in feeds), known)
    return ()


def in_page(url: str, body: bytes) -> tuple[SafeUrl, ...]:
    """Return the feeds that the source of the page at ``url`` tells of: a page of YouTube names its channel."""
    host = urlsplit(safe_url(url) or "").hostname or ""
    if host != "youtube.com" and not host.endswith(".youtube.com"):
        return ()
    found = next(filter(None, (pattern.search(body) for pattern in _OWN_CHANNEL)), None)
    return _addresses((f"{_VIDEOS}?channel_id={found[1].decode()}",), url) if found else ()


def common_paths(url: str, generator: str = "") -> tuple[SafeUrl, ...]:
    """Return where many sites keep a feed: below the path of ``url``, and at the root of its host.

    ``generator`` is what the page says that it was made with; where that keeps its feed comes first.
    """
    made_with = generator.casefold()
    usual = [path for name, path in _MADE_BY.items() if name in made_with]
    below = _own_path(urlsplit(safe_url(url) or "").path)
    paths = (
        *(f"{folder}{path}" for folder in (below, "/") for path in usual),
        *(f"{below}{path}" for path in _COMMON_BELOW),
        *(f"/{path}" for path in _COMMON),
    )
    return _addresses(paths, url)[:MOST_COMMON_PATHS]


def _own_path(path: str) -> str:
    """Return the folder that a page's blog stands in: at most two deep, as below that stand its single posts."""
    folders = [part for part in path.split("/") if part]
    if folders and "." in folders[-1] and not path.endswith("/"):
        folders.pop()  # a file
    return "/".join(("", *folders[:2], ""))


def _addresses(found: Iterable[str], base: str) -> tuple[SafeUrl, ...]:
    return tuple(dict.fromkeys(url for address in found if (url := safe_url(address, base))))

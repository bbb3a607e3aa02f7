"""What stands at the root for machines: sitemap.xml, robots.txt and llms.txt, held to their own rules and the pages.

Sources: the Sitemaps XML format 0.9; RFC 9309 (robots.txt); the proposal at llmstxt.org.
"""

from __future__ import annotations

import re
from collections import Counter
from typing import TYPE_CHECKING
from urllib.parse import urljoin

from lxml import etree

from audit.dates import implausible, w3c
from audit.report import Row, counted

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

    from audit.pages import Built, Page

SITEMAP = "{http://www.sitemaps.org/schemas/sitemap/0.9}"
FIELDS = {"user-agent", "allow", "disallow", "sitemap", "crawl-delay"}


def check(site: Built, now: datetime) -> list[Row]:
    return [
        counted("sitemap.xml", "faults", sitemap(site, now)),
        counted("robots.txt", "faults", robots(site)),
        counted("llms.txt", "faults", llms(site)),
    ]


def sitemap(site: Built, now: datetime) -> Iterator[str]:
    """Yield what is wrong with the list of pages, and which pages it forgets."""
    file = site.folder / "sitemap.xml"
    try:
        root = etree.fromstring(file.read_bytes(), etree.XMLParser(resolve_entities=False, no_network=True))
    except FileNotFoundError:
        yield "there is none"
        return
    except etree.XMLSyntaxError as error:
        yield f"is not well-formed: {error}"
        return
    if root.tag != SITEMAP + "urlset":
        yield f"its root is <{root.tag}>, not <urlset> of the namespace {SITEMAP[1:-1]}"
        return
    urls = [(entry.findtext(SITEMAP + "loc") or "").strip() for entry in root]
    yield from (f"{url} stands {count} times" for url, count in Counter(urls).items() if count > 1)
    yield from _entries(site, urls)
    dated = {page.url for page in site.lists() if _is_dated(page)}
    yield from _dates(root, dated, now)
    yield from (f"{page.url} is missing" for page in site.lists() if page.url not in set(urls))


def _is_dated(page: Page) -> bool:
    """Whether it is known when a page changed: it is a post, or a list of posts as home is."""
    is_post = bool(page.meta("article:published_time"))
    return is_post or page.path == "index.html" or bool(page.tree.xpath("//*[contains(@class, 'h-feed')]"))


def _entries(site: Built, urls: list[str]) -> Iterator[str]:
    for url in dict.fromkeys(urls):
        page = site.page_at(url)
        if page is None or page.url != url:
            yield f"{url} is no page of the site"
        elif page.is_hidden or page.moves_to:
            yield f"{url} is not to be listed: it is {'hidden' if page.is_hidden else 'moved'}"
        elif page.canonical and page.canonical != url:
            yield f"{url} says that its address is {page.canonical}"


def _dates(root: etree._Element, dated: set[str], now: datetime) -> Iterator[str]:
    """Yield wrong dates; a post and a list of posts (``dated``) need one, a page of unknown day does not.

    The format says that a lastmod is optional; one that is guessed is worse than none.
    """
    for entry in root:
        url, text = entry.findtext(SITEMAP + "loc"), entry.findtext(SITEMAP + "lastmod")
        if text is None:
            if (url or "").strip() in dated:
                yield f"{url} has no lastmod"
            continue
        try:
            odd = implausible(w3c(text.strip()), now)
        except ValueError as error:
            yield f"{url}: lastmod {error}"
            continue
        if odd:
            yield f"{url}: lastmod {text} {odd}"


def robots(site: Built) -> Iterator[str]:
    """Yield what is wrong with robots.txt."""
    file = site.folder / "robots.txt"
    if not file.is_file():
        yield "there is none"
        return
    lines = [line.partition("#")[0].strip() for line in file.read_text(encoding="utf-8").splitlines()]
    fields = [(line, *_field(line)) for line in lines]
    agent = ""
    for number, (line, field, value) in enumerate(fields, start=1):
        agent = value if field == "user-agent" else agent
        yield from (f"line {number} {line!r} {wrong}" for wrong in _of_line(line, field, value, agent))
    if not agent:
        yield "names no User-agent"
    if site.base + "sitemap.xml" not in {value for _, field, value in fields if field == "sitemap"}:
        yield f"names no Sitemap: {site.base}sitemap.xml"


def _field(line: str) -> tuple[str, str]:
    name, colon, value = line.partition(":")
    return (name.strip().lower(), value.strip()) if colon else ("", "")


def _of_line(line: str, field: str, value: str, agent: str) -> Iterator[str]:
    if line and field not in FIELDS:
        yield f"is none of {', '.join(sorted(FIELDS))}"
    if field in {"allow", "disallow"}:
        if not agent:
            yield "stands before any User-agent"
        if value and not value.startswith(("/", "*")):
            yield "is no path: it does not begin with /"
    if (agent, field, value) == ("*", "disallow", "/"):
        yield "forbids the whole site to everybody"


def llms(site: Built) -> Iterator[str]:
    """Yield what is wrong with llms.txt: a title, a summary, and lists of links that lead somewhere."""
    file = site.folder / "llms.txt"
    if not file.is_file():
        yield "there is none"
        return
    text = file.read_text(encoding="utf-8")
    lines = [line for line in text.splitlines() if line.strip()]
    if not lines or not re.match(r"# \S", lines[0]):
        yield "does not begin with a title (# Name)"
    if len(re.findall(r"^# ", text, re.MULTILINE)) > 1:
        yield "has more than one title"
    if len(lines) < 2 or not lines[1].startswith("> "):
        yield "has no summary (> …) below the title"
    for section in re.split(r"^## ", text, flags=re.MULTILINE)[1:]:
        title, *rest = section.splitlines()
        for line in filter(str.strip, rest):
            if not re.match(r"\s*[-*] \[[^\]]+\]\([^)\s]+\)(?:: .+)?$", line):
                yield f"in the section {title!r} {line!r} is no link with notes (- [name](address): notes)"
    for target in re.findall(r"\]\(([^)\s]+)\)", text):
        url = urljoin(site.base + "llms.txt", target)
        if site.path_of(url) is not None and site.file_of(url) is None:
            yield f"links to {target}, where there is nothing"

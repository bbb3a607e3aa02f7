"""The feeds of a site, found from the address of any of its pages.

What comes in is an address, the web and a reader of feeds; what goes out are the feeds that answered, the likeliest
first. Pages are hostile: one is read in a single pass, in part, and may send us to a few addresses only.
"""

from __future__ import annotations

import asyncio
import codecs
import html as entities
import re
from collections import Counter, defaultdict
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import pairwise
from statistics import median
from typing import TYPE_CHECKING, Final, NamedTuple
from urllib.parse import urlsplit

from pipeline.html import plain_text, safe_url, shortened
from pipeline.model import Unreadable
from pipeline.pull.wellknown import common_paths, in_page, patterns
from pipeline.web import Unreachable

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Iterable, Iterator, Mapping, Sequence
    from typing import TypeAlias

    from pipeline.model import ParsedFeed, PlainText, SafeUrl
    from pipeline.web import Answer, Web

    Read: TypeAlias = Callable[[Answer], Awaitable[ParsedFeed | Unreadable]]

MOST_REQUESTS: Final = 20
"""So many addresses are asked for beside the first, whatever the page says."""
_MOST_AT_FIRST: Final = 14
"""So many of these before it is known whether any leads to a feed; the rest is kept for guesses."""
_MOST_LINKED: Final = 10
_ENOUGH_GUESSED: Final = 3
_FAILURES_BORNE: Final = 2
"""A host that could not be reached so often is left alone: each time may take as long as a request can."""
_LONGEST_TITLE: Final = 200
_MOST_BYTES: Final = 2**20
_OK: Final = frozenset({200, 226})
_FEWEST_DATES: Final = 3
_OFF_THE_PAGE: Final = 2 * _MOST_BYTES
"""The place of what the page does not name: after all that it does."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
    """A feed that was found for an address.

    ``newest`` is when its last entry was published; ``every`` the median gap between its entries, where three or
    more are dated.
    """

    url: SafeUrl
    title: PlainText
    format: str
    entries: int
    newest: datetime | None
    every: timedelta | None


async def discover(
    url: str, web: Web, read: Read, *, allow_private: bool = False
) -> tuple[Candidate, ...] | Unreachable:
    """Return the feeds found for ``url``, a feed's own address or that of any page; none is an empty tuple.

    ``read`` says whether an answer is a feed. ``allow_private`` permits a private address for the host and port of
    ``url`` alone. Of feeds that are the same, the one that the page names first is kept.
    """
    first = await web.get(url, allow_private=allow_private)
    if isinstance(first, Unreachable):
        return first
    asked = safe_url(url, tracking=True) or first.url
    scout = _Scout(web, read, _host_and_port(asked) if allow_private else None)
    if itself := await scout.found_in(first, _Lead(url=asked)):
        return (itself.candidate,)
    page = _page_in(first)
    leads = _leads(page, asked, first)
    found = await scout.follow(leads[:_MOST_AT_FIRST])
    if found:
        found += await scout.follow(leads[_MOST_AT_FIRST:MOST_REQUESTS])
    else:
        guessed = [guess for guess in common_paths(first.url, page.generator) if guess not in {asked, first.url}]
        found = await scout.guess(guessed[: MOST_REQUESTS - len(leads[:_MOST_AT_FIRST])])
    return tuple(one.candidate for one in _in_order(found))


def rhythm_in_words(every: timedelta | None) -> str:
    """Say how often a feed has a new entry: "about 3 a week"; nothing where that is not known."""
    if every is None:
        return ""
    days = every / timedelta(days=1)
    if days < 0.67:  # noqa: PLR2004  (nearer to two a day than to one)
        return "several a day"
    for longest, of_unit, unit in ((1.5, 1, "day"), (10, 7, "week"), (45, 30.4, "month")):
        if days < longest:
            number = max(1, round(of_unit / days))
            return f"about {'one' if number == 1 else number} a {unit}"
    return "rarely"


# -- asking


@dataclass(frozen=True, slots=True, kw_only=True)
class _Lead:
    """An address that may be a feed's, where on the page it stands, and what the page says of it."""

    url: SafeUrl
    place: int = _OFF_THE_PAGE
    said: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Found:
    """A feed that answered, with what tells it from others: where it was in the end, and its first entry."""

    candidate: Candidate
    lead: _Lead
    final: SafeUrl
    first_link: SafeUrl | None


class _Scout:
    """Asks for addresses, and keeps what is a feed. ``home`` is the host and port that may be private."""

    def __init__(self, web: Web, read: Read, home: tuple[str | None, int | None] | None) -> None:
        self._web, self._read, self._home = web, read, home
        self._failures: Counter[str] = Counter()

    async def follow(self, leads: Sequence[_Lead]) -> list[_Found]:
        """Ask for all of ``leads``, of each host one after the other."""
        hosts: defaultdict[str, list[_Lead]] = defaultdict(list)
        for lead in leads:
            hosts[urlsplit(lead.url).netloc].append(lead)

        async def of_host(leads: list[_Lead]) -> list[_Found]:
            return [found for lead in leads if (found := await self._ask(lead))]

        async with asyncio.TaskGroup() as group:
            tasks = [group.create_task(of_host(leads)) for leads in hosts.values()]
        return [found for task in tasks for found in task.result()]

    async def guess(self, guesses: Iterable[SafeUrl]) -> list[_Found]:
        """Ask for ``guesses`` one by one until enough of them are feeds, each another one."""
        found: list[_Found] = []
        for guess in guesses:
            if one := await self._ask(_Lead(url=guess)):
                found = _in_order([*found, one])
            if len(found) == _ENOUGH_GUESSED:
                break
        return found

    async def _ask(self, lead: _Lead) -> _Found | None:
        host = urlsplit(lead.url).netloc
        if self._failures[host] == _FAILURES_BORNE:
            return None
        answer = await self._web.get(lead.url, allow_private=_host_and_port(lead.url) == self._home)
        if isinstance(answer, Unreachable):
            self._failures[host] += 1
            return None
        return await self.found_in(answer, lead)

    async def found_in(self, answer: Answer, lead: _Lead) -> _Found | None:
        """Return the feed that the answer to ``lead`` is, if it is one."""
        feed = await self._read(answer) if answer.status in _OK else Unreadable(cause="is none")
        if isinstance(feed, Unreadable):
            return None
        return _Found(
            candidate=_candidate(feed, answer.moved_to or lead.url, lead.said),
            lead=lead,
            final=answer.url,
            first_link=feed.entries[0].link if feed.entries else None,
        )


def _candidate(feed: ParsedFeed, url: SafeUrl, said: str) -> Candidate:
    dates = sorted(entry.published for entry in feed.entries if entry.published)
    gaps = [(later - earlier).total_seconds() for earlier, later in pairwise(dates)]
    title = feed.title or plain_text(said) or plain_text(urlsplit(url).hostname or url)
    return Candidate(
        url=url,
        title=shortened(title, _LONGEST_TITLE),
        format=feed.format,
        entries=len(feed.entries),
        newest=dates[-1] if dates else None,
        every=timedelta(seconds=median(gaps)) if len(dates) >= _FEWEST_DATES else None,
    )


def _host_and_port(url: str) -> tuple[str | None, int | None]:
    parts = urlsplit(url)
    return parts.hostname, parts.port or {"http": 80, "https": 443}.get(parts.scheme)


def _in_order(found: Iterable[_Found]) -> list[_Found]:
    """Return what was found, the likeliest first, and each feed once."""
    kept: list[_Found] = []
    seen: set[object] = set()
    for one in sorted(found, key=_likeliest_first):
        marks: set[object] = {one.final, one.candidate.url}
        if one.first_link:
            marks.add((one.candidate.title, one.first_link))
        if not marks & seen:
            kept.append(one)
        seen |= marks
    return kept


def _likeliest_first(one: _Found) -> tuple[bool, int, float]:
    newest = one.candidate.newest
    path = one.candidate.url.partition("://")[2].partition("/")[2]
    about_comments = bool(_OF_COMMENTS.search(f"{path} {one.candidate.title} {one.lead.said}"))
    return about_comments, one.lead.place, -newest.timestamp() if newest else 0.0


_OF_COMMENTS: Final = re.compile(r"(?<![a-z])(?:comments|commentaires|comentarios|kommentare)(?![a-z])", re.IGNORECASE)


# -- the page


@dataclass(frozen=True, slots=True, kw_only=True)
class _Page:
    """What a page says of feeds: those it declares, those it seems to link to, and what it was made with."""

    declared: tuple[_Lead, ...] = ()
    linked: tuple[_Lead, ...] = ()
    generator: str = ""


_DECLARED: Final = frozenset(
    (
        "application/rss+xml application/atom+xml application/feed+json application/rdf+xml text/xml application/xml"
    ).split()
)
_SPEAKS_OF_FEED: Final = re.compile(
    r"(?<![a-z])(?:rss[\d.]*|atom|rdf|(?:blog|news|rss|web|xml)?feeds?)(?![a-z])|\.(?:atom|rdf|rss|xml)(?![\w-])",
    re.IGNORECASE,
)
_LONGEST_LABEL: Final = 40
"""A link of more words is the headline of an article, about feeds perhaps."""
_FEED_SCHEME: Final = re.compile(r"feed:(?://)?(?=https?:)|feed:(?=//)", re.IGNORECASE)
"""What browsers once put before the address of a feed: feed://example.org/, feed:https://example.org/."""
_LONGEST_INSIDE: Final = 500
_LINK_ENDS: Final = re.compile(r"</?a[\s>]", re.IGNORECASE)
_MARKUP: Final = re.compile(r"<[^<>]*>?")
_PICTURED: Final = re.compile(r"""(?:alt|aria-label|class)=["']([^"'<>]*)""", re.IGNORECASE)


def _leads(page: _Page, asked: SafeUrl, first: Answer) -> list[_Lead]:
    """Return what to ask for, the surest first: what the page declares, what its kind of site has, what it links to."""
    told = dict.fromkeys((*in_page(first.url, first.body), *patterns(asked), *patterns(first.url)))
    each: dict[SafeUrl, _Lead] = {}
    for lead in (*page.declared, *(_Lead(url=url) for url in told), *page.linked):
        each.setdefault(lead.url, lead)
    return [lead for lead in each.values() if lead.url not in {asked, first.url}]


def _page_in(answer: Answer) -> _Page:
    """Return what the page in ``answer`` says; of what is no page, nothing."""
    head = answer.body[:_MOST_BYTES]
    # Markup is ASCII in whatever else pages are written in, and so are addresses but for a few.
    wide = head.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE))
    source = head.decode("utf-16" if wide else "utf-8", "replace").lstrip("\ufeff \t\r\n")
    if "html" not in answer.headers.get("Content-Type", "").lower() and not source.startswith("<"):
        return _Page()
    return _read_page(source, answer.url)


def _read_page(source: str, base: str) -> _Page:
    """Read ``source`` once, from top to bottom; ``base`` is its address until it names another."""
    declared: dict[SafeUrl, _Lead] = {}
    likely: dict[SafeUrl, _Lead] = {}
    perhaps: dict[SafeUrl, _Lead] = {}
    generator, based = "", False
    for tag in _tags(source):
        if tag.name == "base" and not based and "href" in tag.said:
            based, base = True, safe_url(tag.said["href"], base, tracking=True) or base
        elif tag.name == "meta" and tag.said.get("name", "").lower() == "generator":
            generator = generator or tag.said.get("content", "")[:_LONGEST_TITLE]
        elif tag.name == "link" and len(declared) < MOST_REQUESTS and _declares_feed(tag.said):
            _note(declared, tag, tag.said.get("title", ""), base)
        elif tag.name == "a" and len(likely) < _MOST_LINKED and "href" in tag.said:
            words, pictured = _label(tag, source)
            sure = _SPEAKS_OF_FEED.search(tag.said["href"]) and "sitemap" not in tag.said["href"].lower()
            if sure or (len(words) <= _LONGEST_LABEL and _SPEAKS_OF_FEED.search(f"{words} {pictured}")):
                _note(likely if sure else perhaps, tag, words, base)
    linked = (*likely.values(), *perhaps.values())[:_MOST_LINKED]
    return _Page(declared=tuple(declared.values()), linked=linked, generator=generator)


def _note(leads: dict[SafeUrl, _Lead], tag: _Tag, said: str, base: str) -> None:
    """Keep where ``tag`` leads, if that is a web address; a fragment of it is no other feed."""
    address = _FEED_SCHEME.sub("", tag.said.get("href", "").strip(), count=1).partition("#")[0]
    url = safe_url(address, base) if address else None
    if url is not None:
        leads.setdefault(url, _Lead(url=url, place=tag.start, said=said[:_LONGEST_TITLE]))


def _declares_feed(said: Mapping[str, str]) -> bool:
    """Tell whether a <link> with these attributes leads to a feed."""
    relations = set(said.get("rel", "").lower().split())
    kind = said.get("type", "").partition(";")[0].strip().lower()
    if not kind:
        return "feed" in relations
    if kind == "application/json":  # which WordPress declares for each page, and means its own interface
        return bool(
            relations & {"alternate", "feed"} and _SPEAKS_OF_FEED.search(f"{said.get('title')} {said.get('href')}")
        )
    return bool(relations & {"alternate", "feed"}) and kind in _DECLARED


def _label(tag: _Tag, source: str) -> tuple[str, str]:
    """Return the words of a link, and what its picture says, if it is one: a text for those who hear it, a class."""
    inside = _LINK_ENDS.split(source[tag.end : tag.end + _LONGEST_INSIDE], maxsplit=1)[0]
    words = " ".join(entities.unescape(_MARKUP.sub(" ", inside)).split())
    heard = (tag.said.get("aria-label", ""), tag.said.get("title", ""))
    return words, " ".join((*heard, *(_PICTURED.findall(inside) if "<" in inside else ())))


# -- its markup: a tokenizer, as libxml2 takes quadratic time for many attributes and ends where nesting is deep, and
# html.parser, in releases of Python that we run on, takes quadratic time for comments and quotes that never end


class _Tag(NamedTuple):
    """A tag of interest, its attributes, and where in the source it starts and ends."""

    name: str
    said: Mapping[str, str]
    start: int
    end: int


_BEGINS: Final = re.compile(r"<!--|</?([a-zA-Z][^\s/>]*)")
_ENDS: Final = re.compile(
    r"""(?:[\s/]++|[^\s/>][^\s/>=]*+(?:\s*+=\s*+(?>"[^"]*"|'[^']*'|[^\s>"'][^\s>]*+|(?=>))|(?!\s*+=)))*+>"""
)
_ATTRIBUTE: Final = re.compile(r"""([^\s/>=]++)(?:\s*+=\s*+(?:"([^"]*)"|'([^']*)'|([^\s>"'][^\s>]*+)))?+""")
_ENTITY: Final = re.compile(r"&#?\w++;")
_RAW: Final = {name: re.compile(f"</{name}", re.IGNORECASE) for name in ("script", "style", "textarea")}
"""Elements whose content is no markup, and where that ends."""
_OF_INTEREST: Final = frozenset({"a", "base", "link", "meta"})
_LONGEST_TAG: Final = 8192


def _tags(source: str) -> Iterator[_Tag]:
    """Yield the tags of interest (HTML, section 13.2.5), in a time that grows as the source does."""
    at = 0
    while found := _BEGINS.search(source, at):
        if found[0] == "<!--":
            at = source.find("-->", found.start() + 2) + 3
            if at < found.end():
                return
            continue
        end = _ENDS.match(source, found.end())
        if end is None:
            return
        at, name, opens = end.end(), found[1].lower(), source[found.start() + 1] != "/"
        if opens and name in _OF_INTEREST and at - found.start() < _LONGEST_TAG:
            yield _Tag(name, _attributes(source[found.end() : at - 1]), found.start(), at)
        elif opens and name in _RAW:
            over = _RAW[name].search(source, at)
            if over is None:
                return
            at = over.start()


def _attributes(inside: str) -> Mapping[str, str]:
    """Return the attributes in a tag; the first of a name counts."""
    said: dict[str, str] = {}
    for name, *values in _ATTRIBUTE.findall(inside):
        # An entity must end in a semicolon here, lest ?a=1&section=2 become a paragraph sign.
        said.setdefault(name.lower(), _ENTITY.sub(lambda found: entities.unescape(found[0]), "".join(values)))
    return said

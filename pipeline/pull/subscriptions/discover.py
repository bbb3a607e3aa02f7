"""The feeds of a site, found from the address of any of its pages.

What comes in is an address, the web and a reader of feeds; what goes out are the feeds that answered, the likeliest
first. Pages are hostile: one is read in a single pass, in part, and may send us to a few addresses only.
"""

from __future__ import annotations

import asyncio
import re
from collections import Counter, defaultdict
from dataclasses import dataclass
from datetime import datetime, timedelta
from http import HTTPStatus
from itertools import pairwise
from statistics import median
from typing import TYPE_CHECKING, Final
from urllib.parse import urlsplit

from pipeline.html import authority, plain_text, safe_url, shortened
from pipeline.model import Unreadable
from pipeline.page.links import Lead, Page, page_in
from pipeline.pull.statuses import status_in_words
from pipeline.pull.subscriptions.wellknown import common_paths, in_page, patterns
from pipeline.web import Unreachable

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Iterable, Sequence
    from typing import TypeAlias

    from pipeline.model import ParsedFeed, PlainText, SafeUrl
    from pipeline.pull.guest import Guest
    from pipeline.web import Answer

    Read: TypeAlias = Callable[[Answer], Awaitable[ParsedFeed | Unreadable]]

_LONGEST_TITLE: Final = 200
MOST_REQUESTS: Final = 20
"""So many addresses are asked for beside the first, whatever the page says."""
_MOST_AT_FIRST: Final = 14
"""So many of these before it is known whether any leads to a feed; the rest is kept for guesses."""
_ENOUGH_GUESSED: Final = 3
_FAILURES_BORNE: Final = 2
"""A host that could not be reached so often is left alone: each time may take as long as a request can."""
_FEWEST_DATES: Final = 3
_PATIENCE: Final = 3
"""So many times as long as one request may take, all of them together may: then what was found must do."""


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


@dataclass(frozen=True, slots=True, kw_only=True)
class Discovery:
    """The feeds found for an address, the likeliest first; ``trouble`` is why that itself has nothing to read."""

    candidates: tuple[Candidate, ...]
    trouble: str = ""


async def discover(url: str, web: Guest, read: Read, *, allow_private: bool = False) -> Discovery | Unreachable:
    """Return the feeds found for ``url``, a feed's own address or that of any page.

    ``read`` says whether an answer is a feed. ``allow_private`` permits a private address for the host and port of
    ``url`` alone. Of feeds that are the same, the one that the page names first is kept.
    """
    first = await web.get(url, allow_private=allow_private)
    if isinstance(first, Unreachable):
        return first
    asked = safe_url(url, tracking=True) or first.url
    scout = _Scout(web, read, authority(asked) if allow_private else None)
    if itself := await scout.found_in(first, Lead(url=asked)):
        return Discovery(candidates=(itself.candidate,))
    page = page_in(first.body, first.url, first.headers.get("Content-Type", ""))
    leads = _leads(page, asked, first)
    found = await scout.follow(leads[:_MOST_AT_FIRST])
    if found:
        found += await scout.follow(leads[_MOST_AT_FIRST:MOST_REQUESTS])
    else:
        guessed = [guess for guess in common_paths(first.url, page.generator) if guess not in {asked, first.url}]
        found = await scout.guess(guessed[: MOST_REQUESTS - len(leads[:_MOST_AT_FIRST])])
    trouble = "" if first.status == HTTPStatus.OK else status_in_words(first.status).what
    return Discovery(candidates=tuple(one.candidate for one in _in_order(found)), trouble=trouble)


# -- asking


def _leads(page: Page, asked: SafeUrl, first: Answer) -> list[Lead]:
    """Return what to ask for, the surest first: what the page declares, what its kind of site has, what it links to."""
    told = dict.fromkeys((*in_page(first.url, first.body), *patterns(asked), *patterns(first.url)))
    each: dict[SafeUrl, Lead] = {}
    for lead in (*page.declared, *(Lead(url=url) for url in told), *page.linked):
        each.setdefault(lead.url, lead)
    return [lead for lead in each.values() if lead.url not in {asked, first.url}]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Found:
    """A feed that answered, with what tells it from others: where it was in the end, and its first entry."""

    candidate: Candidate
    lead: Lead
    final: SafeUrl
    first_link: SafeUrl | None


class _Scout:
    """Asks for addresses, and keeps what is a feed. ``home`` is the host and port that may be private."""

    def __init__(self, web: Guest, read: Read, home: tuple[str, int] | None) -> None:
        self._web, self._read, self._home = web, read, home
        self._failures: Counter[str] = Counter()
        self._until = asyncio.get_running_loop().time() + _PATIENCE * web.timeout_seconds

    async def follow(self, leads: Sequence[Lead]) -> list[_Found]:
        """Ask for all of ``leads``, of each host one after the other."""
        hosts: defaultdict[str, list[Lead]] = defaultdict(list)
        for lead in leads:
            hosts[urlsplit(lead.url).netloc].append(lead)

        async def of_host(leads: list[Lead]) -> list[_Found]:
            return [found for lead in leads if (found := await self._ask(lead))]

        async with asyncio.TaskGroup() as group:
            tasks = [group.create_task(of_host(leads)) for leads in hosts.values()]
        return [found for task in tasks for found in task.result()]

    async def guess(self, guesses: Iterable[SafeUrl]) -> list[_Found]:
        """Ask for ``guesses`` one by one until enough of them are feeds, each another one."""
        found: list[_Found] = []
        for guess in guesses:
            if one := await self._ask(Lead(url=guess)):
                found = _in_order([*found, one])
            if len(found) == _ENOUGH_GUESSED:
                break
        return found

    async def _ask(self, lead: Lead) -> _Found | None:
        host = urlsplit(lead.url).netloc
        if self._failures[host] == _FAILURES_BORNE or asyncio.get_running_loop().time() > self._until:
            return None
        own = self._home is not None and authority(lead.url) == self._home
        answer = await self._web.get(lead.url, allow_private=own)
        if isinstance(answer, Unreachable):
            self._failures[host] += 1
            return None
        return await self.found_in(answer, lead)

    async def found_in(self, answer: Answer, lead: Lead) -> _Found | None:
        """Return the feed that the answer to ``lead`` is, if it is one."""
        feed = await self._read(answer)
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

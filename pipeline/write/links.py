"""Whether the links of a post lead somewhere, as far as can be told without going there, and if wanted by going."""

from __future__ import annotations

import asyncio
import posixpath
from http import HTTPStatus
from pathlib import PurePosixPath
from typing import TYPE_CHECKING, Final
from urllib.parse import unquote, urlsplit

from pipeline import post as posts
from pipeline.html import safe_url
from pipeline.write.rules import Rule

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Container, Iterable, Iterator, Mapping

    from pipeline.model import Finding, Post, SafeUrl
    from pipeline.post import Link
    from pipeline.web import Answer, Unreachable

    Anchors = Callable[[PurePosixPath], frozenset[str]]
    Visit = Callable[[SafeUrl], Awaitable[Answer | Unreachable | None]]
    """Asks for a page; None where its host wants to be left alone."""

ELSEWHERE: Final = frozenset({"mailto", "tel"})


def broken_links(post: Post, files: Container[PurePosixPath], anchors: Anchors) -> Iterator[Finding]:
    """Yield a finding for each link that leads nowhere.

    ``files`` are those of content/, as paths in it; ``anchors`` tells what a link to a part of such a page may name.
    """
    own = posts.anchors(post.body)
    for link in posts.links(post):
        wrong = _broken(link, post, own) or _broken_in_content(link, post, files, anchors)
        if wrong is not None:
            reason = f"the link to {link.target or 'nothing'} {wrong[0]}"
            yield Rule.BROKEN_LINK.broken(post.path, link.line, reason, wrong[1])


Wrong = tuple[str, str] | None
"""What is wrong with a link, and the remedy; None if nothing is."""
_NO_ADDRESS: Final = ("leads to no web page", "Write the whole address, as https://example.org/page.")


def _broken(link: Link, post: Post, own: frozenset[str]) -> Wrong:
    """Judge a link that leads to another site, or to a part of this post."""
    try:
        parts = urlsplit(link.target)
    except ValueError:
        return _NO_ADDRESS
    if parts.scheme not in ELSEWHERE and (parts.scheme or parts.netloc) and not safe_url(link.target):
        return _NO_ADDRESS
    if not parts.path and not parts.netloc and parts.fragment and not _holds(own, parts.fragment):
        remedy = f"Link to a heading in small letters with hyphens, as #{next(iter(sorted(own)), 'my-heading')}."
        return f"leads to no heading of {post.path.name}", remedy
    return None


def _broken_in_content(link: Link, post: Post, files: Container[PurePosixPath], anchors: Anchors) -> Wrong:
    """Judge a link to a file of content/."""
    parts = urlsplit(link.target)
    if parts.scheme or parts.netloc or (parts.fragment and not parts.path):
        return None
    if link.raw:
        return "is written as HTML, which the site does not resolve", "Write it as [words](../about.md)."
    if parts.path.startswith("/"):
        return "begins with a slash", "Write it from where this file is, as ../about.md."
    place = PurePosixPath(posixpath.normpath(f"{post.path.parent.name}/{unquote(parts.path)}"))
    if (wrong := _missing(place if parts.path else None, files)) is not None:
        return wrong
    if parts.fragment and place.suffix == ".md" and not _holds(anchors(place), parts.fragment):
        return f"leads to no heading of {place}", "Link to a heading that is there, in small letters with hyphens."
    return None


def _missing(place: PurePosixPath | None, files: Container[PurePosixPath]) -> Wrong:
    if place is None:
        return "leads to no file", "Mend the link."
    published = PurePosixPath(posts.POSTS) / place.name
    if place.parts[:1] == ("..",):
        return "leads out of content/", "Put the file into content/, and link to it there."
    if place.parts[:1] == (posts.DRAFTS,) and published in files:
        return "leads to a draft", f"That post is published: link to ../{published}."
    if place.parts[:1] == (posts.DRAFTS,) and place in files:
        return "leads to a draft, which is on no site", "Publish that draft first, or take the link out."
    if place not in files and any(part.startswith("www.") for part in place.parts):
        return "leads to no file", "Write https:// in front, if it is a web address."
    return None if place in files else ("leads to no file", "Mend the link.")


def _holds(names: frozenset[str], fragment: str) -> bool:
    """Tell whether ``names`` hold ``fragment``; what stands twice is numbered, and footnotes name themselves."""
    wanted = unquote(fragment)
    return wanted in names or wanted.rpartition("_")[0] in names or wanted.startswith(("fn:", "fnref:", "__"))


def external_links(post: Post) -> frozenset[SafeUrl]:
    """Return the links of ``post`` to other sites."""
    return frozenset(url for link in posts.links(post) if (url := safe_url(link.target, tracking=True)))


async def dead_among(urls: Iterable[SafeUrl], visit: Visit) -> dict[SafeUrl, str]:
    """Return which of ``urls`` lead nowhere, and why, as a part of a sentence.

    Only what is gone is dead: many a site refuses programs, and a server that fails may be back tomorrow.
    """
    asked = sorted(urls)
    answers = await asyncio.gather(*map(visit, asked))
    return {url: cause for url, answer in zip(asked, answers, strict=True) if (cause := _cause(answer)) is not None}


def _cause(answer: Answer | Unreachable | None) -> str | None:
    from pipeline.web import Unreachable

    if isinstance(answer, Unreachable):
        return answer.cause
    gone = {HTTPStatus.NOT_FOUND, HTTPStatus.GONE}
    return f"answers that the page is not there ({answer.status})" if answer and answer.status in gone else None


def dead_links(post: Post, dead: Mapping[SafeUrl, str]) -> Iterator[Finding]:
    """Yield a finding for each link of ``post`` that is among the ``dead``."""
    for link in posts.links(post):
        url = safe_url(link.target, tracking=True)
        if url is not None and url in dead:
            remedy = "Link to where the page is now, or to a copy of it in an archive."
            yield Rule.DEAD_LINK.broken(post.path, link.line, f"{url} {dead[url]}", remedy)

"""The block "latest", which any page or post can hold: a comment in it becomes a list of posts.

``<!-- latest -->``, ``<!-- latest: 3 editions -->`` or ``<!-- latest: 5 energy -->`` on a line of its own. One that can
be no list is told with its line, and with what would be right.
"""

from __future__ import annotations

import re
from difflib import get_close_matches
from typing import TYPE_CHECKING, Final
from urllib.parse import quote

from pipeline import post as posts
from pipeline.html import to_markdown
from pipeline.model import Kind
from pipeline.publish.facts import places
from pipeline.publish.facts.catalogue import key_of
from pipeline.publish.facts.prose import parts

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import PurePosixPath

    from pipeline.model import Post
    from pipeline.publish.facts.catalogue import Catalogue
    from pipeline.settings.sections import Settings

_BEGINS: Final = re.compile(r"<!--[ \t]*latest\b", re.IGNORECASE)
_BLOCK: Final = re.compile(
    r"^[ ]{0,3}<!--[ \t]*+latest[ \t]*+(?::([^\n>]*)|(\d[^\n>]*))?-->[ \t]*$", re.MULTILINE | re.IGNORECASE
)
_MANY: Final = 5
ON_A_PAGE: Final = '<bdi>{link}</bdi> <time class="byline-day" datetime="{date}">{day}</time>'
"""The form of a line; letters of a title that run from right to left leave the day beside it where it is."""
ALONE: Final = "{link} · {day}"
"""Its form where no style sheet is."""
_MOST: Final = 999
_DIGITS: Final = 9
"""Python reads no number of thousands of digits."""
_KINDS: Final = {f"{kind}s": kind for kind in Kind}


def with_latest(body: str, page: PurePosixPath, found: Catalogue, settings: Settings, form: str = ON_A_PAGE) -> str:
    """Return ``body``, the text of the file ``page`` in content/, with the newest posts in place of each block."""

    def listed(block: re.Match[str]) -> str:
        shown = _shown(_said(block), page, found)
        return "\n".join(_line(post, page, form, settings) for post in shown) if isinstance(shown, list) else ""

    if not _BEGINS.search(body):
        return body
    return "".join(_BLOCK.sub(listed, part) if is_prose else part for is_prose, part in parts(body))


def listed_in(body: str, page: PurePosixPath, found: Catalogue) -> list[Post]:
    """Return the posts that the blocks in ``body`` list, one block after the other."""
    every = [_shown(said, page, found) for _, said in _blocks(body)]
    return [post for shown in every if isinstance(shown, list) for post in shown]


def mistaken(body: str, page: PurePosixPath, found: Catalogue) -> Iterator[tuple[int, str]]:
    """Yield the line in ``body``, from 0, of each block that can be no list, and what is wrong with it."""
    for line, said in _blocks(body):
        shown = _shown(said, page, found)
        if isinstance(shown, str):
            yield line, f"<!-- latest: {said} --> lists nothing: {shown}"


def _blocks(body: str) -> Iterator[tuple[int, str]]:
    """Yield the line of each block, from 0, and what it says."""
    if not _BEGINS.search(body):
        return
    line = 0
    for is_prose, part in parts(body):
        for block in _BLOCK.finditer(part) if is_prose else ():
            yield line + part.count("\n", 0, block.start()), _said(block)
        line += part.count("\n")


def _said(block: re.Match[str]) -> str:
    return " ".join((block[1] or block[2] or "").split())


def _shown(said: str, page: PurePosixPath, found: Catalogue) -> list[Post] | str:
    """Return the posts that a block lists, but for the one that it stands in; or why it cannot list any."""
    number, about = re.fullmatch(r"([-+]?[\d.,]+(?!\S))?[ ]*(.*)", said).groups()  # type: ignore[union-attr]
    if number and not (number.isascii() and number.isdigit() and len(number) <= _DIGITS and 1 <= int(number) <= _MOST):
        return f"{number} is no number of posts; write one from 1 to {_MOST}"
    chosen = _chosen(about, found)
    if isinstance(chosen, str):
        return chosen
    own = page.as_posix()
    return [post for post in chosen if places.post_file(post) != own][: int(number or _MANY)]


def _chosen(about: str, found: Catalogue) -> Sequence[Post] | str:
    """Return all posts, the editions, essays or links, or those of a topic or a series; or why there are none."""
    if not about:
        return found.posts
    key = key_of(about)
    if key in _KINDS:
        return [post for post in found.posts if post.kind is _KINDS[key]]
    if key in found.topics:
        return found.topics[key].posts
    return found.series[key].posts[::-1] if key in found.series else _unknown(key, about, found)


def _unknown(key: str, about: str, found: Catalogue) -> str:
    """Return that ``about`` is nothing that can be listed, and what is most like it."""
    names: dict[str, str] = {kinds: kinds for kinds in _KINDS}
    names |= {each.key: each.name for each in found.topics.values()}
    names |= {each.key: each.name for each in found.series.values()}
    meant = "".join(f"is {names[like]} meant? " for like in get_close_matches(key, names, n=1))
    return (
        f"{about} is no kind of posts, and no post has such a topic or series; {meant}"
        "Write essays, links or editions, or a topic or a series of your posts"
    )


def _line(post: Post, page: PurePosixPath, form: str, settings: Settings) -> str:
    up = "../" * (len(page.parts) - 1)
    link = f"[{to_markdown(post.title)}]({up}{quote(places.post_file(post))})"
    return f"- {form.format(link=link, date=post.date, day=posts.day_in_words(post.date, settings.site.language))}"

"""What a post is known by in feeds, for good: an id that outlives its file's name, and moments of its own."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Final
from zlib import crc32

from pipeline import post as posts

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from pipeline.model import Post, SafeUrl

_SPAN: Final = 600
"""Seconds after midnight (UTC) in which posts of a day are said to be published.

A post knows its day alone. Readers and validators take what is later than now for a mistake, and what has the same time
as another for one; no later hour would do, as nobody wants to wait for it with publishing.
"""
_LONGEST_NAME: Final = 255
"""Bytes of the name of a file; what is longer never was one."""


def ids_of(every: Sequence[Post], site_url: str) -> dict[str, SafeUrl]:
    """Return the id of each post by the name of its file: the address that it had first.

    A reader takes an id that it does not know for a new post, so renaming one must not change it. A name that another
    post has now is that one's; of several posts that say they had it, it is the oldest one's.
    """
    found: dict[str, SafeUrl] = {}
    taken = {posts.address(site_url, post.path): post.path.name for post in every}
    for post in sorted(every, key=lambda post: (post.date, post.path.name)):
        names = (f"{alias}.md" for alias in post.aliases)
        had = [posts.address(site_url, Path(name)) for name in names if len(name.encode()) <= _LONGEST_NAME]
        own = posts.address(site_url, post.path)
        found[post.path.name] = next(
            (each for each in had if taken.setdefault(each, post.path.name) == post.path.name), own
        )
    return found


def moments_of(every: Sequence[Post], ids: dict[str, SafeUrl]) -> dict[str, tuple[datetime, datetime]]:
    """Return when each post was published and last updated, by the name of its file.

    Of all posts, no two were published or updated in the same second, and none of them moves when another is added, but
    for one in hundreds.
    """
    days = {post.path.name: (post.date, max(post.date, post.updated or post.date)) for post in every}
    moments = _apart((day, ids[name]) for name, both in days.items() for day in both)
    return {
        name: (moments[published, ids[name]], moments[updated, ids[name]])
        for name, (published, updated) in days.items()
    }


def _apart(days: Iterable[tuple[date, str]]) -> dict[tuple[date, str], datetime]:
    """Return a moment for each day and id, which depends on these alone unless another one has it already."""
    found: dict[tuple[date, str], datetime] = {}
    taken: set[datetime] = set()
    for day, id_ in sorted(set(days)):
        moment = datetime.combine(day, time(), UTC) + timedelta(seconds=crc32(id_.encode()) % _SPAN)
        while moment in taken:
            moment += timedelta(seconds=1)
        taken.add(moment)
        found[day, id_] = moment
    return found

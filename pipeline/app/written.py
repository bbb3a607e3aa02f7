"""What stands in content/: the posts that can be read, and what they comment on."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pipeline import post as posts
from pipeline.errors import PostError
from pipeline.model import Written

if TYPE_CHECKING:
    from pathlib import Path

    from pipeline.model import Post, SafeUrl


def read_posts(content: Path, folder: str) -> tuple[tuple[Post, ...], tuple[Path, ...]]:
    """Return the posts in a folder of content/, and the files that are none."""
    read, broken = [], []
    for path in posts.paths(content, folder):
        try:
            read.append(posts.read(path))
        except PostError:  # `byline check` and `byline publish` say what is wrong with it
            broken.append(path)
    return tuple(read), tuple(broken)


def written_by_link(content: Path) -> dict[SafeUrl, Written]:
    """Return the published posts by the links that they comment on, the latest of each."""
    read, _ = read_posts(content, posts.POSTS)
    by_date = sorted(read, key=lambda post: post.date)
    return {url: Written(title=post.title, date=post.date) for post in by_date for url in _links_of(post)}


def links_in(content: Path, folder: str) -> frozenset[SafeUrl]:
    """Return the links that the posts in a folder comment on."""
    read, _ = read_posts(content, folder)
    return frozenset(url for post in read for url in _links_of(post))


def _links_of(post: Post) -> frozenset[SafeUrl]:
    return frozenset({take.url for take in post.takes} | {source.url for source in post.sources})

"""Catalogue to the pages that list: home and older posts, topics, series, the archive by year, the letter.

Each page may have an introduction of the author's, the file of its name in content/; the list is told beside it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pipeline.publish import places
from pipeline.publish.stage.article import anchors, brief, listing
from pipeline.publish.stage.page import Page

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pipeline.publish.catalogue import Catalogue, Listed, Series, Topic
    from pipeline.settings.sections import Settings


def list_pages(found: Catalogue, settings: Settings) -> Iterator[Page]:
    """Yield every page that lists posts."""
    yield from _home(found, settings)
    yield _topics(found)
    for topic in found.topics.values():
        yield _topic(topic, settings)
    if found.series:
        yield Page(file=f"{places.SERIES}/index.md", title="Series", template="topics.html", facts=_of_series(found))
    for series in found.series.values():
        yield _one_series(series, settings)
    yield from _archive(found, settings)
    yield _letter(found, settings)


def _home(found: Catalogue, settings: Settings) -> Iterator[Page]:
    """Yield the first page, which holds the newest posts, and those of the older ones behind it."""
    size = settings.site.posts_per_page
    parts = [found.posts[at : at + size] for at in range(0, len(found.posts), size)] or [()]
    files = [places.HOME, *(f"page/{number}.md" for number in range(2, len(parts) + 1))]
    for number, (file, posts) in enumerate(zip(files, parts, strict=True), 1):
        facts: dict[str, Any] = {"posts": [listing(post, settings) for post in posts]}
        facts |= {"number": number, "of": len(parts)}
        facts |= {"newer_page": places.address_of(files[number - 2])} if number > 1 else {}
        facts |= {"older_page": places.address_of(files[number])} if number < len(files) else {}
        title = settings.site.site_name if number == 1 else f"Older posts, page {number} of {len(parts)}"
        yield Page(file=file, title=title, template="blog.html", kind="CollectionPage", facts=facts)


def _topics(found: Catalogue) -> Page:
    told = [
        _counted(topic.name, f"{places.TOPICS}/{topic.key}.md", len(topic.listed)) for topic in found.topics.values()
    ]
    return Page(file=f"{places.TOPICS}/index.md", title="Topics", template="topics.html", facts={"lists": told})


def _of_series(found: Catalogue) -> dict[str, Any]:
    every = found.series.values()
    return {"lists": [_counted(each.name, f"{places.SERIES}/{each.key}.md", len(each.posts)) for each in every]}


def _counted(name: str, file: str, count: int) -> dict[str, Any]:
    return {"name": name, "url": places.address_of(file), "count": count, "file": file}


def _topic(topic: Topic, settings: Settings) -> Page:
    facts = {
        "posts": [_listed(each, settings) for each in topic.listed],
        "feeds": places.topic_feeds(topic, settings.site).told,
    }
    return Page(file=f"{places.TOPICS}/{topic.key}.md", title=topic.name, template="blog.html", facts=facts)


def _listed(each: Listed, settings: Settings) -> dict[str, Any]:
    told = listing(each.post, settings)
    if each.takes:
        named = dict(zip(each.post.takes, anchors(each.post), strict=True))
        takes = [{"title": take.heading, "url": f"{told['url']}#{named[take]}"} for take in each.takes]
        told |= {"takes": takes}
    return told


def _one_series(series: Series, settings: Settings) -> Page:
    facts = {"posts": [listing(post, settings) for post in series.posts], "is_series": True}
    return Page(file=f"{places.SERIES}/{series.key}.md", title=series.name, template="blog.html", facts=facts)


def _archive(found: Catalogue, settings: Settings) -> Iterator[Page]:
    """Yield the page of all years, and one for each year."""
    years = [_counted(str(year), f"{places.ARCHIVE}/{year}.md", len(posts)) for year, posts in found.years.items()]
    yield Page(file=f"{places.ARCHIVE}/index.md", title="Archive", template="topics.html", facts={"lists": years})
    for year, posts in found.years.items():
        facts = {"posts": [listing(post, settings) for post in posts], "years": years}
        yield Page(file=f"{places.ARCHIVE}/{year}.md", title=str(year), template="blog.html", facts=facts)


def _letter(found: Catalogue, settings: Settings) -> Page:
    """Return the page of the letter: how to get it, and every edition."""
    facts = {"posts": [brief(post, settings) | {"summary": post.summary} for post in found.editions]}
    facts |= {"feeds": places.letter_feeds(found, settings.site).told}
    return Page(file=f"{places.LETTER}/index.md", title="Letter", template="editions.html", facts=facts)

"""Catalogue to the pages that list: home and older posts, topics, series, the archive by year, the letter.

Each page may have an introduction of the author's, the file of its name in content/; the list is told beside it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from pipeline.publish.facts import places
from pipeline.publish.stage.article import anchors
from pipeline.publish.stage.page import Page

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pipeline.publish.facts.catalogue import Listed, Series, Topic
    from pipeline.publish.stage.whole import Whole

_WHOLE: Final = 40
"""So many posts stand on a list with their summaries; those before them with day and title."""


def list_pages(whole: Whole) -> Iterator[Page]:
    """Yield every page that lists posts."""
    yield from _home(whole)
    yield _topics(whole)
    for topic in whole.found.topics.values():
        yield _topic(topic, whole)
    if whole.found.series:
        yield _all_series(whole)
    for series in whole.found.series.values():
        yield _one_series(series, whole)
    yield from _archive(whole)
    yield _letter(whole)


def _home(whole: Whole) -> Iterator[Page]:
    """Yield the first page, which holds the newest posts, and those of the older ones behind it."""
    size, every = whole.settings.site.posts_per_page, whole.found.posts
    parts = [every[at : at + size] for at in range(0, len(every), size)] or [()]
    files = [places.HOME, *(f"page/{number}.md" for number in range(2, len(parts) + 1))]
    for number, (file, posts) in enumerate(zip(files, parts, strict=True), 1):
        facts: dict[str, Any] = {"posts": [whole.listing(post) for post in posts]}
        facts |= {"number": number, "of": len(parts)}
        facts |= {"newer_page": places.address_of(files[number - 2])} if number > 1 else {}
        facts |= {"older_page": places.address_of(files[number])} if number < len(files) else {}
        title = whole.settings.site.site_name if number == 1 else f"Older posts, page {number} of {len(parts)}"
        facts |= {"description": whole.settings.site.site_description} if number == 1 else {}
        about = f"{title}, by {_author(whole)}."
        yield Page(file=file, title=title, template="blog.html", about=about, kind="CollectionPage", facts=facts)


def _topics(whole: Whole) -> Page:
    every = whole.found.topics.values()
    told = [_counted(each.name, f"{places.TOPICS}/{each.key}.md", len(each.listed)) for each in every]
    about = f"What {_author(whole)} writes about, topic by topic."
    facts = {"lists": told, **_beside(whole)}
    return Page(file=f"{places.TOPICS}/index.md", title="Topics", template="topics.html", about=about, facts=facts)


def _all_series(whole: Whole) -> Page:
    every = whole.found.series.values()
    told = [_counted(each.name, f"{places.SERIES}/{each.key}.md", len(each.posts)) for each in every]
    about = f"Posts of {_author(whole)} that belong together, series by series."
    file = f"{places.SERIES}/index.md"
    return Page(file=file, title="Series", template="topics.html", about=about, facts={"lists": told})


def _beside(whole: Whole) -> dict[str, Any]:
    """Return where the page of all series is, for the pages from which readers look for it."""
    return {"series_page": places.address_of(f"{places.SERIES}/index.md")} if whole.found.series else {}


def _author(whole: Whole) -> str:
    return whole.person.name(whole.settings.site)


def _counted(name: str, file: str, count: int) -> dict[str, Any]:
    return {"name": name, "url": places.address_of(file), "count": count, "file": file}


def _topic(topic: Topic, whole: Whole) -> Page:
    facts: dict[str, Any] = {"posts": [_listed(each, whole) for each in topic.listed[:_WHOLE]]}
    facts |= {"earlier": [whole.brief(each.post) for each in topic.listed[_WHOLE:]]}
    facts |= {"feeds": places.topic_feeds(topic, whole.settings.site).told}
    about = f"What {_author(whole)} wrote on the topic {topic.name}, the newest first."
    file = f"{places.TOPICS}/{topic.key}.md"
    return Page(file=file, title=topic.name, template="blog.html", about=about, facts=facts)


def _listed(each: Listed, whole: Whole) -> dict[str, Any]:
    told = whole.listing(each.post)
    if not each.takes:
        return told
    named = dict(zip(each.post.takes, anchors(each.post), strict=True))
    return told | {"takes": [{"title": take.heading, "url": f"{told['url']}#{named[take]}"} for take in each.takes]}


def _one_series(series: Series, whole: Whole) -> Page:
    facts = {"posts": [whole.listing(post) for post in series.posts], "is_series": True, **_beside(whole)}
    about = f"{series.name}: posts of {_author(whole)} that belong together, in the order to read them."
    file = f"{places.SERIES}/{series.key}.md"
    return Page(file=file, title=series.name, template="blog.html", about=about, facts=facts)


def _archive(whole: Whole) -> Iterator[Page]:
    """Yield the page of all years, and one for each year."""
    every = whole.found.years
    years = [_counted(str(year), f"{places.ARCHIVE}/{year}.md", len(posts)) for year, posts in every.items()]
    told = {"lists": years, **_beside(whole)}
    about = f"Everything that {_author(whole)} published here, year by year."
    file = f"{places.ARCHIVE}/index.md"
    yield Page(file=file, title="Archive", template="topics.html", about=about, facts=told)
    for year, posts in every.items():
        facts: dict[str, Any] = {"posts": [whole.listing(post) for post in posts[:_WHOLE]]}
        facts |= {"earlier": [whole.brief(post) for post in posts[_WHOLE:]], "years": years}
        about = f"Everything that {_author(whole)} published here in {year}, the newest first."
        file = f"{places.ARCHIVE}/{year}.md"
        yield Page(file=file, title=str(year), template="blog.html", about=about, facts=facts)


def _letter(whole: Whole) -> Page:
    """Return the page of the letter: how to get it, and every edition."""
    posts = [whole.brief(post) | {"summary": post.summary} for post in whole.found.editions]
    facts = {"posts": posts, "feeds": places.letter_feeds(whole.found, whole.settings.site).told}
    about = f"The letter of {_author(whole)}: {whole.settings.publish.subscribe.gets}"
    file = f"{places.LETTER}/index.md"
    return Page(file=file, title="Letter", template="editions.html", about=about, facts=facts)

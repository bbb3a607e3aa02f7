"""All that the pages of one build are made of, and what is told of a post wherever it is named."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Any

from pipeline import post as posts
from pipeline.model import Kind
from pipeline.publish.facts import places
from pipeline.publish.facts.catalogue import key_of, minutes
from pipeline.publish.ground.kept import digest

if TYPE_CHECKING:
    from datetime import date

    from pipeline.model import Post, Source
    from pipeline.publish.facts.catalogue import Catalogue
    from pipeline.publish.facts.person import Person
    from pipeline.settings.sections import Settings


@dataclass(frozen=True, kw_only=True)
class Whole:
    """The catalogue, the author and the settings; ``listings`` are told once for each post."""

    found: Catalogue
    person: Person
    settings: Settings
    listings: dict[str, dict[str, Any]] = field(default_factory=dict)

    @cached_property
    def ground(self) -> str:
        """A digest of what all posts' pages are made of."""
        told = (self.settings.model_dump_json(exclude={"root"}), self.person.model_dump_json())
        return digest("\0".join(told).encode())

    def listing(self, post: Post) -> dict[str, Any]:
        """Return what is told of ``post`` on its own page and on every list."""
        name = post.path.name
        if name not in self.listings:
            self.listings[name] = _listing(post, self.settings)
        return self.listings[name]

    def brief(self, post: Post) -> dict[str, Any]:
        """Return what a link to ``post`` says of it."""
        told = self.listing(post)
        return {key: told[key] for key in ("url", "title", "date", "day")}


def _listing(post: Post, settings: Settings) -> dict[str, Any]:
    said: dict[str, Any] = {
        "url": places.post_address(post),
        "title": post.title,
        "date": post.date.isoformat(),
        "day": _day(post.date, settings),
        "kind": str(post.kind),
        "minutes": minutes(post),
        "summary": post.summary,
        "topics": [{"name": topic, "url": places.topic_address(key_of(topic))} for topic in post.topics],
    }
    if post.updated:
        said |= {"updated": post.updated.isoformat(), "updated_day": _day(post.updated, settings)}
    if link := linked(post):
        said |= {"link": source_told(link, settings)}
    return said


def linked(post: Post) -> Source | None:
    """Return the source that a link post is about."""
    if post.kind is not Kind.LINK or not post.takes:
        return None
    return next((source for source in post.sources if source.url == post.takes[0].url), None)


def source_told(source: Source, settings: Settings) -> dict[str, Any]:
    """Return what is told of a source, as far as it is known."""
    told: dict[str, Any] = {"url": source.url, "title": source.title or source.url}
    told |= {"publisher": source.publisher} if source.publisher else {}
    told |= {"authors": list(source.authors)} if source.authors else {}
    if source.published:
        told |= {"date": source.published.isoformat(), "day": _day(source.published, settings)}
    return told


def _day(day: date, settings: Settings) -> str:
    return posts.day_in_words(day, settings.site.language)

"""The facts about the author to pages: about, talks and press, what others say, service given, and whom they read."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeVar
from urllib.parse import urlsplit

from pipeline.html import plain_text, safe_url
from pipeline.publish.facts import places
from pipeline.publish.stage.days import country, time_of
from pipeline.publish.stage.page import Page

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from pipeline.publish.facts.person import Education, Fact, Person
    from pipeline.settings.sections import FeedSettings, Settings

    _Fact = TypeVar("_Fact", bound=Fact)


def about_pages(person: Person, settings: Settings) -> Iterator[Page]:
    """Yield the pages about the author for which there are facts, or words of the author's."""
    others = list(_others(person, settings))
    more = [{"name": page.title, "url": places.address_of(page.file)} for page in others if not page.needs_intro]
    facts = _about(person, settings) | {"more": more}
    about = person.basics.summary or f"Who {person.name(settings.site)} is."
    yield Page(
        file=places.ABOUT,
        title="About",
        template="about.html",
        about=about,
        kind="ProfilePage",
        facts=facts,
        needs_intro=True,
    )
    yield from others


def _others(person: Person, settings: Settings) -> Iterator[Page]:
    """Yield a page for each kind of facts."""
    name, language = person.name(settings.site), settings.site.language
    talks = [_line(each, language, (each.name, each.entity), each.description) for each in _newest(person.talks)]
    press = [_line(each, language, (each.name, each.publisher)) for each in _newest(person.publications)]
    talked = f"Talks of {name}, and what was printed elsewhere."
    yield _page(places.TALKS, "Talks and press", talked, {"talks": talks, "press": press})
    voices = [each.model_dump() | time_of(each, language) for each in _newest(person.voices)]
    yield _page(places.VOICES, "What others say", f"What others say of {name}.", {"voices": voices})
    service = [_line(each, language, (each.position, each.organization)) for each in _newest(person.volunteer)]
    yield _page(places.SERVICE, "Service", f"What {name} does for others, unpaid.", {"service": service})
    if settings.publish.sources:
        public = sorted((_read(feed) for feed in settings.pull.feeds if feed.is_public), key=_by_name)
        reads = {"feeds_read": public, "opml": places.OPML if public else ""}
        yield _page(places.SOURCES, "What I read", f"The feeds that {name} reads.", reads)


def _page(file: str, title: str, about: str, facts: dict[str, Any]) -> Page:
    """Return a page of ``facts``; without any, it needs words of the author's."""
    told = any(isinstance(value, list) and value for value in facts.values())
    template = file.replace(".md", ".html")
    return Page(file=file, title=title, template=template, about=about, facts=facts, needs_intro=not told)


def _about(person: Person, settings: Settings) -> dict[str, Any]:
    """Return the facts of the h-card, and of the record below it."""
    language = settings.site.language
    record = {
        "work": [_line(each, language, (each.position, each.name)) for each in _newest(person.work)],
        "education": [_line(each, language, (_degree(each), each.institution)) for each in _newest(person.education)],
        "awards": [_line(each, language, (each.title, each.awarder)) for each in _newest(person.awards)],
        "skills": [skill.model_dump() for skill in person.skills],
        "languages": [each.model_dump() for each in person.languages],
    }
    me = [profile.url for profile in person.basics.profiles]
    told = {name: facts for name, facts in record.items() if facts}
    return {"basics": _basics(person, settings), "record": told, "me": me}


def _basics(person: Person, settings: Settings) -> dict[str, Any]:
    site = settings.site
    basics: dict[str, Any] = person.basics.model_dump(exclude={"image"}) | {"name": person.name(site)}
    basics["location"] |= {"country": country(person.basics.location.country_code, site.language)}
    home = places.home(site)
    image = safe_url(person.basics.image.lstrip("/"), home) if person.basics.image else None
    return basics | ({"image": image.removeprefix(home)} if image and image.startswith(home) else {})


def _degree(each: Education) -> str:
    return " ".join(part for part in (each.study_type, each.area) if part)


def _newest(facts: Iterable[_Fact]) -> list[_Fact]:
    return sorted(facts, key=lambda each: each.latest, reverse=True)


def _line(fact: Fact, language: str, named: Sequence[str], *more: str) -> dict[str, Any]:
    """Return a line of the record: ``named`` are its parts, ``more`` what is said before its own words."""
    told = [*more, fact.summary, "; ".join(getattr(fact, "highlights", ()))]
    name = ", ".join(part for part in named if part)
    return {**time_of(fact, language), "name": name, "url": fact.url, "more": [part for part in told if part]}


def _read(feed: FeedSettings) -> dict[str, Any]:
    """Return the line of a feed, which leads to the first page of its host: feeds are no pages for people."""
    parts = urlsplit(feed.url)
    name = plain_text(feed.title) or (parts.hostname or "").removeprefix("www.")
    home, topics = f"{parts.scheme}://{parts.netloc}/", ", ".join(feed.topics)
    return {"url": home, "feed": feed.url, "name": name, "more": [topics] if topics else []}


def _by_name(line: dict[str, Any]) -> str:
    return str(line["name"]).casefold()

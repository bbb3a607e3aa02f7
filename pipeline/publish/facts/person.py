"""The file of facts about the author, as JSON Resume has them (jsonresume.org/schema, 1.0.0), to a Person.

``content/resume.yml`` or ``content/resume.json``; every value is cleaned, and what is wrong is told with its line.
Talks are ``projects`` of a type such as "talk"; what others say are ``references``, each with where it was said.
"""

from __future__ import annotations

import re
from datetime import date
from typing import TYPE_CHECKING, Annotated, Any, Final
from urllib.parse import urlsplit

import yaml
from pydantic import AliasChoices, BaseModel, BeforeValidator, ConfigDict, Field, ValidationError
from pydantic.alias_generators import to_camel

from pipeline import faults, yamltext
from pipeline.errors import PublishError
from pipeline.html import plain_text, safe_url

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from pipeline.model import Echo, Service
    from pipeline.settings.sections import SiteSettings

FILES: Final = ("resume.yml", "resume.yaml", "resume.json")
TALKS: Final = frozenset({"talk", "presentation", "conference", "keynote", "panel", "workshop", "interview", "podcast"})
"""The types of ``projects`` that are talks; the schema names the first three."""
_GOES_ON: Final = frozenset({"podcast"})
"""Of these, what goes on until an end is told; all others are over when they were given."""


_DAY: Final = re.compile(r"\d{4}(-\d{2}(-\d{2})?)?")


def _text(value: Any) -> Any:
    if isinstance(value, (dict, list, bool)) or value is None:
        raise ValueError("must be a text; put it in quotes")
    return plain_text(str(value))


def _url(value: Any) -> Any:
    url = safe_url(value) if isinstance(value, str) else None
    if url is None:
        raise ValueError("must be a full web address that begins with https:// or http://")
    return url


def _day(value: Any) -> Any:
    """Take a day, a month or a year, as the schema allows them."""
    said = value.isoformat() if isinstance(value, date) else str(value)
    if said and not _DAY.fullmatch(said):
        raise ValueError("must be a day, a month or a year, as 2026-11-23, 2026-11 or 2026")
    return said


Text = Annotated[str, BeforeValidator(_text)]
Url = Annotated[str, BeforeValidator(_url)]
Day = Annotated[str, BeforeValidator(_day)]


class _Facts(BaseModel):
    model_config = ConfigDict(frozen=True, extra="ignore", alias_generator=to_camel, populate_by_name=True)


class Place(_Facts):
    """Where the author is."""

    city: Text = ""
    region: Text = ""
    country_code: Text = ""


class Profile(_Facts):
    """The author elsewhere."""

    network: Text = ""
    username: Text = ""
    url: Url


class Basics(_Facts):
    """Who the author is."""

    name: Text = ""
    label: Text = ""
    image: Text = ""
    email: Text = ""
    summary: Text = ""
    location: Place = Field(default_factory=Place)
    profiles: tuple[Profile, ...] = ()


class Fact(_Facts):
    """Something that happened, on a day or over a time, and where to look."""

    url: Url | None = None
    date: Day = ""
    start_date: Day = ""
    end_date: Day = ""
    summary: Text = ""

    @property
    def is_open(self) -> bool:
        """Whether it began and has not ended."""
        return bool(self.start_date and not self.end_date and not self.date)

    @property
    def latest(self) -> str:
        """Tell by what such facts stand in order, the newest first; what has not ended is the newest."""
        return f"9999 {self.start_date}" if self.is_open else self.date or self.end_date or self.start_date

    @property
    def days(self) -> tuple[str, ...]:
        """The day, month or year of it, or those of its beginning and its end where they differ."""
        if self.date or not self.start_date:
            return tuple(filter(None, (self.date or self.end_date,)))
        return tuple(dict.fromkeys(filter(None, (self.start_date, self.end_date))))


class _Lasting(Fact):
    highlights: tuple[Text, ...] = ()


class Work(_Lasting):
    """A place where the author worked."""

    name: Text = ""
    position: Text = ""


class Volunteer(_Lasting):
    """What the author does for others, unpaid."""

    organization: Text = ""
    position: Text = ""


class Education(_Lasting):
    """Where the author learned."""

    institution: Text = ""
    area: Text = ""
    study_type: Text = ""


class Project(_Lasting):
    """Something the author did; a talk, if its type says so. ``entity`` is where, or for whom."""

    name: Text
    description: Text = ""
    entity: Text = ""
    type: Text = ""

    @property
    def is_open(self) -> bool:
        """Whether it goes on: a talk of which only the beginning is told was one day, but for a podcast."""
        return super().is_open and self.type.casefold() not in TALKS - _GOES_ON


class Award(Fact):
    """Something the author was given."""

    title: Text
    awarder: Text = ""


class Publication(Fact):
    """Something the author wrote, or that was written about them, elsewhere."""

    name: Text
    publisher: Text = ""
    date: Day = Field(default="", validation_alias=AliasChoices("releaseDate", "date"))


class Skill(_Facts):
    """Something the author can be asked about."""

    name: Text = ""
    keywords: tuple[Text, ...] = ()


class Language(_Facts):
    """A language that the author speaks."""

    language: Text
    fluency: Text = ""


class Reference(Fact):
    """What somebody says of the author, word for word; ``url`` or ``source`` tells where they said it."""

    name: Text
    reference: Text
    position: Text = ""
    source: Text = ""


class Person(_Facts):
    """The author, as far as the file of facts tells."""

    basics: Basics = Field(default_factory=Basics)
    work: tuple[Work, ...] = ()
    volunteer: tuple[Volunteer, ...] = ()
    education: tuple[Education, ...] = ()
    awards: tuple[Award, ...] = ()
    publications: tuple[Publication, ...] = ()
    skills: tuple[Skill, ...] = ()
    languages: tuple[Language, ...] = ()
    references: tuple[Reference, ...] = ()
    projects: tuple[Project, ...] = ()

    @property
    def talks(self) -> tuple[Project, ...]:
        """The projects that are talks."""
        return tuple(each for each in self.projects if each.type.casefold() in TALKS)

    @property
    def voices(self) -> tuple[Reference, ...]:
        """What others say, as far as it is told where they said it."""
        return tuple(each for each in self.references if each.url or each.source)

    @property
    def unsourced(self) -> tuple[str, ...]:
        """Whose words are not shown, as it is not told where they said them."""
        return tuple(each.name for each in self.references if not (each.url or each.source))

    def name(self, site: SiteSettings) -> str:
        """Return what the author is called: as here, or as the settings of the site say."""
        return self.basics.name or site.author


def with_echoes(person: Person, echoes: Sequence[Echo]) -> Person:
    """Return ``person`` with what others said elsewhere, and the author chose to show, among what others say."""
    told = tuple(
        Reference(
            name=echo.author, reference=echo.said, url=echo.source, source=_host(echo), date=f"{echo.at:%Y-%m-%d}"
        )
        for echo in echoes
        if echo.said and echo.source
    )
    return person.model_copy(update={"references": (*person.references, *told)}) if told else person


def _host(echo: Echo) -> str:
    return (urlsplit(echo.source or "").hostname or "").removeprefix("www.")


def person_of(content: Path) -> Person:
    """Return the author by the file of facts in ``content``; an empty one without it. Raises ``PublishError``."""
    path = next((content / name for name in FILES if (content / name).is_file()), None)
    if path is None:
        return Person()
    try:
        text = path.read_text(encoding="utf-8-sig")
        data = yamltext.parse(text)  # which JSON is too
        return Person.model_validate({name: value for name, value in (data or {}).items() if value is not None})
    except (OSError, UnicodeDecodeError) as error:
        raise PublishError(f"{path.name} cannot be read ({error}); it must be a UTF-8 text file") from error
    except yaml.YAMLError as error:
        line, reason = faults.of_yaml(error, text)
        raise PublishError(f"{path.name}:{line}: {reason}") from error
    except AttributeError:
        raise PublishError(f"{path.name}:1: must be facts of the form `name: value`, as JSON Resume has them") from None
    except ValidationError as error:
        raise PublishError(
            f"{path.name} has facts that are none:", [_told(path, text, each) for each in error.errors()]
        ) from None


def with_service(person: Person, given: Sequence[Service]) -> Person:
    """Return ``person`` with what the author gave and shows, besides what the file tells."""
    more = [
        Volunteer(organization=each.organisation, position=each.what, date=each.on.isoformat(), url=each.link)
        for each in given
        if each.is_public
    ]
    return person.model_copy(update={"volunteer": (*person.volunteer, *more)})


def _told(path: Path, text: str, problem: Any) -> str:
    place = tuple(part for part in problem["loc"] if isinstance(part, (str, int)))
    return f"{path.name}:{yamltext.line_of(text, place)}: {'.'.join(map(str, place))}: {faults.of_value(problem)}"

"""byline.yml, mkdocs.yml and the environment as one typed object.

What comes in is a folder and the environment; what goes out is ``Settings``, or one ``SettingsError`` that
names every problem with file and line. The docstring under each setting is its documentation: ``explained``
writes it into a new byline.yml, and the manual is tested to hold it.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal, TypeVar
from urllib.parse import urlsplit

import yaml
import yaml_env_tag
from pydantic import AfterValidator, BaseModel, ConfigDict, Field, SecretStr, ValidationError

from pipeline import yamltext
from pipeline.errors import SettingsError

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

FILE = "byline.yml"
STATE = ".byline"


def _web_address(value: str) -> str:
    parts = urlsplit(value)
    if parts.scheme not in {"http", "https"} or not parts.hostname:
        raise ValueError("must be a full web address that begins with https:// or http://")
    return value


def _mail_address(value: str) -> str:
    from email.utils import parseaddr

    address = parseaddr(value)[1]
    if "@" not in address or any(mark in value for mark in "\r\n"):
        raise ValueError("must be a mail address such as name@example.org or Name <name@example.org>")
    return value


WebAddress = Annotated[str, AfterValidator(_web_address)]
MailAddress = Annotated[str, AfterValidator(_mail_address)]
Positive = Annotated[int, Field(gt=0)]


_Model = TypeVar("_Model", bound=BaseModel)


class _Section(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", use_attribute_docstrings=True)


class FeedSettings(_Section):
    """One feed that is read."""

    url: WebAddress
    """The address of the feed itself (not of the site)."""
    title: str = ""
    """What you call it; without one, the feed's own title is used."""
    allow_private: bool = False
    """Allow an address inside your own network; otherwise such a feed is refused."""


class PullSettings(_Section):
    """Which feeds are read, and within which bounds."""

    feeds: tuple[FeedSettings, ...] = ()
    """The feeds to read. `byline feeds add URL` writes here too."""
    concurrency: Positive = 16
    """How many feeds are fetched at once; always one at a time from one host."""
    timeout_seconds: Positive = 30
    """How long one feed may take."""
    max_megabytes: Positive = 16
    """How large one feed may be, unpacked."""


class TopicSettings(_Section):
    """What a topic is known by."""

    phrases: tuple[str, ...]
    """Words and phrases that tell that an entry is about this topic."""
    weight: Annotated[float, Field(ge=0, le=10)] = 1.0
    """How much it counts, from 0 to 10; 1 is usual."""
    exclude: tuple[str, ...] = ()
    """Words and phrases that tell that it is not."""


class SelectSettings(_Section):
    """Which stories are worth your time."""

    topics: dict[str, TopicSettings] = Field(default_factory=dict)
    """What you write about, each topic with the phrases that it is known by."""
    days: Positive = 8
    """How many days back stories are looked for."""
    shortlist: Positive = 12
    """How many stories the shortlist holds."""


class WriteSettings(_Section):
    """What a draft holds, and what a check asks of it."""

    takes: Positive = 4
    """How many stories of the shortlist a draft takes up, if you name none."""
    quote_words: Positive = 60
    """How many words may be quoted in one take."""


class PublishSettings(_Section):
    """What the site offers."""

    feed_posts: Positive = 20
    """How many posts the site's own feeds hold."""


class SmtpSettings(_Section):
    """The way out for mail. The password comes from BYLINE_SMTP_PASSWORD."""

    host: str = "localhost"
    """The outgoing mail server."""
    port: Positive = 587
    """Its port: 587 goes with starttls, 465 with tls, 25 with none."""
    security: Literal["starttls", "tls", "none"] = "starttls"
    """How the connection is protected; none is for a server on this very machine."""
    username: str = ""
    """The name to log in with; empty for no login."""


class SendSettings(_Section):
    """Who the letter is from, and how it leaves."""

    sender: MailAddress = "You <you@example.org>"
    """Who the letter is from; answers come here."""
    postal_address: str = ""
    """Your postal address, which the law of many countries wants in a letter."""
    reason: str = "You get this letter because you asked for it."
    """The sentence that tells readers why they get the letter."""
    list_id: str = ""
    """The name of the list in mail headers (List-Id); without one, letter.YOUR-SITE."""
    unsubscribe_url: WebAddress | None = None
    """Where a POST unsubscribes a reader at once (RFC 8058); without it, leaving works by mail only."""
    smtp: SmtpSettings = Field(default_factory=SmtpSettings)
    """The way out for mail. Its password comes from the environment: BYLINE_SMTP_PASSWORD."""


class ConnectSettings(_Section):
    """Whom you would like to work with, and whose news you want to know."""

    organisations: tuple[str, ...] = ()
    """Organisations you work with or would like to."""
    people: tuple[str, ...] = ()
    """People whose news you want to know."""


class Sections(_Section):
    """byline.yml: a section for each of the six verbs."""

    pull: PullSettings = Field(default_factory=PullSettings)
    select: SelectSettings = Field(default_factory=SelectSettings)
    write: WriteSettings = Field(default_factory=WriteSettings)
    publish: PublishSettings = Field(default_factory=PublishSettings)
    send: SendSettings = Field(default_factory=SendSettings)
    connect: ConnectSettings = Field(default_factory=ConnectSettings)


class Secrets(_Section):
    """What comes from the environment alone, and prints as asterisks."""

    smtp_password: SecretStr | None = None
    """BYLINE_SMTP_PASSWORD: the password of the outgoing mail server."""
    database_url: SecretStr | None = None
    """DATABASE_URL: a PostgreSQL store in place of .byline/byline.db."""


class SiteSettings(_Section):
    """What mkdocs.yml says of the site; it is not said again in byline.yml."""

    site_name: str
    site_url: WebAddress
    site_author: str = ""
    site_description: str = ""
    language: str = "en"
    docs_dir: str = "content"
    site_dir: str = "site"
    custom_dir: str | None = None

    @property
    def author(self) -> str:
        """Who speaks on the site."""
        return self.site_author or self.site_name


class Settings(Sections):
    """All settings of one author's site, which lies in ``root``."""

    root: Path
    site: SiteSettings
    secrets: Secrets

    @property
    def content(self) -> Path:
        """Where posts/, drafts/ and pages are."""
        return self.root / self.site.docs_dir

    @property
    def output(self) -> Path:
        """Where the built site goes."""
        return self.root / self.site.site_dir

    @property
    def overrides(self) -> Path:
        """Where the author's own templates are."""
        return self.root / (self.site.custom_dir or "overrides")

    @property
    def state(self) -> Path:
        """Where the database and the caches are."""
        return self.root / STATE

    @property
    def database_url(self) -> str:
        """The SQLAlchemy URL of the store."""
        if self.secrets.database_url is None:
            return f"sqlite:///{self.state / 'byline.db'}"
        url = self.secrets.database_url.get_secret_value()
        scheme, _, rest = url.partition("://")
        return f"postgresql+psycopg://{rest}" if scheme in {"postgres", "postgresql"} else url


def find_root(start: Path) -> Path:
    """Return the nearest folder at or above ``start`` that holds byline.yml. Raises ``SettingsError``."""
    for folder in (start, *start.parents):
        if (folder / FILE).is_file():
            return folder
    raise SettingsError(
        [f"no {FILE} in {start} or above it: change to your site's folder, or make one with `byline init DIR`"]
    )


def load(root: Path, environment: Mapping[str, str]) -> Settings:
    """Return the settings of the site in ``root``. Raises ``SettingsError`` with every problem found."""
    problems: list[str] = []
    text = _read(root / FILE, problems)
    sections = _validated(Sections, _mapping(text, FILE, problems), (text, FILE), problems)
    mkdocs_text = _read(root / "mkdocs.yml", problems)
    site = _site(mkdocs_text, problems) if mkdocs_text else None
    if problems or sections is None or site is None:
        raise SettingsError(problems)
    fields = {name: getattr(sections, name) for name in Sections.model_fields}
    return Settings(root=root, site=site, secrets=_secrets(environment), **fields)


def check(text: str) -> None:
    """Raise ``SettingsError`` where ``text`` would be no right byline.yml."""
    problems: list[str] = []
    _validated(Sections, _mapping(text, FILE, problems), (text, FILE), problems)
    if problems:
        raise SettingsError(problems)


def explained(values: Mapping[str, Any]) -> str:
    """Return the text of a byline.yml that says ``values``, each setting under a comment that explains it."""
    lines = ["# Your pipeline, in the order of the work: pull, select, write, publish, send, connect."]
    lines += ["# The site's own name, address and look are in mkdocs.yml."]
    for name, field in Sections.model_fields.items():
        section = field.annotation
        assert section is not None
        lines += ["", f"# {section.__doc__}", f"{name}:", *_explained(section, values.get(name, {}), 2)]
    return "\n".join(lines) + "\n"


def settings_explained(section: type[BaseModel] = Sections, prefix: str = "") -> Iterator[tuple[str, str]]:
    """Yield each setting of byline.yml by its dotted name, with its documentation."""
    for name, field in section.model_fields.items():
        inner = _section_of(field.annotation)
        if field.description:
            yield prefix + name, field.description
        if inner:
            yield from settings_explained(inner, f"{prefix}{name}.")


def _explained(section: type[BaseModel], values: Mapping[str, Any], indent: int) -> Iterator[str]:
    space = " " * indent
    for name, field in section.model_fields.items():
        yield f"{space}# {field.description}"
        value = values.get(name, field.get_default(call_default_factory=True))
        if isinstance(value, BaseModel):
            value = {}
        if inner := _nested(field.annotation):
            yield f"{space}{name}:"
            yield from _explained(inner, value, indent + 2)
        elif value is None:
            yield f"{space}# {name}:"
        else:
            plain = list(value) if isinstance(value, tuple) else value
            text = yaml.safe_dump({name: plain}, sort_keys=False, allow_unicode=True, width=100)
            yield from (space + line for line in text.rstrip().split("\n"))


def _nested(annotation: Any) -> type[BaseModel] | None:
    return annotation if isinstance(annotation, type) and issubclass(annotation, BaseModel) else None


def _section_of(annotation: Any) -> type[BaseModel] | None:
    """Return the section that a setting holds, be it one, a list of them or a mapping to them."""
    inside = [annotation, *getattr(annotation, "__args__", ())]
    return next((found for kind in inside if (found := _nested(kind))), None)


def _read(path: Path, problems: list[str]) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except FileNotFoundError:
        problems.append(f"{path.name}: is missing; `byline init DIR` shows what a whole site has")
    except (OSError, UnicodeDecodeError) as error:
        problems.append(f"{path.name}: cannot be read ({error}); it must be a UTF-8 text file")
    return ""


def _mapping(text: str, name: str, problems: list[str]) -> dict[str, Any]:
    try:
        data = yamltext.parse(text)
    except yaml.YAMLError as error:
        problems.append(_yaml_problem(name, error))
        return {}
    if data is not None and not isinstance(data, dict):
        problems.append(f"{name}:1: must be settings of the form `name: value`")
        return {}
    return {key: value for key, value in (data or {}).items() if value is not None}


def _yaml_problem(name: str, error: yaml.YAMLError) -> str:
    mark = getattr(error, "problem_mark", None)
    line = mark.line + 1 if mark else 1
    said = getattr(error, "problem", None) or "is not YAML"
    return f"{name}:{line}: {said}; check the indentation and the quotes of this line and the one above"


def _validated(
    model: type[_Model], data: Mapping[str, Any], origin: tuple[str, str], problems: list[str]
) -> _Model | None:
    text, name = origin
    try:
        return model.model_validate(data)
    except ValidationError as error:
        for problem in error.errors():
            path = tuple(part for part in problem["loc"] if isinstance(part, (str, int)))
            line = yamltext.line_of(text, path) if text else 1
            problems.append(f"{name}:{line}: {_sentence(model, path, problem)}")
    return None


def _sentence(model: type[BaseModel], path: Sequence[str | int], problem: Any) -> str:
    """Say what is wrong with one setting in the words of its documentation."""
    setting = ".".join(map(str, path))
    if problem["type"] == "extra_forbidden":
        known = ", ".join(_names_beside(model, path))
        return f"there is no setting {setting}; known here: {known}"
    said = problem["msg"].removeprefix("Value error, ")
    documentation = dict(settings_explained(model)).get(
        ".".join(part for part in path if isinstance(part, str)), ""
    )
    return f"{setting}: {said[:1].lower()}{said[1:]}" + (f" ({documentation})" if documentation else "")


def _names_beside(model: type[BaseModel], path: Sequence[str | int]) -> Sequence[str]:
    section: type[BaseModel] | None = model
    for part in path[:-1]:
        field = section.model_fields.get(str(part)) if section else None
        section = _section_of(field.annotation) if field else section
    return sorted(section.model_fields) if section else []


class _MkdocsLoader(yaml.SafeLoader):
    """Reads mkdocs.yml for its plain values: !ENV is resolved, every other tag is passed over."""


_MkdocsLoader.add_constructor("!ENV", yaml_env_tag.construct_env_tag)
_MkdocsLoader.add_multi_constructor("", lambda _loader, _suffix, _node: None)


def _site(text: str, problems: list[str]) -> SiteSettings | None:
    try:
        data = yaml.load(text, Loader=_MkdocsLoader)  # noqa: S506  (a SafeLoader underneath)
    except yaml.YAMLError as error:
        problems.append(_yaml_problem("mkdocs.yml", error))
        return None
    data = data if isinstance(data, dict) else {}
    theme = data.get("theme") if isinstance(data.get("theme"), dict) else {}
    known = {name: data[name] for name in SiteSettings.model_fields if data.get(name) is not None}
    known |= {name: theme[name] for name in ("language", "custom_dir") if theme.get(name)}
    return _validated(SiteSettings, known, (text, "mkdocs.yml"), problems)


def _secrets(environment: Mapping[str, str]) -> Secrets:
    return Secrets.model_validate(
        {
            "smtp_password": environment.get("BYLINE_SMTP_PASSWORD") or None,
            "database_url": environment.get("DATABASE_URL") or None,
        }
    )

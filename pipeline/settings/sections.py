"""The settings as types. The docstring under each is its documentation, wherever it is shown."""

from __future__ import annotations

import re
from pathlib import Path  # noqa: TC003  (pydantic reads the annotations)
from string import Formatter
from typing import Annotated, Any, Literal
from urllib.parse import urlsplit

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, SecretStr

from pipeline.settings.sending import SendSettings
from pipeline.settings.sharing import ShareSettings
from pipeline.settings.values import Names, Positive, Section, Text, WebAddress

STATE = ".byline"


def _disclosing(value: str) -> str:
    fields = {(name, form, change) for _, name, form, change in Formatter().parse(value) if name is not None}
    if fields != {("model", "", None), ("parts", "", None)}:
        raise ValueError("must say {model} and {parts}, and nothing else in braces")
    return value


_SECRET = re.compile(r"[?&][^=&]*(?:key|token|auth|secret|pass|sig|user)[^=&]*=", re.IGNORECASE)
"""A parameter of an address that lets its holder in."""


def _blog_of(plugins: object) -> object:
    """Return what ``plugins`` of mkdocs.yml say of the blog; they are names, or names with settings."""
    named = [each for each in plugins if isinstance(each, dict)] if isinstance(plugins, list) else [plugins]
    found: object = next(
        (each["blog"] for each in named if isinstance(each, dict) and isinstance(each.get("blog"), dict)), {}
    )
    return {} if isinstance(found, BaseModel) else found


class FeedSettings(Section):
    """One feed that is read."""

    url: WebAddress
    """The address of the feed itself (not of the site)."""
    title: str = ""
    """What you call it; without one, the feed's own title is used."""
    topics: tuple[str, ...] = ()
    """What you file it under; the folders of an OPML file come in as topics."""
    trust: Annotated[float, Field(ge=-2, le=2)] = 0.0
    """How much more, or less, a story counts that it brings: from -2 to 2; 0 is usual."""
    allow_private: bool = False
    """Allow an address inside your own network; otherwise such a feed is refused."""
    listed: bool = True
    """Name it on the site's page of what you read; one that is private, or whose address holds a key, never is."""

    @property
    def is_public(self) -> bool:
        """Whether others may see that it is read."""
        parts = urlsplit(self.url)
        secret = parts.username or _SECRET.search(f"?{parts.query}")
        return self.listed and not self.allow_private and not secret


class PullSettings(Section):
    """Which feeds are read, and within which bounds."""

    feeds: tuple[FeedSettings, ...] = ()
    """The feeds to read. `byline feeds add URL` writes here too."""
    concurrency: Positive = 16
    """How many feeds are fetched at once; always one at a time from one host."""
    pause_seconds: Annotated[float, Field(ge=0, le=60)] = 1.0
    """How long one host is left in peace between two visits."""
    timeout_seconds: Positive = 30
    """How long one feed may take."""
    max_megabytes: Positive = 16
    """How large one feed may be, unpacked."""


class TopicSettings(Section):
    """What a topic is known by."""

    phrases: tuple[str, ...]
    """Words and phrases that tell that an entry is about this topic."""
    weight: Annotated[float, Field(ge=0, le=10)] = 1.0
    """How much it counts, from 0 to 10; 1 is usual."""
    exclude: tuple[str, ...] = ()
    """Words and phrases that tell that it is not."""


class SelectSettings(Section):
    """Which stories are worth your time."""

    topics: dict[str, TopicSettings] = Field(default_factory=dict)
    """What you write about, each topic with the phrases that it is known by."""
    days: Annotated[int, Field(gt=0, le=3650)] = 8
    """How many days back stories are looked for."""
    shortlist: Positive = 12
    """How many stories the shortlist holds."""


class WriteSettings(Section):
    """What a draft holds, and what a check asks of it."""

    takes: Positive = 4
    """How many stories of the shortlist a draft takes up, if you name none."""
    quote_words: Positive = 60
    """How many words may be quoted of one source."""
    approval: bool = False
    """Publish and send only posts that somebody has approved as they stand (`byline approve`)."""


class AssistSettings(Section):
    """Who may propose words to you, if anybody; what is taken of it is told to your readers."""

    url: WebAddress | None = None
    """An OpenAI-compatible service, as http://localhost:11434/v1 of Ollama. Without it, nothing is ever proposed."""
    model: str = ""
    """What the service calls the model."""
    sees_images: bool = False
    """Whether the model can look at images; only then are words proposed for what they show."""
    timeout_seconds: Positive = 120
    """How long an answer may take."""
    disclosure: Annotated[str, AfterValidator(_disclosing)] = (
        "A language model ({model}) proposed {parts} of this post, which the author chose to take."
    )
    """The sentence under a post that has words of a model, with {model} and {parts} in it."""


class SubscribeSettings(Section):
    """How people ask for the letter."""

    url: WebAddress | None = None
    """Where the form goes: `byline serve`, or the address that a list service gives for its own form."""
    field: Annotated[str, Field(pattern=r"^[A-Za-z0-9_.\[\]-]{1,80}$")] = "email"
    """What that service calls the mail address."""
    fields: dict[str, Text] = Field(default_factory=dict)
    """What else it wants to be sent, such as the number of the list."""
    gets: str = "The stories of the week that matter, each with its source and what I make of it."
    """What readers get, in a sentence."""
    often: str = "Once a week."
    """How often, in a sentence."""
    leave: str = ""
    """How to leave, in a sentence; without one, what `send.unsubscribe_url` makes true."""


class PublishSettings(Section):
    """What the site offers."""

    feed_posts: Positive = 20
    """How many posts the site's own feeds hold."""
    trends: bool = False
    """Show on a page of the site what rises and falls in the headlines of your feeds."""
    sources: bool = True
    """Show on a page of the site which feeds you read, with a file of them for other readers."""
    engine: Literal["mkdocs", "properdocs", "zensical"] = "mkdocs"
    """What turns pages into HTML. MkDocs comes with Byline; the others are to be installed."""
    search: Literal["pagefind", "material", "none"] = "pagefind"
    """How the site is searched: by Pagefind, which loads nothing before it is used, by Material's own, or not."""
    subscribe: SubscribeSettings = Field(default_factory=SubscribeSettings)
    """How people ask for the letter, and what they are told about it."""
    hub: WebAddress | None = None
    """A WebSub hub that the site's feeds name, and that tells feed readers of a new post at once."""
    webmention: WebAddress | None = None
    """Where other sites tell yours that they link to it: the endpoint that the pages name."""
    card_font: str = ""
    """A font file in your site's folder for the pictures of posts; without one, an open font that comes with Byline."""
    page_kilobytes: Positive = 150
    """How many kilobytes a page may weigh with all that it loads; `byline publish` names those that are heavier."""
    built_elsewhere: bool = False
    """The site is built elsewhere, as at a code host: a letter waits for no build here, but for its page online."""


class CadenceSettings(Section):
    """How often you want to be in touch with people of a tag, counted from the last real touch."""

    ideal: Annotated[int, Field(gt=0, le=3650)]
    """After how many days it is their turn, such as 30, 90, 180 or 365."""
    latest: Annotated[int, Field(gt=0, le=3650)] | None = None
    """After how many days it is late; without it, as many as `ideal`."""

    @property
    def until(self) -> int:
        """After how many days it is late."""
        return max(self.ideal, self.latest or 0)


class ConnectSettings(Section):
    """Whom you would like to work with, and whose news you want to know."""

    organisations: tuple[str, ...] = ()
    """Organisations you work with or would like to."""
    people: tuple[str, ...] = ()
    """People whose news you want to know."""
    hours: Annotated[float, Field(gt=0, le=40)] = 2.0
    """How many hours a week you give to all this; `byline week` plans with them."""
    week_at: Annotated[str, Field(pattern=r"^(Mon|Tue|Wed|Thu|Fri|Sat|Sun) ([01]\d|2[0-3]):[0-5]\d$")] = "Fri 09:00"
    """On which day and at what time, for your calendar."""
    shares: ShareSettings = Field(default_factory=ShareSettings)
    """Where you tell of your posts."""
    cadence: dict[str, CadenceSettings] = Field(default_factory=dict)
    """How often you want to be in touch, by the tags that you give people."""
    birthdays: bool = False
    """Tell a week ahead of birthdays, and of the days on which people began where they work."""


class Sections(Section):
    """byline.yml: a section for each of the six verbs, and one for the help with words."""

    pull: PullSettings = Field(default_factory=PullSettings)
    select: SelectSettings = Field(default_factory=SelectSettings)
    write: WriteSettings = Field(default_factory=WriteSettings)
    assist: AssistSettings = Field(default_factory=AssistSettings)
    publish: PublishSettings = Field(default_factory=PublishSettings)
    send: SendSettings = Field(default_factory=SendSettings)
    connect: ConnectSettings = Field(default_factory=ConnectSettings)


class Secrets(Section):
    """What comes from the environment alone, and prints as asterisks."""

    smtp_password: SecretStr | None = None
    """BYLINE_SMTP_PASSWORD: the password of the outgoing mail server."""
    inbox_password: SecretStr | None = None
    """BYLINE_INBOX_PASSWORD: the password of the mailbox that `send.inbox` names."""
    postmark_webhook_secret: SecretStr | None = None
    """BYLINE_POSTMARK_WEBHOOK_SECRET: the password in the address that Postmark is given for its webhooks."""
    mailgun_webhook_secret: SecretStr | None = None
    """BYLINE_MAILGUN_WEBHOOK_SECRET: the HTTP webhook signing key of Mailgun."""
    resend_webhook_secret: SecretStr | None = None
    """BYLINE_RESEND_WEBHOOK_SECRET: the signing secret of a Resend webhook, which begins with whsec_."""
    postmark_token: SecretStr | None = None
    """BYLINE_POSTMARK_TOKEN: the token of a server at Postmark."""
    ses_key_id: SecretStr | None = None
    """BYLINE_SES_KEY_ID: the name of a key of AWS that may send."""
    ses_secret: SecretStr | None = None
    """BYLINE_SES_SECRET: the secret half of that key."""
    ses_session: SecretStr | None = None
    """BYLINE_SES_SESSION: the session token that goes with a key of AWS which is for a while only."""
    mailgun_key: SecretStr | None = None
    """BYLINE_MAILGUN_KEY: a sending key of Mailgun."""
    resend_key: SecretStr | None = None
    """BYLINE_RESEND_KEY: a key of Resend that may send."""
    buttondown_key: SecretStr | None = None
    """BYLINE_BUTTONDOWN_KEY: a key of Buttondown that may write and send emails."""
    listmonk_token: SecretStr | None = None
    """BYLINE_LISTMONK_TOKEN: the token of the API user of your listmonk."""
    mastodon_token: SecretStr | None = None
    """BYLINE_MASTODON_TOKEN: an access token of your Mastodon account that may write statuses and media."""
    bluesky_password: SecretStr | None = None
    """BYLINE_BLUESKY_PASSWORD: an app password of your Bluesky account."""
    linkedin_token: SecretStr | None = None
    """BYLINE_LINKEDIN_TOKEN: an access token of LinkedIn's API that may post for you (w_member_social)."""
    assist_key: SecretStr | None = None
    """BYLINE_ASSIST_KEY: the key of the service that `assist.url` names, if it wants one."""
    token_keys: tuple[SecretStr, ...] = ()
    """BYLINE_TOKEN_KEYS: by what readers' links are signed, the newest first; without it, .byline/token.key."""
    backup_passphrase: SecretStr | None = None
    """BYLINE_BACKUP_PASSPHRASE: what locks and opens the files of `byline backup`."""
    code_host_token: SecretStr | None = None
    """BYLINE_CODE_HOST_TOKEN: by what `byline ci` opens and comments pull requests, and pushes branches."""
    database_url: SecretStr | None = None
    """DATABASE_URL: a PostgreSQL store in place of .byline/byline.db, with `?schema=` for one site of many."""


class ThemeSettings(BaseModel):
    """What mkdocs.yml says of the theme, as far as it matters here."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    language: str = "en"
    features: tuple[str, ...] = ()
    custom_dir: str = "overrides"
    favicon: Any = ""  # Material takes false for none


class BlogSettings(BaseModel):
    """What mkdocs.yml says of lists of posts, where Material's own blog reads it too."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    pagination_per_page: Positive = 10


class SiteSettings(BaseModel):
    """What mkdocs.yml says of the site; it is not said again in byline.yml.

    ``code`` are the Python functions that it names; ``made_of`` is a digest of it, of what it inherits, and of what it
    takes from the environment.
    """

    model_config = ConfigDict(frozen=True, extra="ignore")

    site_name: str
    site_url: WebAddress
    site_author: str = ""
    site_description: str = ""
    docs_dir: str = "content"
    site_dir: str = "site"
    copyright: str = ""
    theme: ThemeSettings = Field(default_factory=ThemeSettings)
    blog: Annotated[BlogSettings, Field(validation_alias="plugins"), BeforeValidator(_blog_of)] = BlogSettings()
    plugins: Names = ()
    markdown_extensions: Names = ()
    hooks: Names = ()
    code: Names = ()
    made_of: str = ""

    @property
    def posts_per_page(self) -> int:
        """How many posts stand on one page of the list."""
        return self.blog.pagination_per_page

    @property
    def language(self) -> str:
        """The language of the site and of the letter, as BCP 47 has it."""
        return self.theme.language

    @property
    def author(self) -> str:
        """Who speaks on the site."""
        return self.site_author or self.site_name


def store_url(url: str) -> str:
    """Return the address of a database as SQLAlchemy wants it, with the driver that Byline brings."""
    scheme, _, rest = url.partition("://")
    return f"postgresql+psycopg://{rest}" if scheme in {"postgres", "postgresql"} else url


class Settings(Sections):
    """All settings of one author's site, which lies in ``root``."""

    root: Path
    site: SiteSettings
    secrets: Secrets = Field(exclude=True)
    is_thrown_away: bool = Field(default=False, exclude=True)
    """Whether this machine is thrown away after the run, as those of code hosts are: its files remember nothing.

    As the secrets, it is in no dump: nothing that is made of the settings is different here and there.
    """

    @property
    def content(self) -> Path:
        """Where posts/, drafts/ and pages are."""
        return self.root / self.site.docs_dir

    @property
    def output(self) -> Path:
        """Where the built site goes."""
        return self.root / self.site.site_dir

    @property
    def is_left_at_once(self) -> bool:
        """Whether a reader who leaves is off the list at once: something answers that is no page of the site."""
        place = self.send.unsubscribe_url
        return bool(place) and not str(place).startswith(self.site.site_url)

    @property
    def service(self) -> str | None:
        """What addresses of `byline serve` begin with, where letters lead there to leave; None where they do not."""
        place = str(self.send.unsubscribe_url or "")
        base, _, page = place.rpartition("/")
        is_served = page == "unsubscribe" and self.publish.subscribe.url == f"{base}/subscribe"
        return f"{base}/" if is_served and not self.send.is_handed_over else None

    @property
    def overrides(self) -> Path:
        """Where the author's own templates are."""
        return self.root / self.site.theme.custom_dir

    @property
    def state(self) -> Path:
        """Where the database and the caches are."""
        return self.root / STATE

    @property
    def remembers(self) -> bool:
        """Whether the store is there tomorrow: a file is gone with a machine that is thrown away."""
        return not self.is_thrown_away or str(self.database_url).startswith("postgresql")

    @property
    def database_url(self) -> str | Path:
        """Where the store is: a file of SQLite, or the SQLAlchemy URL of a PostgreSQL database."""
        if self.secrets.database_url is None:
            return self.state / "byline.db"
        return store_url(self.secrets.database_url.get_secret_value())

"""The settings of shares: where the author tells of their posts. The docstring under each is its documentation."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from pipeline.settings.values import Section, ServiceAddress


class MastodonSettings(Section):
    """Mastodon. The token of your account comes from BYLINE_MASTODON_TOKEN."""

    server: ServiceAddress | None = None
    """The server that your account is on, as https://mastodon.example; it is asked how long a text may be."""
    visibility: Literal["public", "unlisted", "private"] = "public"
    """Who sees what is posted there."""


class BlueskySettings(Section):
    """Bluesky. The app password of your account comes from BYLINE_BLUESKY_PASSWORD."""

    server: ServiceAddress = "https://bsky.social"
    """The server that your account is on."""
    handle: Annotated[str, Field(pattern=r"^[A-Za-z0-9.:-]{0,253}$")] = ""
    """What you are called there, as ana.bsky.social."""


class LinkedInSettings(Section):
    """LinkedIn, where you have a token of its API. It comes from BYLINE_LINKEDIN_TOKEN."""

    server: ServiceAddress = "https://api.linkedin.com"
    """Where its API is."""
    author: Annotated[str, Field(pattern=r"^(urn:li:(person|organization):[A-Za-z0-9_-]{1,64})?$")] = ""
    """Who posts, as urn:li:person:AbC123."""
    version: Annotated[str, Field(pattern=r"^20[0-9]{4}$")] = "202610"
    """The version of the API that is asked for; LinkedIn supports each for a year."""


class ShareSettings(Section):
    """Where you tell of your posts, and how."""

    channels: tuple[Annotated[str, Field(pattern=r"^[a-z][a-z0-9-]{0,39}$")], ...] = (
        "linkedin",
        "mastodon",
        "bluesky",
        "threads",
        "x",
    )
    """For which channels `byline share` makes texts."""
    utm: bool = True
    """Add utm_source and the like to links to your own site, so that your statistics tell where people came from."""
    mastodon: MastodonSettings = Field(default_factory=MastodonSettings)
    """Mastodon, and how it is reached."""
    bluesky: BlueskySettings = Field(default_factory=BlueskySettings)
    """Bluesky, and how it is reached."""
    linkedin: LinkedInSettings = Field(default_factory=LinkedInSettings)
    """LinkedIn's API, and who posts by it."""

"""What a channel is: a place where the author tells of a post. It measures a text and, where it can, posts it.

A channel of somebody else's is a Python entry point of the group ``byline.channels``: something that is called with a
``Ground`` and gives a ``Channel``.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Protocol

from pipeline.errors import ConnectError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from datetime import datetime, timedelta

    from pipeline.settings.sections import Settings


class NotPostedError(ConnectError):
    """Nothing is there: the other side said no, or was never asked to post."""


class UncertainError(ConnectError):
    """The other side was asked to post, and nobody knows what became of it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Measure:
    """How long a text is: ``used`` of ``most`` of a ``unit``."""

    used: int
    most: int
    unit: str = "characters"

    @property
    def over(self) -> int:
        """By how much it is too long; 0 where it fits."""
        return max(0, self.used - self.most)


@dataclass(frozen=True, slots=True, kw_only=True)
class Picture:
    """The card of a post, and what it shows in words."""

    data: bytes
    alt: str
    media_type: str = "image/png"


@dataclass(frozen=True, slots=True, kw_only=True)
class Outgoing:
    """What is to be posted. ``key`` is the same for the same text of the same post, whenever and how often.

    ``name`` is what the post's file is called. ``at`` is when it was first to be posted.
    """

    name: str
    text: str
    link: str
    title: str
    summary: str
    language: str
    key: str
    at: datetime
    day: datetime
    picture: Picture | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """A request to an API. Without a ``body``, it only asks."""

    url: str
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes | None = None
    method: str = "POST"


@dataclass(frozen=True, slots=True, kw_only=True)
class Replied:
    """What an API answered; ``status`` is 0, and ``cause`` says why, where there is no answer.

    ``is_unsent`` tells that it cannot have had the request.
    """

    status: int = 0
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes = b""
    cause: str = ""
    is_unsent: bool = False

    @property
    def is_yes(self) -> bool:
        """Whether it was done."""
        return 200 <= self.status < 300  # noqa: PLR2004  (HTTP's yes)


@dataclass(frozen=True, slots=True, kw_only=True)
class Ground:
    """What a channel stands on: the settings of the site, and the way to an API."""

    settings: Settings
    ask: Callable[[Asked], Replied]


class Channel(Protocol):
    """A place where the author tells of a post."""

    name: str
    """What it is called in commands, in files and in byline.yml: small letters, digits and hyphens."""
    seen: int
    """How many characters are seen before "more"; 0 where all are."""
    repeats: timedelta | None
    """How long the same post twice is once there; None where twice is twice."""

    def measures(self, text: str) -> tuple[Measure, ...]:
        """Return how long ``text`` is there."""
        ...

    def hindrance(self) -> str:
        """Return why it cannot post, as a sentence; nothing where it can."""
        ...

    def post(self, outgoing: Outgoing) -> str:
        """Post, and return the address. Raises ``NotPostedError`` and ``UncertainError``."""
        ...


def data_of(reply: Replied) -> Any:
    """Return the JSON object that a reply holds; an empty one where it holds none."""
    import json

    try:
        said = json.loads(reply.body)
    except ValueError:  # what is no UTF-8, too
        return {}
    return said if isinstance(said, dict) else {}


def told(reply: Replied, *names: str) -> str:
    """Return why an API said no, in a few words of its own where it has any."""
    from pipeline.html import plain_text, shortened

    if not reply.status:
        return reply.cause
    data = data_of(reply)
    words = next((data[name] for name in names if isinstance(data.get(name), str)), "")
    return f"answered {reply.status}" + (f" ({shortened(plain_text(words), 200)})" if words else "")


def outcome(channel: str, reply: Replied, *names: str) -> Replied:
    """Return ``reply`` where it is a yes to a post; else raise what became of the post."""
    if reply.is_yes:
        return reply
    why = told(reply, *names)
    if not reply.is_unsent and (not reply.status or reply.status >= 500):  # noqa: PLR2004  (HTTP's server errors: it may have been done before)
        raise UncertainError(f"{channel} {why}, and nobody knows whether the post is there")
    raise NotPostedError(f"{channel} {why}; nothing was posted")

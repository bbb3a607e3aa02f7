"""What a feed says of itself, in whatever format."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, datetime, time
from typing import TYPE_CHECKING, Final
from urllib.parse import quote

from pipeline.html import safe_url, text_of
from pipeline.publish.facts import places
from pipeline.publish.feeds.texts import said

if TYPE_CHECKING:
    from collections.abc import Container, Sequence

    from pipeline.model import PlainText, SafeUrl
    from pipeline.publish.facts.catalogue import Catalogue
    from pipeline.publish.facts.places import FeedPlace
    from pipeline.publish.feeds.item import Item
    from pipeline.settings.sections import Settings, SiteSettings

_LANGUAGE: Final = re.compile(r"[A-Za-z]{2,3}(-[A-Za-z0-9]{1,8})*")
_NEVER: Final = datetime(2000, 1, 1, tzinfo=UTC)
"""When a site without any post was updated; validators take what is before 1990 for a mistake."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Channel:
    """A feed but for its items.

    ``page`` is the page that it is of, ``home`` that of the author, and ``folder`` where its files are. ``language`` is
    a tag of BCP 47; ``hub`` tells readers of a new post at once (WebSub).
    """

    title: PlainText
    description: PlainText
    page: SafeUrl
    home: SafeUrl
    folder: SafeUrl
    language: str
    author: PlainText
    rights: PlainText
    updated: datetime
    icon: SafeUrl | None
    hub: SafeUrl | None

    def address(self, file: str) -> str:
        """Return where ``file``, in which it is written down, is."""
        return f"{self.folder}{file}"


def channel_of(
    place: FeedPlace, items: Sequence[Item], found: Catalogue, files: Container[str], settings: Settings
) -> Channel:
    """Return the feed at ``place``, which holds ``items``; ``files`` are those of the site."""
    site = settings.site
    home = places.whole_url(site, "")
    title = said(place.title) or said(home)
    return Channel(
        title=title,
        description=said(site.site_description) or title,
        page=places.whole_url(site, place.page),
        home=home,
        folder=places.whole_url(site, quote(place.folder)),
        language=site.language if _LANGUAGE.fullmatch(site.language) else "en",
        author=said(site.author) or title,
        rights=text_of(site.copyright.replace("\ufffd", "")),
        updated=max((item.updated for item in items), default=_beginning(found)),
        icon=_icon(files, site),
        hub=safe_url(settings.publish.hub) if settings.publish.hub else None,
    )


def _beginning(found: Catalogue) -> datetime:
    """Return when a feed without items was updated: when the site began, so that no post on other lists moves it."""
    return datetime.combine(found.posts[-1].date, time(), UTC) if found.posts else _NEVER


def _icon(files: Container[str], site: SiteSettings) -> SafeUrl | None:
    """Return where the site's icon is, if mkdocs.yml names one."""
    named = site.theme.favicon
    if not isinstance(named, str) or not named:
        return None
    if "://" in named:
        return safe_url(named)
    return places.whole_url(site, quote(named.lstrip("/"))) if named.lstrip("/") in files else None

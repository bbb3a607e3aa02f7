"""What comes back: webmentions that prove true, what a file brings, and what pulled feeds say of the author.

Facts with their source; whether one is shown is the author's choice alone. Nothing here asks the web.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from pipeline.connect.heard.named import named
from pipeline.store import echoes as kept
from pipeline.store import select as kept_stories

if TYPE_CHECKING:
    from datetime import datetime, timedelta

    from pipeline.model import Echo
    from pipeline.settings.sections import SiteSettings
    from pipeline.store import Store

__all__ = ["heard"]


def heard(store: Store, site: SiteSettings, since: timedelta, now: datetime) -> tuple[Echo, ...]:
    """Look for the author in what was pulled, keep what is new, and return that."""
    with store.reading() as connection:
        entries = kept_stories.entries_since(connection, now - since)
    found = tuple(named(entries, site.author, site.site_url))
    with store.writing() as connection:
        return tuple(echo for key, echo in found if kept.keep(connection, key, echo))

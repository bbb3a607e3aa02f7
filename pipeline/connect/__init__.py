"""The room ``connect``: whom of the author's network the stories of these days name, and in which sentence.

Nothing is sent to anybody: what goes out is for the author, who then speaks to people.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from pipeline.connect.watched import mentions
from pipeline.store import select as kept

if TYPE_CHECKING:
    from datetime import datetime, timedelta

    from pipeline.model import Mention
    from pipeline.settings.sections import ConnectSettings
    from pipeline.store import Store


def connect(store: Store, settings: ConnectSettings, since: timedelta, now: datetime) -> tuple[Mention, ...]:
    """Return who of the watched people and organisations is in the news, the freshest news first."""
    with store.reading() as connection:
        entries = kept.entries_since(connection, now - since)
        shortlisted = kept.kept_shortlist(connection)
    names = (*settings.organisations, *settings.people)
    return mentions(names, entries, [item.story for item in shortlisted])

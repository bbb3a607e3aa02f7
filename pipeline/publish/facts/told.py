"""What templates are told of the whole site, as ``config.extra.byline``."""

from __future__ import annotations

from email.utils import parseaddr
from typing import TYPE_CHECKING, Any, Final

from pipeline.publish.facts import places
from pipeline.publish.facts.catalogue import parts_of

if TYPE_CHECKING:
    from pipeline.publish.facts.catalogue import Catalogue
    from pipeline.publish.facts.person import Person
    from pipeline.settings.sections import Settings

_AT_ONCE: Final = "Every letter has a link to leave, which works at once."
_BY_MAIL: Final = "Every letter says how to leave: a mail is enough, and nobody asks why."


def told_of(found: Catalogue, person: Person, settings: Settings) -> dict[str, Any]:
    """Return the author, the feeds, the letter and how to get it."""
    publish = settings.publish
    leave = publish.subscribe.leave or (_AT_ONCE if settings.is_left_at_once else _BY_MAIL)
    parts = [name for name, _ in parts_of(found.posts)] if publish.search == "pagefind" else []
    return {
        "author": {"name": person.name(settings.site), "url": places.address_of(places.ABOUT)},
        "feeds": places.site_feeds(found, settings.site).told,
        "letter": f"{places.LETTER}/",
        "subscribe": publish.subscribe.model_dump(mode="json") | {"leave": leave},
        "mail": parseaddr(settings.send.sender)[1],
        "webmention": publish.webmention or "",
        "indexes": [f"{places.SEARCH}/{part}/" for part in parts],
    }

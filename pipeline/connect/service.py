"""What the author gave: pure rules from facts to what is kept of it, and to a reminder after a month without."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Final

from pipeline.errors import UsageError
from pipeline.html import as_web_address, plain_text, safe_url
from pipeline.model import Service

if TYPE_CHECKING:
    from datetime import date, datetime

    from pipeline.model import SafeUrl, ServiceKind

A_MONTH: Final = timedelta(days=30)
LONGEST: Final = 500


def link_of(address: str) -> SafeUrl | None:
    """Return an address that the author typed. Raises ``UsageError`` where it is none."""
    if not address.strip():
        return None
    link = safe_url(as_web_address(address))
    if link is None:
        raise UsageError(f"{plain_text(address)} is no web address")
    return link


def service_of(
    kind: ServiceKind, what: str, on: date, *, organisation: str = "", link: str = "", is_public: bool = False
) -> Service:
    """Return what the author says that they gave. Raises ``UsageError`` where that says nothing, or too much."""
    said, place = plain_text(what), plain_text(organisation)
    if not said:
        raise UsageError("say in a few words what it was")
    if max(len(said), len(place)) > LONGEST:
        raise UsageError(f"say it in at most {LONGEST} characters")
    return Service(id=0, kind=kind, on=on, what=said, organisation=place, link=link_of(link), is_public=is_public)


def reminder(last: date | None, first_known: datetime | None, now: datetime) -> str:
    """Return a sentence where a month went by without anything given; nothing where it did not.

    Where nothing was ever logged, the month counts from the day on which the first person was added.
    """
    since = last or (first_known.date() if first_known else None)
    if since is None or now.date() - since <= A_MONTH:
        return ""
    days = (now.date() - since).days
    had = f"nothing is logged for {days} days" if last else "nothing is logged yet"
    return f"{had}: whom could you introduce, or tell of an opening? `byline connect service add`"

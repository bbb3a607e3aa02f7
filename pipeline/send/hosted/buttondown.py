"""Buttondown (https://docs.buttondown.com/api-emails-introduction): an edition is an email.

It is known again by its metadata. Buttondown takes no plain text: it makes its own.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from pipeline.errors import SendError
from pipeline.html import plain_text
from pipeline.send.hosted.service import OPENING, Found, Hosted, name_in, rows_in
from pipeline.send.ways.api import Place

if TYPE_CHECKING:
    from collections.abc import Mapping

    from pydantic import SecretStr

    from pipeline.model import PlainText
    from pipeline.send.hosted.service import Edition, HostedLine
    from pipeline.settings.providers import ButtondownSettings

HOME: Final = Place.of("https://api.buttondown.com")
VERSION: Final = "2026-04-01"
"""The version of the API that is spoken: a new email is a draft, and sending one wants to be confirmed."""
_MOST_PAGES: Final = 200
_AS_IT_IS: Final = "<!-- buttondown-editor-mode: fancy -->"
"""By this the body is HTML, and no Markdown."""
_STARTED: Final = frozenset("about_to_send scheduled in_flight paused sent throttled resending".split())


class Buttondown(Hosted):
    """A newsletter at Buttondown."""

    title = "Buttondown"
    leave = "{{ unsubscribe_url }}"
    takes_text = False

    def __init__(self, settings: ButtondownSettings, key: SecretStr, place: Place = HOME) -> None:
        super().__init__(place, key)
        self._own = settings

    def headers(self) -> Mapping[str, str]:
        """Return who asks, in which version, and for which newsletter."""
        named = {"Buttondown-Context": self._own.newsletter} if self._own.newsletter else {}
        return {
            "Authorization": f"Token {self._secret.get_secret_value()}",
            "X-API-Version": VERSION,
            "X-Buttondown-Live-Dangerously": "true",  # wanted once for each key before it may send at all
            **named,
        }

    def quoted(self, text: str) -> str:
        """Return ``text`` in which no two marks open an expression of Django's templates: a space stands between."""
        return OPENING.sub("{ ", text)

    def find(self, line: HostedLine, edition: Edition) -> Found | None:
        """Return the email with the metadata of ``edition``: all are looked through."""
        found: list[Found] = []
        for page in range(1, _MOST_PAGES + 1):
            told = line.ask("GET", f"/v1/emails?page={page}")
            found += [self._found(row) for row in rows_in(told) if _label(row) == edition.label]
            if not told.get("next"):
                return max(found, key=lambda each: each.is_started, default=None)
        raise SendError(f"{self.name} has more emails than can be looked through: look there whether it was sent")

    def _found(self, row: Mapping[str, Any]) -> Found:
        status = str(row.get("status"))[:40]
        if status != "draft" and status not in _STARTED:
            raise SendError(
                f"{self.name} has this edition as {plain_text(status)}: look there what became of it, and settle it "
                "with --uncertain"
            )
        return Found(name=name_in(row), is_started=status in _STARTED)

    def put(self, line: HostedLine, edition: Edition, name: str) -> str:
        """Make ``edition`` a draft, or write the one of this ``name`` anew."""
        asked: dict[str, Any] = {
            "subject": edition.subject,
            "body": f"{_AS_IT_IS}{edition.html}",
            "status": "draft",
            "metadata": {"byline": edition.label},
        }
        if self._own.template:
            asked["template"] = self._own.template
        way = ("PATCH", f"/v1/emails/{name}") if name else ("POST", "/v1/emails")
        return name_in(line.ask(*way, asked))

    def start(self, line: HostedLine, name: str) -> PlainText:
        """Send the draft."""
        told = line.ask("PATCH", f"/v1/emails/{name}", {"status": "about_to_send"})
        status = told.get("status") if isinstance(told, dict) else None
        return plain_text(f"email {name} is {str(status or 'started')[:40]}")

    def remedy(self, status: int) -> str:
        """Return what to look at."""
        if status in {401, 403}:
            return "look at BYLINE_BUTTONDOWN_KEY: it must be allowed to write emails and to send"
        return "look at send.buttondown.newsletter and send.buttondown.template"


def _label(row: Mapping[str, Any]) -> object:
    metadata = row.get("metadata")
    return metadata.get("byline") if isinstance(metadata, dict) else None

"""listmonk (https://listmonk.app/docs/apis/campaigns/): an edition is a campaign, known again by a tag."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final
from urllib.parse import urlencode

from pipeline.errors import SendError, UsageError
from pipeline.html import plain_text
from pipeline.send.hosted.service import Found, Hosted, name_in, rows_in
from pipeline.send.ways.api import Place

if TYPE_CHECKING:
    from collections.abc import Mapping

    from pydantic import SecretStr

    from pipeline.model import PlainText
    from pipeline.send.hosted.service import Edition, HostedLine
    from pipeline.settings.sections import Settings

_MOST: Final = 100


class Listmonk(Hosted):
    """A listmonk of the author's own."""

    title = "listmonk"
    leave = "{{ UnsubscribeURL }}"

    def __init__(self, settings: Settings, token: SecretStr) -> None:
        own = settings.send.listmonk
        if own.url is None or not own.lists or not own.username:
            raise UsageError(
                "send.way is listmonk, which needs its address, the name of an API user and the numbers of the lists: "
                "set send.listmonk.url, send.listmonk.username and send.listmonk.lists in byline.yml"
            )
        super().__init__(Place.of(own.url), token)
        self._own, self._sender = own, settings.send.sender

    def headers(self) -> Mapping[str, str]:
        """Return who asks."""
        return {"Authorization": f"token {self._own.username}:{self._secret.get_secret_value()}"}

    def quoted(self, text: str) -> str:
        """Return ``text`` with what opens an expression of Go's templates as a text in such a one."""
        return text.replace("{{", '{{ "{{" }}')

    def find(self, line: HostedLine, edition: Edition) -> Found | None:
        """Return the campaign with the tag of ``edition``."""
        wanted = urlencode({"tags": edition.label, "no_body": "true", "page": 1, "per_page": _MOST})
        told = _data(line.ask("GET", f"/api/campaigns?{wanted}"))
        rows = rows_in(told)
        if len(rows) < int(told.get("total") or 0):
            raise SendError(
                f"{self.name} has too many campaigns of one tag ({edition.label}): look there what went out"
            )
        found = [row for row in rows if edition.label in (row.get("tags") or ())]
        return max(
            (Found(name=name_in(row), is_started=row.get("status") not in {"draft", "scheduled"}) for row in found),
            key=lambda each: each.is_started,
            default=None,
        )

    def put(self, line: HostedLine, edition: Edition, name: str) -> str:
        """Make a campaign of ``edition`` for the lists of the settings, or write the one of this ``name`` anew."""
        asked: dict[str, Any] = {
            "name": plain_text(edition.subject)[:200],
            "subject": edition.subject,
            "lists": list(self._own.lists),
            "from_email": self._sender,
            "type": "regular",
            "content_type": "html",
            "messenger": "email",
            "body": edition.html,
            "altbody": edition.text,
            "tags": ["byline", edition.label],
        }
        if self._own.template:
            asked["template_id"] = self._own.template
        way = ("PUT", f"/api/campaigns/{name}") if name else ("POST", "/api/campaigns")
        return name_in(_data(line.ask(*way, asked)))

    def start(self, line: HostedLine, name: str) -> PlainText:
        """Start the campaign."""
        told = _data(line.ask("PUT", f"/api/campaigns/{name}/status", {"status": "running"}))
        return plain_text(f"campaign {name} is {str(told.get('status') or 'started')[:40]}")

    def remedy(self, status: int) -> str:
        """Return what to look at."""
        if status in {401, 403}:
            return "look at send.listmonk.username, BYLINE_LISTMONK_TOKEN and what that user may do there"
        return "look at send.listmonk.lists and send.listmonk.template"


def _data(told: Any) -> dict[str, Any]:
    data = told.get("data") if isinstance(told, dict) else None
    return data if isinstance(data, dict) else {}

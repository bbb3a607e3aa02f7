"""What the public service may do, and all that it may: nothing else of the house is in its reach."""

from __future__ import annotations

from contextlib import closing
from functools import cached_property
from typing import TYPE_CHECKING
from urllib.parse import quote, urlsplit, urlunsplit

from pipeline.errors import BylineError, SendError, UsageError
from pipeline.html import plain_text
from pipeline.model import Asked, DeliveryState

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from pipeline.model import Heard, PlainText
    from pipeline.send.hooks import Hooks
    from pipeline.send.optin import OptIn
    from pipeline.send.tokens import Tokens
    from pipeline.settings.sections import Settings
    from pipeline.store import Store


class Service:
    """The readers' own ways in and out, at the addresses beside ``publish.subscribe.url``.

    Raises ``UsageError`` where that is no address that the service can answer at.
    """

    def __init__(self, settings: Settings, store: Store, tokens: Tokens) -> None:
        self._settings, self._store, self._tokens = settings, store, tokens
        self._base = _base(settings)
        self.site_name = settings.site.site_name
        self.site_url = settings.site.site_url
        self.field = settings.publish.subscribe.field
        self.topics = tuple(settings.select.topics)

    @property
    def prefix(self) -> str:
        """The path below which the service is known outside; empty at the top of a host."""
        return urlsplit(self._base).path.rstrip("/")

    @property
    def wording(self) -> PlainText:
        """What people agree to, word for word."""
        said = self._settings.publish.subscribe
        return plain_text(f"Yes, send me the letter of {self.site_name}. {said.gets} {said.often}")

    @cached_property
    def readers(self) -> OptIn:
        """Who comes and goes by a token."""
        from pipeline.send.optin import OptIn

        return OptIn(self._store, self._tokens)

    def address_of(self, text: str) -> str:
        """Return a mail address as mail servers take it. Raises ``ValueError`` in words."""
        from pipeline.send.readers import address_of

        return address_of(text)

    def ask(self, address: str, ip: str, now: datetime) -> None:
        """Note that somebody asked for letters to ``address``, and write there. Raises ``BylineError``."""
        from pipeline.send import note

        source = plain_text(f"the form at {self._settings.publish.subscribe.url}")
        kept_ip = ip if self._settings.send.keep_ip else ""
        there, token = self.readers.ask(address, Asked(source=source, wording=self.wording, at=now, ip=kept_ip))
        link = f"{self._base}{'preferences' if there else 'confirm'}?token={quote(token)}"
        if there:
            subject, text = f"You get {self.site_name} already", note.welcoming(self._settings, link)
        else:
            subject, text = f"Please confirm: {self.site_name}", note.confirming(self._settings, self.wording, link)
        self._send(address, plain_text(subject), text, now)

    def _send(self, to: str, subject: PlainText, text: str, now: datetime) -> None:
        from pipeline.send.note import note
        from pipeline.send.sign import signers_for
        from pipeline.send.ways import Uncertain, way_of

        way = way_of(self._settings)
        message = note(self._settings, to, subject, text, now, signers_for(self._settings, way))
        with closing(way.open()) as line:
            try:
                answer = line.send(message)
            except Uncertain:
                return  # it may be there; who got none asks again
        if answer.state is not DeliveryState.SENT:
            raise SendError(f"{way.name} did not take a mail to a new reader: {answer.text}")

    @cached_property
    def _hooks(self) -> Hooks:
        from pipeline.send.hooks import Hooks

        return Hooks(self._settings, self._store)

    def hear(self, provider: str, headers: Mapping[str, str], body: bytes, now: datetime) -> Heard:
        """Take what a mail provider says of letters, if it proves to be from there; say what became of it."""
        return self._hooks.hear(provider, headers, body, now)

    def is_well(self) -> bool:
        """Tell whether the list can be asked."""
        try:
            return self._store.is_there()
        except BylineError:
            return False

    def style_sheets(self) -> str:
        """Return the author's own style sheets, for their colours."""
        sheets = sorted((self._settings.overrides / "assets" / "stylesheets").glob("*.css"))
        return "\n".join(sheet.read_text(encoding="utf-8", errors="replace") for sheet in sheets)

    def concerns(self) -> tuple[str, ...]:
        """Return what the author should know before the service begins."""
        wanted, named = f"{self._base}unsubscribe", self._settings.send.unsubscribe_url
        if named == wanted:
            return ()
        return (f"letters do not lead here to leave: write {wanted} as send.unsubscribe_url into byline.yml",)


def _base(settings: Settings) -> str:
    """Return the address that the pages of the service begin with."""
    url = settings.publish.subscribe.url
    parts = urlsplit(url or "")
    path, _, name = parts.path.rpartition("/")
    if name != "subscribe":
        raise UsageError(
            "publish.subscribe.url in byline.yml is where readers find this service: write its full address there, "
            f"with /subscribe at its end, as https://letter.example.org/subscribe; it is {url or 'not given'}"
        )
    return urlunsplit((parts.scheme, parts.netloc, f"{path}/", "", ""))

"""What the public service may do, and all that it may: nothing else of the house is in its reach."""

from __future__ import annotations

from contextlib import closing
from functools import cached_property, partial
from typing import TYPE_CHECKING
from urllib.parse import quote, urlsplit, urlunsplit

from pipeline.errors import BylineError, PutOffError, SendError, StoreMovedError, UsageError
from pipeline.html import plain_text
from pipeline.model import Asked, DeliveryState
from pipeline.said import said_in

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date, datetime

    from pipeline.app.mentioned import Mentioned
    from pipeline.model import Heard, PlainText
    from pipeline.send.hooks import Hooks
    from pipeline.send.optin import OptIn
    from pipeline.send.tokens import Tokens
    from pipeline.send.ways import Way
    from pipeline.send.wire import Message
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
        self.said = said_in(settings.site.language, settings.overrides / "letter")

    @property
    def prefix(self) -> str:
        """The path below which the service is known outside; empty at the top of a host."""
        return urlsplit(self._base).path.rstrip("/")

    @property
    def wording(self) -> PlainText:
        """What people agree to, word for word."""
        said = self._settings.publish.subscribe
        return plain_text(f"{self.said('wording', site=self.site_name)} {said.gets} {said.often}")

    @property
    def is_counting(self) -> bool:
        """Whether the author wants it counted how often links of the letter are opened."""
        return self._settings.send.count_links

    def target(self, name: str) -> str | None:
        """Return where the link of this name in a letter leads."""
        from pipeline.store import links

        with self._store.reading() as connection:
            return links.target(connection, name)

    def add_counts(self, counts: Mapping[tuple[str, date], int]) -> None:
        """Add how often links were opened, by name and day."""
        from pipeline.store import links

        if counts:
            with self._store.writing() as connection:
                links.add(connection, counts)

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
        from pipeline.send.sign import signers_for

        source = plain_text(f"the form at {self._settings.publish.subscribe.url}")
        kept_ip = ip if self._settings.send.keep_ip else ""
        there, token = self.readers.ask(address, Asked(source=source, wording=self.wording, at=now, ip=kept_ip))
        link = f"{self._base}{'preferences' if there else 'confirm'}?token={quote(token)}"
        if there:
            subject, text = "there_subject", note.welcoming(self._settings, self.said, link)
        else:
            subject, text = "confirm_subject", note.confirming(self._settings, self.said, self.wording, link)
        subject = plain_text(self.said(subject, site=self.site_name))
        signers = signers_for(self._settings, self._way)
        self._send(note.note(self._settings, address, subject, text, now, signers))

    @cached_property
    def _way(self) -> Way:
        from pipeline.send.ways import way_of

        return way_of(self._settings)

    def _send(self, message: Message) -> None:
        """Send a mail. Raises ``PutOffError`` where that may work later, and ``SendError`` where it will not."""
        from pipeline.send.ways import Uncertain

        again = partial(self._send, message)
        try:
            line = self._way.open()
        except SendError as error:
            raise PutOffError(str(error), again) from error
        with closing(line):
            try:
                answer = line.send(message)
            except Uncertain:
                return  # it may be there; who got none asks again
        told = f"{self._way.name} did not take a mail to a new reader: {answer.text}"
        if answer.state is DeliveryState.LATER:
            raise PutOffError(told, again)
        if answer.state is not DeliveryState.SENT:
            raise SendError(told)

    @cached_property
    def _hooks(self) -> Hooks:
        from pipeline.send.hooks import Hooks

        return Hooks(self._settings, self._store)

    def hear(self, provider: str, headers: Mapping[str, str], body: bytes, now: datetime) -> Heard:
        """Take what a mail provider says of letters, if it proves to be from there; say what became of it."""
        return self._hooks.hear(provider, headers, body, now)

    @cached_property
    def mentioned(self) -> Mentioned:
        """Webmentions to pages of the site."""
        from pipeline.app.mentioned import Mentioned

        return Mentioned(self._settings, self._store)

    def is_well(self) -> bool:
        """Tell whether the list can be asked, and changed."""
        try:
            return not self.why_closed()
        except BylineError:
            return False

    def why_closed(self) -> str:
        """Return why nothing that readers want can be kept; nothing where it can. Raises ``StoreError``."""
        from pipeline.store import moves

        try:
            with self._store.reading() as connection:
                moves.see_that_it_is_here(connection)
        except StoreMovedError as error:
            return str(error)
        return ""

    def style_sheets(self) -> str:
        """Return the author's own style sheets, for their colours."""
        sheets = sorted((self._settings.overrides / "assets" / "stylesheets").glob("*.css"))
        return "\n".join(sheet.read_text(encoding="utf-8", errors="replace") for sheet in sheets)

    def concerns(self) -> tuple[str, ...]:
        """Return what the author should know before the service begins."""
        wanted, named = f"{self._base}unsubscribe", self._settings.send.unsubscribe_url
        told = []
        if named != wanted:
            told.append(f"letters do not lead here to leave: write {wanted} as send.unsubscribe_url into byline.yml")
        if isinstance(self._settings.database_url, str) and not self._settings.secrets.token_keys:
            told.append(
                "readers' links are signed by the key in .byline/ of this folder: where letters leave from another "
                "folder or machine, set BYLINE_TOKEN_KEYS to one and the same for all"
            )
        return tuple(told)


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

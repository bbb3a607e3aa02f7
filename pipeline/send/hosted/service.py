"""What a service is that has the readers: it takes an edition as a whole, as a draft first, which is then started.

So nothing goes out before the draft is known by its name there; and to start the same draft twice sends it once.
"""

from __future__ import annotations

import hashlib
import json
import re
import ssl
from abc import ABC, abstractmethod
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from pipeline.errors import SendError
from pipeline.html import plain_text, shortened
from pipeline.send.ways.api import Connection, NotSentError, Request
from pipeline.send.ways.way import Uncertain

if TYPE_CHECKING:
    from collections.abc import Mapping

    from pydantic import SecretStr

    from pipeline.model import Letter, PlainText
    from pipeline.send.ways.api import Place, Reply
    from pipeline.settings.sections import Settings

MOST_BYTES: Final = 2**24
"""A page of a list of editions holds all their words."""
_OK, _MOVED, _FAILED, _CLOSED = 200, 300, 500, 503
_WORDS: Final = 200
OPENING: Final = re.compile(r"\{(?=[{%#])")
"""A brace with which an expression may open, in the templates of Go or of Django."""
_NAME: Final = re.compile(r"[A-Za-z0-9_-]{1,64}")


class NoAnswerError(SendError):
    """The service may have done what it was asked, or not: nobody knows before it is asked what it has."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Edition:
    """What is handed over: subject, HTML and plain text, with the service's own way to leave; ``label`` finds it."""

    label: str
    subject: str
    html: str
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """An edition at the service: its name there, and whether it was started already."""

    name: str
    is_started: bool


class Hosted(ABC):
    """A service that has the readers, asked by HTTP."""

    title: str
    leave: str
    """What stands where each reader's own link comes, in the words of the service."""
    takes_text = True
    """Whether it takes the plain text, too."""

    def __init__(self, place: Place, secret: SecretStr) -> None:
        self._place, self._secret = place, secret

    @property
    def name(self) -> str:
        """Who it is, in words."""
        return f"{self.title} ({self._place.host})"

    @property
    def mark(self) -> str:
        """What the ledger remembers it by."""
        return f"{self.title.lower()}:{self._place.host}"[:64]

    def edition(self, letter: Letter, settings: Settings) -> Edition:
        """Return ``letter`` as it would be handed over: nothing in it is taken for an order by the service."""
        named = f"{settings.site.site_url}\n{letter.edition}"
        return Edition(
            label=f"byline-{hashlib.sha256(named.encode()).hexdigest()[:24]}",
            subject=self.quoted(letter.subject),
            html=quoted_html(letter.html).replace(letter.leave, self.leave),
            text=self.quoted(letter.text).replace(letter.leave, self.leave),
        )

    @abstractmethod
    def quoted(self, text: str) -> str:
        """Return ``text`` so that the service shows it as it is, and evaluates nothing in it."""

    @abstractmethod
    def find(self, line: HostedLine, edition: Edition) -> Found | None:
        """Return what the service has of ``edition``, a started one before a draft."""

    @abstractmethod
    def put(self, line: HostedLine, edition: Edition, name: str) -> str:
        """Make ``edition`` a draft there, or write it anew into the draft of this ``name``; return its name."""

    @abstractmethod
    def start(self, line: HostedLine, name: str) -> PlainText:
        """Let the service send the draft of this ``name``; return what it says."""

    @abstractmethod
    def headers(self) -> Mapping[str, str]:
        """Return the headers that each request needs."""

    @abstractmethod
    def remedy(self, status: int) -> str:
        """Return what the author is to look at where it does not do what it is asked."""

    def open(self) -> HostedLine:
        """Connect to it."""
        return HostedLine(self, self._place)

    def said(self, reply: Reply) -> PlainText:
        """Return what it says went wrong, short, and without our key."""
        told = read(reply)
        words = told.get("message") or told.get("detail") or told.get("code") if isinstance(told, dict) else ""
        clean = plain_text(str(words or "").replace(self._secret.get_secret_value(), "…"))
        return plain_text(f"{reply.status} {shortened(clean, _WORDS)}")


class HostedLine:
    """A connection to a service."""

    def __init__(self, service: Hosted, place: Place) -> None:
        self._service = service
        self._connection = Connection(place, ssl.create_default_context() if place.secure else None, most=MOST_BYTES)

    def close(self) -> None:
        """Let go of it."""
        self._connection.close()

    def ask(self, method: str, path: str, asked: Mapping[str, Any] | None = None) -> Any:
        """Return what the service says to a request. Raises ``SendError``, and ``NoAnswerError`` for a doubt."""
        body = json.dumps(asked).encode() if asked is not None else b""
        headers = {**self._service.headers(), **({"Content-Type": "application/json"} if body else {})}
        try:
            reply = self._connection.ask(Request(method=method, path=path, headers=headers, body=body))
        except NotSentError as error:
            raise SendError(f"{self._service.name} cannot be reached: {error}") from error
        except Uncertain as error:
            raise NoAnswerError(f"{self._service.name} gave no answer: {error}") from error
        if _OK <= reply.status < _MOVED:
            return read(reply)
        if reply.status >= _FAILED and reply.status != _CLOSED:
            raise NoAnswerError(f"{self._service.name} failed: {self._service.said(reply)}")
        raise SendError(
            f"{self._service.name} does not do it: {self._service.said(reply)}; {self._service.remedy(reply.status)}"
        )


def read(reply: Reply) -> Any:
    """Return the JSON of a reply; None where it is none."""
    try:
        return json.loads(reply.body)
    except (ValueError, RecursionError):
        return None


def name_in(told: Any) -> str:
    """Return the name of an edition in what a service says of it. Raises ``NoAnswerError`` where there is none."""
    name = told.get("id") if isinstance(told, dict) else None
    if isinstance(name, bool) or not isinstance(name, (str, int)) or not _NAME.fullmatch(str(name)):
        raise NoAnswerError("the service said yes, and no name of the draft: look there what it has")
    return str(name)


def rows_in(told: Any) -> list[dict[str, Any]]:
    """Return the rows of a page of results. Raises ``SendError`` where it is none."""
    rows = told.get("results") if isinstance(told, dict) else None
    if not isinstance(rows, list):
        raise SendError("the service does not list what it has as its documentation says, so nothing is handed over")
    return [row for row in rows if isinstance(row, dict)]


def quoted_html(html: str) -> str:
    """Return ``html`` in which nothing is taken for an order by the templates of Go or Django: it shows the same."""
    return OPENING.sub("&#123;", html).replace("@TrackLink", "&#64;TrackLink")

"""What the HTTP APIs of mail providers have in common: when a message left, when not, and when nobody knows.

A status of 2xx with the provider's own name for the message is a yes. Of 5xx, 503 alone says that nothing was done;
after any other the message may have left. The same request is made again only where nothing can have left, or by a key.
"""

from __future__ import annotations

import hashlib
import json
import ssl
import time
from abc import ABC, abstractmethod
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from functools import cached_property
from typing import TYPE_CHECKING, Any, Final

from pipeline.errors import SendError
from pipeline.html import plain_text, shortened
from pipeline.model import LONGEST_WAIT, DeliveryState
from pipeline.send.ways.api import Connection, NotSentError
from pipeline.send.ways.way import Answer, Overdue, Uncertain, at_any_time

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from pydantic import SecretStr

    from pipeline.model import PlainText
    from pipeline.send.ways.api import Place, Reply, Request
    from pipeline.send.ways.way import Line, Promise
    from pipeline.send.wire import Message

_PAUSES: Final = (0.5, 1.0, 2.0, 4.0)
"""Seconds between two tries to hand over one message."""
_LONGEST_PAUSE: Final = timedelta(seconds=30)
"""Who wants to be left in peace for longer gets no more of this message in this run."""
_WORDS: Final = 200
_DEEPEST: Final = 2**16
"""So many bytes of an answer are looked into; what says more is no answer of an API."""

OK, MOVED, BAD, TIMED_OUT, BUSY, FAILED, CLOSED = 200, 300, 400, 408, 429, 500, 503
SEE_OTHER: Final = 303
_Outcome = Answer | NotSentError | Uncertain | Overdue | SendError


class Provider(ABC):
    """A provider that is asked by HTTP, at ``place``, with a ``secret``. Each module beside this one is one of them."""

    title: str
    promise: Promise

    def __init__(
        self, place: Place, secret: SecretStr, connections: int, pause: Callable[[float], None] = time.sleep
    ) -> None:
        self.place, self.connections, self.pause = place, connections, pause
        self._secret = secret

    @property
    def name(self) -> str:
        """Who it is, in words."""
        return f"{self.title} ({self.place.host})"

    @property
    def mark(self) -> str:
        """Who it is, and by which key: keys of one account are no keys of another."""
        digest = hashlib.sha256(self.secret.encode()).hexdigest()
        return f"{self.title.lower().replace(' ', '-')}:{digest[:8]}"

    @property
    def secret(self) -> str:
        """The key itself."""
        return self._secret.get_secret_value()

    @cached_property
    def trust(self) -> ssl.SSLContext:
        """Whose certificates are believed: it takes a while to read, so all connections have one."""
        return ssl.create_default_context()

    def open(self) -> Line:
        """Connect to it."""
        return ProviderLine(self)

    @abstractmethod
    def request(self, message: Message) -> Request:
        """Return what is asked to send ``message``."""

    @abstractmethod
    def taken(self, told: Mapping[str, Any]) -> str:
        """Return the provider's own name for a message that it took; nothing where it did not."""

    @abstractmethod
    def refuses(self, reply: Reply, told: Mapping[str, Any]) -> bool:
        """Tell whether it does not want this reader, and would take others."""

    def puts_off(self, reply: Reply, told: Mapping[str, Any]) -> bool:
        """Tell whether it may take the message later, in other ways than by 429 and 503."""
        del reply, told
        return False

    def is_unsure(self, reply: Reply, told: Mapping[str, Any]) -> bool:
        """Tell whether it knows the key of the message, and does not say what became of it."""
        del reply, told
        return False

    def is_used_up(self, told: Mapping[str, Any]) -> bool:
        """Tell whether a refusal for now is one of all that the account may send."""
        del told
        return False

    @abstractmethod
    def remedy(self, reply: Reply, told: Mapping[str, Any]) -> str:
        """Return what the author is to look at where it wants nothing of this sender."""

    def complaint(self, reply: Reply, told: Mapping[str, Any]) -> str:
        """Return what it says went wrong, as it says it."""
        del reply
        return _text(told.get("message"))

    def said(self, reply: Reply, told: Mapping[str, Any]) -> PlainText:
        """Return what it says, short, and without our key if it says that again."""
        words = plain_text(self.complaint(reply, told).replace(self.secret, "…"))
        return plain_text(f"{reply.status} {shortened(words, _WORDS)}")


class ProviderLine:
    """A connection to a provider, which is opened again where the provider ends it."""

    def __init__(self, provider: Provider) -> None:
        self._provider = provider
        self._connection = Connection(provider.place, provider.trust if provider.place.secure else None)
        try:
            self._connection.connect()
        except NotSentError as error:
            raise SendError(f"{provider.name} cannot be reached: {error}; nobody was sent anything") from error

    def close(self) -> None:
        """Let go of it."""
        self._connection.close()

    def send(self, message: Message, may: Callable[[], bool] = at_any_time) -> Answer:
        """Hand over one message for one reader."""
        most = self._provider.promise.most_bytes
        if most is not None and len(message.data) > most:
            raise SendError(f"{self._provider.name} takes at most {most:,} bytes, and the letter has more: shorten it")
        request = self._provider.request(message)
        doubt: Uncertain | None = None
        outcome: _Outcome = Overdue()
        for pause in (*_PAUSES, None):
            before, outcome = outcome, self._outcome(request, message, may)
            if isinstance(outcome, Overdue):
                outcome = before if isinstance(before, Answer) else outcome
                break
            doubt = outcome if isinstance(outcome, Uncertain) else doubt
            wait = self._wait_after(outcome)
            if pause is None or wait is None:
                break
            self._provider.pause(max(pause, wait))
        return self._ended(outcome, doubt)

    def _outcome(self, request: Request, message: Message, may: Callable[[], bool]) -> _Outcome:
        try:
            return answer_of(self._provider, self._connection.ask(request, may), message, datetime.now(UTC))
        except (NotSentError, Uncertain, Overdue, SendError) as error:
            return error

    def _wait_after(self, outcome: _Outcome) -> float | None:
        """Return how many seconds to wait before the same is asked once more; None where it is not to be asked."""
        if isinstance(outcome, Answer):
            is_soon = outcome.wait is not None and outcome.wait <= _LONGEST_PAUSE
            return outcome.wait.total_seconds() if outcome.wait is not None and is_soon else None
        is_known = isinstance(outcome, Uncertain) and self._provider.promise.remembers is not None
        return 0 if is_known or isinstance(outcome, NotSentError) else None

    def _ended(self, outcome: _Outcome, doubt: Uncertain | None) -> Answer:
        """Return the last answer; after a doubt only a yes counts, which is one to the same key."""
        if isinstance(outcome, Answer) and (outcome.state is DeliveryState.SENT or not doubt):
            return outcome
        if doubt:
            raise doubt
        if isinstance(outcome, NotSentError):
            raise SendError(f"{self._provider.name} cannot be reached any more: {outcome}") from outcome
        assert not isinstance(outcome, Answer), "an answer was returned"
        raise outcome


def answer_of(provider: Provider, reply: Reply, message: Message, now: datetime) -> Answer:
    """Return what ``reply`` means for ``message``. Raises ``Uncertain``, and ``SendError`` to stop the run."""
    told = told_by(reply.body)
    said = provider.said(reply, told)
    if OK <= reply.status < MOVED:
        if name := provider.taken(told):
            return Answer(state=DeliveryState.SENT, text=shortened(plain_text(f"taken as {name}"), _WORDS))
        raise Uncertain(f"{said}, and no name of the message")
    if reply.status in {BUSY, CLOSED, TIMED_OUT} or provider.puts_off(reply, told):
        if provider.is_used_up(told):
            raise SendError(f"{provider.name} takes no more from this account: {said}; {provider.remedy(reply, told)}")
        return Answer(state=DeliveryState.LATER, text=said, wait=_wait(reply, now))
    if reply.status >= FAILED or reply.status == SEE_OTHER or provider.is_unsure(reply, told):
        raise Uncertain(said)
    if reply.status < BAD:
        raise SendError(f"{provider.name} leads elsewhere ({reply.status}), and no key is sent there")
    if provider.refuses(reply, told):
        return Answer(state=DeliveryState.REFUSED, text=said)
    raise SendError(
        f"{provider.name} does not take the letter to {plain_text(message.recipient)}: {said}; "
        f"{provider.remedy(reply, told)}"
    )


def told_by(body: bytes) -> Mapping[str, Any]:
    """Return what an answer in JSON says; nothing where it says nothing that can be read."""
    try:
        told = json.loads(body) if len(body) <= _DEEPEST else None
    except (ValueError, RecursionError):
        return {}
    return told if isinstance(told, dict) else {}


def _text(value: object) -> str:
    return value if isinstance(value, str) else ""


def _wait(reply: Reply, now: datetime) -> timedelta | None:
    """Return how long the provider wants to be left in peace (RFC 9110, section 10.2.3), at most two days.

    Who only says that it is busy is asked again in a second or two.
    """
    said = reply.headers.get("retry-after", "").strip()
    if said.isascii() and said.isdigit():
        return min(timedelta(seconds=int(said[:9])), LONGEST_WAIT)
    try:
        return min(max(parsedate_to_datetime(said) - now, timedelta(0)), LONGEST_WAIT)
    except (ValueError, TypeError, OverflowError):
        return timedelta(0) if reply.status == BUSY else None

"""A mail server, by SMTP (RFC 5321)."""

from __future__ import annotations

import smtplib
import ssl
from datetime import timedelta
from functools import cached_property
from typing import TYPE_CHECKING, Final

from pipeline.errors import SendError
from pipeline.html import plain_text
from pipeline.model import DeliveryState
from pipeline.send.ways.client import Client, ProtectedClient
from pipeline.send.ways.way import Answer, Overdue, Promise, Uncertain, at_any_time

if TYPE_CHECKING:
    from collections.abc import Callable

    from pipeline.model import PlainText
    from pipeline.send.ways.way import Line
    from pipeline.send.wire import Message
    from pipeline.settings.sections import Settings

_TIMEOUT_SECONDS = 60
_TRANSIENT = 400  # RFC 5321, section 4.2.1: from here on the answer is no
_PERMANENT = 500
_BEYOND = 600
_GO_AHEAD = 354
_CLOSING = 421  # RFC 5321, section 3.8: it ends the connection by that, as when too many mails come at once
_Reply = tuple[int, bytes | str]
_UNSAID: Final[_Reply] = (503, b"was not said")


class Smtp:
    """A mail server (RFC 5321)."""

    mark: Final = "smtp"
    promise: Final = Promise()

    def __init__(self, settings: Settings, timeout: float = _TIMEOUT_SECONDS) -> None:
        self._timeout = timeout
        self._smtp = settings.send.smtp
        self._password = settings.secrets.smtp_password
        self.connections = self._smtp.connections
        self.name = f"the mail server {self._smtp.host}:{self._smtp.port}"

    @cached_property
    def _trust(self) -> ssl.SSLContext:
        """Whose certificates are believed: it takes a while to read, so all connections have one."""
        return ssl.create_default_context()

    def open(self) -> Line:
        """Connect to it."""
        return _SmtpLine(self)

    def connect(self) -> smtplib.SMTP:
        """Return a new connection, protected and logged in as the settings say."""
        place = (self._smtp.host, self._smtp.port)
        try:
            if self._smtp.security == "tls":
                connection: smtplib.SMTP = ProtectedClient(*place, timeout=self._timeout, context=self._trust)
            else:
                connection = Client(*place, timeout=self._timeout)
        except (smtplib.SMTPException, OSError) as error:
            raise self._unreachable(error) from error
        try:
            if self._smtp.security == "starttls":
                connection.starttls(context=self._trust)
            if self._smtp.username:
                connection.login(self._smtp.username, self._password.get_secret_value() if self._password else "")
        except smtplib.SMTPAuthenticationError as error:
            connection.close()
            raise SendError(
                f"{self.name} does not accept the login of {self._smtp.username}: "
                "look at send.smtp.username and BYLINE_SMTP_PASSWORD"
            ) from error
        except (smtplib.SMTPException, OSError) as error:
            connection.close()
            raise self._unreachable(error) from error
        return connection

    def _unreachable(self, error: Exception) -> SendError:
        why = getattr(error, "strerror", None) or str(error)
        return SendError(f"{self.name} cannot be reached: {plain_text(why)}; look at send.smtp in byline.yml")


class _SmtpLine:
    """A connection to a mail server, which is opened again where the server ends it."""

    def __init__(self, server: Smtp) -> None:
        self._server = server
        self._connection: smtplib.SMTP | None = server.connect()

    def close(self) -> None:
        """Say goodbye."""
        if self._connection is not None:
            try:
                self._connection.quit()
            except (smtplib.SMTPException, OSError):
                self._connection.close()  # it is gone already, which is what was wanted

    def send(self, message: Message, may: Callable[[], bool] = at_any_time) -> Answer:
        """Hand over one message for one reader."""
        for _ in range(2):  # a server may end a connection between two messages; then nothing has left
            try:
                return self._hand_over(message, may)
            except (smtplib.SMTPException, OSError) as error:
                self._drop()
                ended = plain_text(f"the connection ended: {error}")
        return Answer(state=DeliveryState.LATER, text=ended)

    def _hand_over(self, message: Message, may: Callable[[], bool]) -> Answer:
        """Say who it is from and for, then the text. Raises what smtplib raises before the text has left."""
        if not may():
            raise Overdue
        self._connection = connection = self._connection or self._server.connect()
        connection.ehlo_or_helo_if_needed()
        sender, recipient, data = self._announced(connection, message)
        if not _is_yes(sender[0]):
            return self._stopped(*sender)
        if _CLOSING in {recipient[0], data[0]}:
            return self._stopped(*(recipient if recipient[0] == _CLOSING else data))
        if not _is_yes(recipient[0]) or data[0] != _GO_AHEAD:
            if data[0] == _GO_AHEAD:
                connection.send(b".\r\n")  # to nobody: the server said yes too early (RFC 2920, section 3.1)
                connection.getreply()
            connection.rset()
            return _no(*(data if _is_yes(recipient[0]) else recipient))
        if not may():  # a server lets days pass, if it will, before it says that a text may come
            self._drop()  # an end without a text is none of a message (RFC 5321, section 4.1.1.4)
            raise Overdue
        return self._text(connection, message.data)

    def _announced(self, connection: smtplib.SMTP, message: Message) -> tuple[_Reply, _Reply, _Reply]:
        """Return what the server says to the sender, the recipient, and that a text is to come.

        All three are said at once where the server takes that (RFC 2920); what was not said has no answer.
        """
        said = (f"MAIL FROM:<{message.sender}>", f"RCPT TO:<{message.recipient}>", "DATA")
        at_once = connection.has_extn("pipelining")
        if at_once:
            connection.send("".join(f"{each}\r\n" for each in said))
        replies: list[_Reply] = []
        for each in said:
            if not at_once:
                connection.putcmd(each)
            replies.append(connection.getreply())
            if replies[-1][0] == _CLOSING or not (at_once or _is_yes(replies[-1][0])):
                break
        replies += [_UNSAID] * (len(said) - len(replies))
        return replies[0], replies[1], replies[2]

    def _text(self, connection: smtplib.SMTP, text: bytes) -> Answer:
        """Send the text (RFC 5321, section 4.1.1.4) and wait for the answer; from here on it may have left."""
        try:
            connection.send(text.replace(b"\n.", b"\n..") + b".\r\n")
            code, said = connection.getreply()
        except (smtplib.SMTPException, OSError) as error:
            self._drop()
            raise Uncertain(str(error)) from error
        if _is_yes(code):
            return Answer(state=DeliveryState.SENT, text=plain_text(f"{code} {_words(said)}"))
        if code == _CLOSING:
            self._drop()
        elif not _TRANSIENT <= code < _BEYOND:  # neither a yes nor a no: nobody knows what became of it
            self._drop()
            raise Uncertain(f"{code} {_words(said)}")
        return _no(code, said)

    def _stopped(self, code: int, said: bytes | str) -> Answer:
        """Stop the run where the server refuses the sender: it would refuse each of the others too."""
        if _PERMANENT <= code < _BEYOND:
            raise SendError(
                f"{self._server.name} refuses the sender: {code} {_words(said)}; look at send.sender and send.smtp"
            )
        self._drop()
        return _no(code, said)

    def _drop(self) -> None:
        if self._connection is not None:
            self._connection.close()
        self._connection = None


def _is_yes(code: int) -> bool:
    return code // 100 == 2  # noqa: PLR2004  (RFC 5321, section 4.2.1)


def _no(code: int, said: bytes | str) -> Answer:
    """Return a refusal: for good if it says so itself, or else for now."""
    state = DeliveryState.REFUSED if _PERMANENT <= code < _BEYOND else DeliveryState.LATER
    wait = timedelta() if code == _CLOSING else None
    return Answer(state=state, text=plain_text(f"{code} {_words(said)}"), wait=wait)


def _words(said: bytes | str) -> PlainText:
    return plain_text(said.decode("utf-8", "replace") if isinstance(said, bytes) else said)

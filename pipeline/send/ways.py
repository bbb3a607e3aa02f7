"""The ways out for a message: SMTP, and a folder of .eml files. Each says what became of the message.

A way is opened before anything is claimed, so a server that cannot be reached claims nobody. ``Uncertain`` is
raised where the message may have left: after its text was handed over and before the answer came.
"""

from __future__ import annotations

import os
import re
import smtplib
import ssl
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol, Self

from pipeline.errors import SendError
from pipeline.html import plain_text
from pipeline.model import DeliveryState

if TYPE_CHECKING:
    from email.message import EmailMessage
    from pathlib import Path

    from pipeline.model import PlainText
    from pipeline.settings.sections import Settings

_TIMEOUT_SECONDS = 60
_TRANSIENT = 400  # RFC 5321, section 4.2.1: from here on the answer is no
_PERMANENT = 500
_BEYOND = 600
_GO_AHEAD = 354


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What the receiving side said to one message."""

    state: DeliveryState
    text: PlainText


class Uncertain(Exception):  # noqa: N818  (a fact about one delivery, not an error of the run)
    """The connection ended between handing over a message and its answer: it may have left or not."""


class Way(Protocol):
    """One way out. Use it as a context manager; opening raises ``SendError`` where it cannot be reached."""

    def __enter__(self) -> Self:
        """Open the way."""
        ...

    def __exit__(self, *failure: object) -> None:
        """Close it."""
        ...

    def send(self, message: EmailMessage) -> Answer:
        """Hand ``message`` over and return the answer. Raises ``Uncertain``, and ``SendError`` to stop the run."""
        ...


class Folder:
    """A folder of .eml files, one a reader, for a mail program or another machine to send."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def __enter__(self) -> Self:
        try:
            self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        except OSError as error:
            raise SendError(f"{self._folder} cannot be made: {error.strerror}") from error
        return self

    def __exit__(self, *failure: object) -> None:
        """Leave the folder as it is."""

    def send(self, message: EmailMessage) -> Answer:
        """Write the message under a name made of its Message-ID."""
        path = self._folder / f"{str(message['Message-ID']).strip('<>').partition('@')[0]}.eml"
        try:
            fresh = path.with_suffix(".part")
            fresh.unlink(missing_ok=True)
            fresh.touch(mode=0o600)  # the letter holds the reader's address and their own way to leave
            with fresh.open("wb") as file:
                file.write(bytes(message))
                file.flush()
                os.fsync(file.fileno())
            fresh.replace(path)
        except OSError as error:
            raise SendError(f"{path} cannot be written: {error.strerror}") from error
        return Answer(state=DeliveryState.SENT, text=plain_text(f"written to {path.name}"))


class Smtp:
    """A mail server (RFC 5321), over one connection that is opened again where the server ends it."""

    def __init__(self, settings: Settings) -> None:
        self._smtp = settings.send.smtp
        self._password = settings.secrets.smtp_password
        self._name = f"the mail server {self._smtp.host}:{self._smtp.port}"
        self._connection: smtplib.SMTP | None = None

    def __enter__(self) -> Self:
        self._connection = self._connect()
        return self

    def __exit__(self, *failure: object) -> None:
        if self._connection is not None:
            try:
                self._connection.quit()
            except (smtplib.SMTPException, OSError):
                self._connection.close()  # it is gone already, which is what was wanted

    def send(self, message: EmailMessage) -> Answer:
        """Hand over one message for one reader."""
        for _ in range(2):  # a server may end a connection between two messages; then nothing has left
            try:
                return self._hand_over(message)
            except (smtplib.SMTPException, OSError) as error:
                self._drop()
                ended = plain_text(f"the connection ended: {error}")
        return Answer(state=DeliveryState.LATER, text=ended)

    def _hand_over(self, message: EmailMessage) -> Answer:
        """Say who it is from and for, then the text. Raises what smtplib raises before the text has left."""
        self._connection = connection = self._connection or self._connect()
        connection.ehlo_or_helo_if_needed()
        code, said = connection.mail(message["From"].addresses[0].addr_spec)
        if not _is_yes(code):
            return self._stopped(code, said)
        code, said = connection.rcpt(message["To"].addresses[0].addr_spec)
        if not _is_yes(code):
            connection.rset()
            return _no(code, said)
        code, said = connection.docmd("DATA")
        if code != _GO_AHEAD:
            connection.rset()
            return _no(code, said)
        return self._text(connection, bytes(message))

    def _text(self, connection: smtplib.SMTP, text: bytes) -> Answer:
        """Send the text (RFC 5321, section 4.1.1.4) and wait for the answer; from here on it may have left."""
        try:
            connection.send(re.sub(rb"(?m)^\.", b"..", text) + b".\r\n")
            code, said = connection.getreply()
        except (smtplib.SMTPException, OSError) as error:
            self._drop()
            raise Uncertain(str(error)) from error
        if _is_yes(code):
            return Answer(state=DeliveryState.SENT, text=plain_text(f"{code} {_words(said)}"))
        if not _TRANSIENT <= code < _BEYOND:  # neither a yes nor a no: nobody knows what became of it
            self._drop()
            raise Uncertain(f"{code} {_words(said)}")
        return _no(code, said)

    def _stopped(self, code: int, said: bytes | str) -> Answer:
        """Stop the run where the server refuses the sender: it would refuse each of the others too."""
        if _PERMANENT <= code < _BEYOND:
            raise SendError(
                f"{self._name} refuses the sender: {code} {_words(said)}; look at send.sender and send.smtp"
            )
        self._drop()
        return _no(code, said)

    def _drop(self) -> None:
        if self._connection is not None:
            self._connection.close()
        self._connection = None

    def _connect(self) -> smtplib.SMTP:
        context = ssl.create_default_context()
        place = (self._smtp.host, self._smtp.port)
        try:
            if self._smtp.security == "tls":
                connection: smtplib.SMTP = smtplib.SMTP_SSL(*place, timeout=_TIMEOUT_SECONDS, context=context)
            else:
                connection = smtplib.SMTP(*place, timeout=_TIMEOUT_SECONDS)
        except (smtplib.SMTPException, OSError) as error:
            raise self._unreachable(error) from error
        try:
            if self._smtp.security == "starttls":
                connection.starttls(context=context)
            if self._smtp.username:
                connection.login(self._smtp.username, self._password.get_secret_value() if self._password else "")
        except smtplib.SMTPAuthenticationError as error:
            connection.close()
            raise SendError(
                f"{self._name} does not accept the login of {self._smtp.username}: "
                "look at send.smtp.username and BYLINE_SMTP_PASSWORD"
            ) from error
        except (smtplib.SMTPException, OSError) as error:
            connection.close()
            raise self._unreachable(error) from error
        return connection

    def _unreachable(self, error: Exception) -> SendError:
        why = getattr(error, "strerror", None) or str(error)
        return SendError(f"{self._name} cannot be reached: {plain_text(why)}; look at send.smtp in byline.yml")


def _is_yes(code: int) -> bool:
    return code // 100 == 2  # noqa: PLR2004  (RFC 5321, section 4.2.1)


def _no(code: int, said: bytes | str) -> Answer:
    """Return a refusal: for good if it says so itself, or else for now."""
    state = DeliveryState.REFUSED if _PERMANENT <= code < _BEYOND else DeliveryState.LATER
    return Answer(state=state, text=plain_text(f"{code} {_words(said)}"))


def _words(said: bytes | str) -> PlainText:
    return plain_text(said.decode("utf-8", "replace") if isinstance(said, bytes) else said)

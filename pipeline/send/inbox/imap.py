"""A mailbox, by IMAP (RFC 3501): new mails are looked at as far as is needed, and nothing is ever deleted."""

from __future__ import annotations

import imaplib
import re
import ssl
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING, Any, Final

from pipeline.errors import SendError
from pipeline.html import plain_text
from pipeline.send.returned import MOST_BYTES

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import date

    from pipeline.settings.sections import Settings

_TIMEOUT_SECONDS: Final = 60
_MONTHS: Final = "Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec".split()
_SHIFTED: Final = re.compile(r"[^\x20-\x7e]+")


class _Bounded(imaplib.IMAP4):
    """A connection that takes no more than a mail is read of, whatever the other side announces."""

    def read(self, size: int) -> bytes:
        if size > MOST_BYTES + 1024:
            raise self.abort(f"the server sends {size} bytes where {MOST_BYTES} were asked for")
        return super().read(size)


class _BoundedTls(_Bounded, imaplib.IMAP4_SSL):
    """The same over TLS."""


class Mailbox:
    """One folder of a mailbox, open. ``validity`` says for how long its numbers mean the same mails."""

    def __init__(self, connection: imaplib.IMAP4, validity: int, done_folder: str) -> None:
        self._connection, self.validity, self._done_folder = connection, validity, done_folder

    def newer(self, last: int) -> list[int]:
        """Return the numbers (UIDs) of the mails that came after the one with number ``last``."""
        return [number for number in self._search("UID", f"{last + 1}:*") if number > last]  # * is the last, if older

    def since(self, day: date) -> list[int]:
        """Return the numbers of the mails that came on ``day`` or later."""
        return self._search("SINCE", f"{day.day}-{_MONTHS[day.month - 1]}-{day.year}")

    def _search(self, *criteria: str) -> list[int]:
        (found, *_) = _answered(*self._connection.uid("SEARCH", *criteria)) or [b""]
        return sorted(int(number) for number in (found or b"").split() if number.isdigit())

    def mail(self, number: int) -> bytes | None:
        """Return the beginning of a mail, which stays unread; None where it is gone."""
        wanted = f"(BODY.PEEK[]<0.{MOST_BYTES}>)"
        for part in _answered(*self._connection.uid("FETCH", str(number), wanted)):
            if isinstance(part, tuple) and b"BODY[" in part[0].upper():
                return bytes(part[1])
        return None

    def put_away(self, number: int) -> str:
        """Mark a mail as read, and move it where such mails go. Return what was in the way, if anything."""
        self._connection.uid("STORE", str(number), "+FLAGS.SILENT", r"(\Seen)")
        if not self._done_folder:
            return ""
        if "MOVE" not in self._connection.capabilities:  # without RFC 6851, moving would mean to delete
            return "the server cannot move mails (RFC 6851), so they stay where they are"
        kind, said = self._connection.uid("MOVE", str(number), _quoted(self._done_folder))
        words = plain_text(_first(said))
        return "" if kind == "OK" else f"mails cannot be moved to send.inbox.done_folder, {self._done_folder}: {words}"


@contextmanager
def opened(settings: Settings, *, only_look: bool = False) -> Iterator[Mailbox]:
    """Give the folder that ``settings`` name; with ``only_look`` nothing in it can be changed. Raises ``SendError``."""
    inbox = settings.send.inbox
    name = f"the mailbox {inbox.username or settings.send.address} at {inbox.host}:{inbox.port}"
    try:
        connection = _connected(settings)
    except (imaplib.IMAP4.error, OSError) as error:
        raise SendError(f"{name} cannot be reached: {_words(error)}; look at send.inbox in byline.yml") from error
    try:
        _log_in(connection, settings)
        kind, said = connection.select(_quoted(inbox.folder), readonly=only_look)
        if kind != "OK":
            raise SendError(
                f"{name} has no folder {inbox.folder}: {plain_text(_first(said))}; look at send.inbox.folder"
            )
        _, validity = connection.response("UIDVALIDITY")
        yield Mailbox(connection, int(_first(validity) or 0), inbox.done_folder)
    except (imaplib.IMAP4.error, OSError) as error:
        raise SendError(f"{name} cannot be read: {_words(error)}; what was read is kept, so run it again") from error
    finally:
        _leave(connection)


def _leave(connection: imaplib.IMAP4) -> None:
    try:
        connection.logout()
    except (imaplib.IMAP4.error, OSError):
        with suppress(OSError):
            connection.shutdown()


def _connected(settings: Settings) -> imaplib.IMAP4:
    inbox, trust = settings.send.inbox, ssl.create_default_context()
    if inbox.security == "tls":
        return _BoundedTls(inbox.host, inbox.port, ssl_context=trust, timeout=_TIMEOUT_SECONDS)
    connection = _Bounded(inbox.host, inbox.port, timeout=_TIMEOUT_SECONDS)
    if inbox.security == "starttls":
        try:
            connection.starttls(trust)
        except BaseException:
            connection.shutdown()
            raise
    return connection


def _log_in(connection: imaplib.IMAP4, settings: Settings) -> None:
    name = settings.send.inbox.username or settings.send.address
    given = settings.secrets.inbox_password
    password = given.get_secret_value() if given else ""
    try:
        if "AUTH=PLAIN" in connection.capabilities:
            connection.authenticate("PLAIN", lambda _challenge: f"\0{name}\0{password}".encode())
        else:
            connection.login(_quoted(name), password)
        _, told = connection.capability()  # after a login a server may be able to do more
        connection.capabilities = tuple(_first(told).upper().split())
    except imaplib.IMAP4.abort:
        raise
    except (imaplib.IMAP4.error, UnicodeError) as error:
        raise SendError(
            f"{settings.send.inbox.host} does not accept the login of {name} ({_words(error)}): "
            "look at send.inbox.username and BYLINE_INBOX_PASSWORD; many providers want a password made for programs"
        ) from error


def _answered(kind: str, said: list[Any]) -> list[Any]:
    """Return what was answered. Raises ``IMAP4.error`` where that is a no."""
    if kind != "OK":
        raise imaplib.IMAP4.error(_first(said))
    return said


def _first(said: Any) -> str:
    """Return the first line of an answer as text."""
    line = (said or [b""])[0] or b""
    return line.decode("utf-8", "replace") if isinstance(line, bytes) else str(line)


def _words(error: Exception) -> str:
    return plain_text(getattr(error, "strerror", None) or str(error)) or type(error).__name__


def _quoted(name: str) -> str:
    """Return a name as a quoted string, in the form of UTF-7 that folders have (RFC 3501, section 5.1.3)."""
    folded = _SHIFTED.sub(lambda found: _in_utf7(found[0]), name.replace("&", "&-"))
    return '"' + folded.replace("\\", "\\\\").replace('"', '\\"') + '"'


def _in_utf7(text: str) -> str:
    from base64 import b64encode

    packed = b64encode(text.encode("utf-16-be")).decode().rstrip("=").replace("/", ",")
    return f"&{packed}-"

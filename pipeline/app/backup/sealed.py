"""A stream of bytes as one encrypted file in the age format (https://age-encryption.org/v1), and back.

For a recipient, the file is what ``age`` itself writes. For a passphrase, it begins with a key that the passphrase
opens, in armour, and what follows is encrypted for that key: a passphrase alone is given a whole file at once by the
library, and a store need not fit into memory. Nothing here knows what the bytes are.
"""

from __future__ import annotations

import os
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from io import BytesIO
from threading import Thread
from typing import IO, TYPE_CHECKING, Final

from pipeline.errors import BackupError, UsageError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from pathlib import Path

    from pyrage.x25519 import Identity, Recipient

SHORTEST: Final = 12
"""Characters of a passphrase that is taken."""
_ARMOUR: Final = b"-----BEGIN AGE ENCRYPTED FILE-----\n"
_ARMOUR_ENDS: Final = b"-----END AGE ENCRYPTED FILE-----"
_LONGEST_KEY: Final = 4096
"""Bytes that a key in armour may take; it takes some 600."""
_PLAIN: Final = b"age-encryption.org/v1\n"


@dataclass(frozen=True, slots=True, kw_only=True)
class Lock:
    """What closes and opens a backup: a passphrase; or recipients to close it, and a file of identities to open it."""

    passphrase: str | None = None
    recipients: tuple[str, ...] = ()
    identities: Path | None = None


@contextmanager
def sealing(target: IO[bytes], lock: Lock) -> Iterator[IO[bytes]]:
    """Give a stream; what is written to it comes encrypted into ``target``. Raises ``UsageError`` without a lock."""
    from pyrage import encrypt_io

    recipients = _recipients(lock, target)
    reading, writing = _pipe()
    with _beside(lambda: encrypt_io(reading, target, recipients), reading, writing):
        yield writing


@contextmanager
def opening(source: IO[bytes], lock: Lock) -> Iterator[IO[bytes]]:
    """Give the stream of what ``source`` holds encrypted.

    Raises ``BackupError`` where the lock does not open it, or where a bit of it is not as it was written.
    """
    from pyrage import decrypt_io

    identities = _identities(source, lock)
    reading, writing = _pipe()
    with _beside(lambda: decrypt_io(source, writing, identities), writing, reading):
        yield reading
        while reading.read(1 << 16):  # the end of the file must be as it was written, too
            pass


def _pipe() -> tuple[IO[bytes], IO[bytes]]:
    reading, writing = os.pipe()
    return os.fdopen(reading, "rb"), os.fdopen(writing, "wb")


@contextmanager
def _beside(work: Callable[[], object], its_end: IO[bytes], our_end: IO[bytes]) -> Iterator[None]:
    """Let ``work`` run at one end of a pipe while the caller is at the other. What stops it is what is told."""
    stopped: list[BaseException] = []

    def run() -> None:
        try:
            work()
        except BaseException as error:  # noqa: BLE001  (told below, by the thread that waits)
            stopped.append(error)
        finally:
            with suppress(OSError):  # nobody may be there to take the rest
                its_end.close()

    thread = Thread(target=run, daemon=True)
    thread.start()
    try:
        yield
        our_end.close()
    except Exception:
        _tell(tuple(stopped))  # where it stopped first, ours only followed
        raise
    finally:
        with suppress(OSError):
            our_end.close()
        thread.join()
    _tell(stopped)


def _tell(stopped: Sequence[BaseException]) -> None:
    from pyrage import DecryptError

    for error in stopped:
        if isinstance(error, DecryptError):
            raise BackupError(f"the backup does not open by this key, or is damaged ({error}): {_REMEDY}") from error
        if isinstance(error, OSError) and error.errno is None:
            raise BackupError("the backup is damaged or cut off, and nothing of it was kept: use another") from error
        raise error


_REMEDY: Final = "check BYLINE_BACKUP_PASSPHRASE, or --identity where it was made with --to"


def _recipients(lock: Lock, target: IO[bytes]) -> list[Recipient]:
    from pyrage import RecipientError, passphrase
    from pyrage.x25519 import Identity, Recipient

    if lock.recipients:
        try:
            return [Recipient.from_str(each) for each in lock.recipients]
        except RecipientError as error:
            raise UsageError(
                f"--to takes a public key of age such as age1…, as `age-keygen` prints ({error})"
            ) from error
    if not lock.passphrase:
        raise UsageError("a backup is encrypted: set BYLINE_BACKUP_PASSPHRASE, or name a public key with --to age1…")
    if len(lock.passphrase) < SHORTEST:
        raise UsageError(
            f"BYLINE_BACKUP_PASSPHRASE: must be {SHORTEST} or more characters; `openssl rand -hex 16` makes one"
        )
    once = Identity.generate()
    target.write(passphrase.encrypt(f"{once}\n".encode(), lock.passphrase, armored=True).rstrip() + b"\n")
    return [once.to_public()]


def _identities(source: IO[bytes], lock: Lock) -> list[Identity]:
    from pyrage import IdentityError
    from pyrage.x25519 import Identity

    first = source.readline(_LONGEST_KEY)
    try:
        if first == _ARMOUR:
            return [Identity.from_str(_opened(first + _armoured(source), lock).strip())]
        source.seek(0)
        if first != _PLAIN:
            raise BackupError("this is no backup of Byline's, or is damaged: it begins as no file of age does")
        return [Identity.from_str(line) for line in _lines(lock)]
    except IdentityError as error:
        raise BackupError(f"the key of the backup is no secret key of age ({error})") from error


def _armoured(source: IO[bytes]) -> bytes:
    lines, length = [], 0
    while length < _LONGEST_KEY:
        line = source.readline(_LONGEST_KEY)
        lines.append(line)
        length += len(line)
        if not line or line.rstrip() == _ARMOUR_ENDS:
            break
    return b"".join(lines)


def _opened(key: bytes, lock: Lock) -> str:
    from pyrage import DecryptError, passphrase

    if not lock.passphrase:
        raise UsageError("the backup is locked by a passphrase: set BYLINE_BACKUP_PASSPHRASE")
    try:
        opened: bytes = passphrase.decrypt(key, lock.passphrase)
        return opened.decode("ascii")
    except (DecryptError, OSError, UnicodeDecodeError) as error:
        if "work" in str(error):  # the library measures this machine, and does not begin what would take minutes
            raise BackupError(f"this machine is too slow, or too busy, to try the passphrase now ({error})") from error
        raise BackupError("the passphrase is another one than the backup's, or its first lines are damaged") from error


def _lines(lock: Lock) -> list[str]:
    if lock.identities is None:
        raise UsageError("the backup was made for a public key: name the file of its secret key with --identity")
    try:
        with BytesIO(lock.identities.read_bytes()) as file:
            lines = [line.decode("utf-8", "replace").strip() for line in file]
    except OSError as error:
        raise UsageError(f"{lock.identities} cannot be read: {error.strerror}") from error
    if keys := [line for line in lines if line and not line.startswith("#")]:
        return keys
    raise UsageError(f"{lock.identities} holds no secret key of age, a line that begins with AGE-SECRET-KEY-1")

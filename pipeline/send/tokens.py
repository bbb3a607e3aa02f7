"""Signed tokens for readers, each good for one purpose; and the keyed mark by which a forgotten address is known again.

In come keys, newest first, and a reader's own secret; out come short texts that can stand in an address. It knows
neither the store nor whether there is such a reader.
"""

from __future__ import annotations

import hashlib
import hmac
import os
import secrets
from contextlib import suppress
from datetime import timedelta
from enum import StrEnum
from typing import TYPE_CHECKING, Final

from itsdangerous import BadData, HMACAlgorithm, TimestampSigner
from itsdangerous.encoding import base64_decode, base64_encode, int_to_bytes

from pipeline.errors import UsageError
from pipeline.model import Mark

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from datetime import datetime
    from pathlib import Path

    from pipeline.settings.sections import Settings

CONFIRMED_WITHIN: Final = timedelta(days=7)
"""So long a request for the letter can be confirmed."""
_LONGEST: Final = 200
"""Characters; no token of ours is as long."""
_SIGNED: Final = 18
"""Bytes of a signature: 144 bits, and 24 characters without a bit to spare."""


class Purpose(StrEnum):
    """What a token is good for, and for nothing else."""

    CONFIRM = "confirm"
    PREFERENCES = "preferences"
    UNSUBSCRIBE = "unsubscribe"


class Tokens:
    """Makes tokens by the newest of ``keys``, and reads those of any of them."""

    def __init__(self, keys: Sequence[str]) -> None:
        self._keys = tuple(keys)

    def made(self, purpose: Purpose, secret: str, now: datetime) -> str:
        """Return a token for the reader whose own ``secret`` this is."""
        return _Signer(self._keys, purpose, now).sign(secret).decode()

    def maker(self, purpose: Purpose, now: datetime) -> Callable[[str], str]:
        """Return what makes such tokens at one time, for one reader after the other."""
        return _Signer(self._keys, purpose, now).sign_at_once

    def named(self, *parts: str) -> str:
        """Return a name for ``parts`` that nobody makes without the newest key; it is the same each time."""
        made = hmac.new(self._keys[0].encode(), "\0".join(("byline.named", *parts)).encode(), hashlib.sha256)
        return base64_encode(made.digest()[:_SIGNED]).decode()

    def read(self, purpose: Purpose, token: str, now: datetime) -> str | None:
        """Return the secret of the reader whose token this is; None where it is none, or too old to confirm by."""
        found = self.read_with_time(purpose, token, now)
        return found[0] if found else None

    def read_with_time(self, purpose: Purpose, token: str, now: datetime) -> tuple[str, datetime] | None:
        """Return the secret and, to the second, when the token was made; None as ``read`` does."""
        age = int(CONFIRMED_WITHIN.total_seconds()) if purpose is Purpose.CONFIRM else None
        if len(token) > _LONGEST or not token.isascii():
            return None
        try:
            signed, made_at = _Signer(self._keys, purpose, now).unsign(token, max_age=age, return_timestamp=True)
            return (signed.decode(), made_at) if _is_as_made(token) else None
        except BadData:
            return None

    def marks(self, email_key: str) -> tuple[Mark, ...]:
        """Return the marks of an address by each key, the newest first."""
        return tuple(Mark(text=_mark(key, email_key), key=_name(key)) for key in self._keys)


class _Signer(TimestampSigner):
    """A signer for one purpose, at one time."""

    def __init__(self, keys: Sequence[str], purpose: Purpose, now: datetime) -> None:
        super().__init__(
            tuple(reversed(keys)),  # the newest last
            salt=f"byline.{purpose}",
            key_derivation="hmac",
            digest_method=hashlib.sha256,
            algorithm=_Short(hashlib.sha256),
        )
        self._now = now

        self._begun = hmac.new(self.derive_key(), digestmod=hashlib.sha256)
        self._end = self.sep + base64_encode(int_to_bytes(self.get_timestamp()))

    def get_timestamp(self) -> int:
        return int(self._now.timestamp())

    def sign_at_once(self, secret: str) -> str:
        """Return what ``sign`` returns, without making a key for it anew; ten thousand letters have one each."""
        value, made = secret.encode() + self._end, self._begun.copy()
        made.update(value)
        return (value + self.sep + base64_encode(made.digest()[:_SIGNED])).decode()


class _Short(HMACAlgorithm):
    """HMAC cut to what a token needs (RFC 2104, section 5)."""

    def get_signature(self, key: bytes, value: bytes) -> bytes:
        return super().get_signature(key, value)[:_SIGNED]


def _is_as_made(token: str) -> bool:
    """Tell whether the signature is written as it was: reading base64 passes over what does not belong there."""
    signature = token.rpartition(".")[2]
    return base64_encode(base64_decode(signature)).decode() == signature


def _mark(key: str, email_key: str) -> str:
    return hmac.new(key.encode(), b"byline.forgotten\0" + email_key.encode(), hashlib.sha256).hexdigest()


def _name(key: str) -> str:
    """Return by what a key is known without giving it away."""
    return hmac.new(key.encode(), b"byline.name", hashlib.sha256).hexdigest()[:16]


def tokens_of(settings: Settings) -> Tokens:
    """Return the tokens by the keys of the environment, or by one that is made once and kept in .byline/token.key."""
    given = settings.secrets.token_keys
    return Tokens([key.get_secret_value() for key in given] or [_kept_key(settings.state / "token.key")])


def _kept_key(path: Path) -> str:
    try:
        with suppress(FileExistsError):
            if not path.exists():
                _keep(path, secrets.token_urlsafe(32))
        key = path.read_text(encoding="ascii").strip()
    except (OSError, UnicodeDecodeError) as error:
        raise UsageError(f"the key for readers' links in {path} cannot be made or read: {error}") from error
    if not key:
        raise UsageError(f"{path} is empty: put the key back, or take the file away so that a new one is made")
    return key


def _keep(path: Path, key: str) -> None:
    """Write ``key`` so that only its owner reads it, whole or not at all. Raises ``FileExistsError``."""
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    fresh = path.with_name(f"{path.name}.{secrets.token_hex(4)}")
    try:
        with os.fdopen(os.open(fresh, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600), "w") as file:
            file.write(f"{key}\n")
            file.flush()
            os.fsync(file.fileno())
        os.link(fresh, path)  # where two make one at a time, the first counts for both
    finally:
        fresh.unlink(missing_ok=True)

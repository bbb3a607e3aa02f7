"""Whether a word of a mail provider is from there: pure rules of secrets, headers, body and time.

Signatures are compared in constant time, and as they are written: reading base64 passes over bits that do not count.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import re
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Mapping

USER: Final = "byline"
"""The name before the password in the address that Postmark is given."""
_SVIX_WITHIN: Final = timedelta(minutes=5)
MAILGUN_WITHIN: Final = timedelta(hours=12)
"""Longer than Mailgun tries again; within it, each token is good for one body."""
_AHEAD: Final = timedelta(minutes=5)
_MOST_SIGNATURES: Final = 10
_SECONDS: Final = re.compile(r"[0-9]{9,11}")


def is_postmarks(headers: Mapping[str, str], secret: str) -> bool:
    """Tell whether a request has the password that is part of the address (HTTP Basic, RFC 7617)."""
    wanted = base64.b64encode(f"{USER}:{secret}".encode()).decode()
    return _same(headers.get("authorization", ""), f"Basic {wanted}")


def is_mailguns(timestamp: str, token: str, signature: str, secret: str, now: datetime) -> bool:
    """Tell whether Mailgun made this signature: HMAC-SHA256 of timestamp and token, in hexadecimal, not long ago."""
    wanted = hmac.new(secret.encode(), f"{timestamp}{token}".encode(), hashlib.sha256).hexdigest()
    return _same(signature, wanted) and _is_fresh(timestamp, now, MAILGUN_WITHIN)


def is_resends(headers: Mapping[str, str], body: bytes, secret: str, now: datetime) -> bool:
    """Tell whether Resend signed ``body``, as Svix does: HMAC-SHA256 of id, time and body, in base64, just now."""
    key = _key(secret)
    name, moment = headers.get("svix-id", ""), headers.get("svix-timestamp", "")
    if not key or not name:
        return False
    signed = hmac.new(key, f"{name}.{moment}.".encode() + body, hashlib.sha256).digest()
    wanted = f"v1,{base64.b64encode(signed).decode()}"
    given = headers.get("svix-signature", "").split(" ")[:_MOST_SIGNATURES]
    return any(_same(each, wanted) for each in given) and _is_fresh(moment, now, _SVIX_WITHIN)


def _key(secret: str) -> bytes:
    """Return the key in a secret of Svix; nothing where it holds none."""
    try:
        return base64.b64decode(secret.removeprefix("whsec_"), validate=True)
    except (binascii.Error, ValueError):
        return b""


def _is_fresh(seconds: str, now: datetime, within: timedelta) -> bool:
    if not _SECONDS.fullmatch(seconds):
        return False
    try:
        age = now - datetime.fromtimestamp(int(seconds), UTC)
    except (ValueError, OverflowError, OSError):
        return False
    return -_AHEAD <= age <= within


def _same(given: str, wanted: str) -> bool:
    return hmac.compare_digest(given.encode("utf-8", "surrogateescape"), wanted.encode())

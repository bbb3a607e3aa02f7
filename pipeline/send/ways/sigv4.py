"""Requests to AWS are signed: Signature Version 4 (https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv.html).

The rules are pure: what comes in is a request and a time; what goes out is the request, signed.
"""

from __future__ import annotations

import hashlib
import hmac
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from datetime import datetime

    from pipeline.send.ways.api import Request

_HOW: Final = "AWS4-HMAC-SHA256"


@dataclass(frozen=True, slots=True, kw_only=True)
class Key:
    """A key of AWS, and for what it signs; ``session`` goes with one that is good for a while only."""

    name: str
    secret: str
    session: str = ""
    region: str
    service: str


def signed(key: Key, request: Request, now: datetime) -> Request:
    """Return ``request`` with the headers that sign it; its path and query are in their canonical form."""
    path, _, query = request.path.partition("?")
    moment = now.strftime("%Y%m%dT%H%M%SZ")
    scope = f"{moment[:8]}/{key.region}/{key.service}/aws4_request"
    added = {"X-Amz-Date": moment, **({"X-Amz-Security-Token": key.session} if key.session else {})}
    every = sorted((name.lower(), " ".join(value.split())) for name, value in {**request.headers, **added}.items())
    names = ";".join(name for name, _ in every)
    lines = "".join(f"{name}:{value}\n" for name, value in every)
    asked = "\n".join((request.method, path, query, lines, names, hashlib.sha256(request.body).hexdigest()))
    told = "\n".join((_HOW, moment, scope, hashlib.sha256(asked.encode()).hexdigest()))
    signature = hmac.new(_day_key(key, moment[:8]), told.encode(), hashlib.sha256).hexdigest()
    added["Authorization"] = f"{_HOW} Credential={key.name}/{scope}, SignedHeaders={names}, Signature={signature}"
    return replace(request, headers={**request.headers, **added})


def _day_key(key: Key, day: str) -> bytes:
    made = f"AWS4{key.secret}".encode()
    for part in (day, key.region, key.service, "aws4_request"):
        made = hmac.new(made, part.encode(), hashlib.sha256).digest()
    return made

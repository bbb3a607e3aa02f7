"""Amazon's notices (SNS): whether one is of the topic that was named, and signed by Amazon.

Certificates come from addresses of Amazon SNS alone; they are asked for through ``web.py`` and kept while they hold.
"""

from __future__ import annotations

import asyncio
import base64
import binascii
import re
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any, Final

from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding, rsa

from pipeline import __version__
from pipeline.model import utc
from pipeline.web import Answer, Unreachable, Web

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from typing import TypeAlias

    from pipeline.model import SafeUrl

    Fetch: TypeAlias = Callable[[str], bytes | None]

WITHIN: Final = timedelta(days=1)
"""Amazon tries for an hour to hand a notice over."""
_AHEAD: Final = timedelta(minutes=5)
_MOST_CERTIFICATES: Final = 20
_WEAKEST: Final = 2048
_SIGNED: Final = {
    "Notification": ("Message", "MessageId", "Subject", "Timestamp", "TopicArn", "Type"),
    "SubscriptionConfirmation": ("Message", "MessageId", "SubscribeURL", "Timestamp", "Token", "TopicArn", "Type"),
}
_HASHES: Final[dict[str, Callable[[], hashes.HashAlgorithm]]] = {
    "1": hashes.SHA1,  # what a topic has that nobody set to the other
    "2": hashes.SHA256,
}


class Unavailable(Exception):  # noqa: N818  (a fact about the web of the moment)
    """The certificate could not be fetched: it may be so later."""


def fetched(url: str) -> bytes | None:
    """Return what is at an address of Amazon; None where there is no answer. No redirect leads elsewhere."""

    async def ask() -> Answer | Unreachable:
        agent = f"byline/{__version__}"
        async with Web(user_agent=agent, timeout_seconds=10, max_bytes=2**17) as web:
            return await web.get(url, refusal=_elsewhere(url))

    answer = asyncio.run(ask())
    return answer.body if isinstance(answer, Answer) and answer.status == 200 else None  # noqa: PLR2004  (HTTP's yes)


def _elsewhere(url: str) -> Any:
    async def refusal(asked: SafeUrl) -> Unreachable | None:
        return None if asked == url else Unreachable(cause="leads elsewhere")

    return refusal


class Notices:
    """Notices of one ``topic``, named by its ARN; ``fetch`` gets what is at an address."""

    def __init__(self, topic: str, fetch: Fetch = fetched) -> None:
        self._topic, self._fetch = topic, fetch
        self._certificates: dict[str, x509.Certificate] = {}

    def are_genuine(self, notice: Mapping[str, Any], now: datetime) -> bool:
        """Tell whether ``notice`` is from Amazon, of this topic, and of today. Raises ``Unavailable``."""
        fields = _SIGNED.get(str(notice.get("Type")), ())
        said = {name: notice[name] for name in fields if isinstance(notice.get(name), str)}
        made = _HASHES.get(str(notice.get("SignatureVersion")))
        url, signature = notice.get("SigningCertURL"), _unpacked(notice.get("Signature"))
        is_whole = bool(fields) and all(name in said or (name == "Subject" and name not in notice) for name in fields)
        if not is_whole or said["TopicArn"] != self._topic or not _is_fresh(said["Timestamp"], now):
            return False
        if made is None or signature is None or not isinstance(url, str) or not self._may_hold_certificates(url):
            return False
        text = "".join(f"{name}\n{said[name]}\n" for name in fields if name in said)
        return self._has_signed(url, signature, text.encode("utf-8", "surrogatepass"), made(), now)

    def confirm(self, notice: Mapping[str, Any]) -> bool:
        """Agree to get the notices of the topic, at the address that a genuine ``notice`` gives for it."""
        url = notice["SubscribeURL"]
        return self._is_of_the_topic(url, r"/\?Action=ConfirmSubscription&[\w=&%.:-]{1,1500}") and bool(
            self._fetch(url)
        )

    def _may_hold_certificates(self, url: str) -> bool:
        return self._is_of_the_topic(url, r"/SimpleNotificationService-[0-9a-f]{16,64}\.pem")

    def _is_of_the_topic(self, url: str, path: str) -> bool:
        """Tell whether ``url`` is the service's own in the region of the topic."""
        _, partition, _, region, *_ = self._topic.split(":")
        ending = "amazonaws.com.cn" if partition == "aws-cn" else "amazonaws.com"
        return bool(re.fullmatch(rf"https://sns\.{re.escape(region)}\.{re.escape(ending)}{path}", url))

    def _has_signed(self, url: str, signature: bytes, text: bytes, made: hashes.HashAlgorithm, now: datetime) -> bool:
        certificate = self._certificate(url)
        if certificate is None or not certificate.not_valid_before_utc <= now <= certificate.not_valid_after_utc:
            return False
        key = certificate.public_key()
        if not isinstance(key, rsa.RSAPublicKey) or key.key_size < _WEAKEST:
            return False
        try:
            key.verify(signature, text, padding.PKCS1v15(), made)
        except InvalidSignature:
            return False
        return True

    def _certificate(self, url: str) -> x509.Certificate | None:
        """Return the certificate at ``url``, and keep it. Raises ``Unavailable``."""
        if url not in self._certificates:
            pem = self._fetch(url)
            if pem is None:
                raise Unavailable(url)
            try:
                found = x509.load_pem_x509_certificate(pem)
            except ValueError:
                return None
            while len(self._certificates) >= _MOST_CERTIFICATES:
                del self._certificates[next(iter(self._certificates))]
            self._certificates[url] = found
        return self._certificates[url]


def _unpacked(signature: object) -> bytes | None:
    """Return a signature in base64 as it is; None where it is not written as base64 writes it."""
    if not isinstance(signature, str):
        return None
    try:
        raw = base64.b64decode(signature, validate=True)
    except (binascii.Error, ValueError):
        return None
    return raw if base64.b64encode(raw).decode() == signature else None


def _is_fresh(text: str, now: datetime) -> bool:
    try:
        age = now - utc(datetime.fromisoformat(text))
    except (ValueError, OverflowError, TypeError):
        return False
    return -_AHEAD <= age <= WITHIN

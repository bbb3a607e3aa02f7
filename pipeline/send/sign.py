"""The signature of a message by its sender's domain: DKIM (RFC 6376), by RSA or Ed25519 (RFC 8463)."""

from __future__ import annotations

import re
from base64 import b64encode
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final, Self

from pipeline.errors import SendError

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime
    from pathlib import Path

    from pipeline.send.ways.way import Way
    from pipeline.settings.sections import Settings

_TWICE: Final = ("from", "to", "subject", "date")
"""Fields that are signed once more than they stand there, so that none can be added (section 8.15)."""
_RUNS: Final = re.compile(rb"[ \t]+")
_BEFORE_END: Final = re.compile(rb"[ \t]+(?=\r\n)")
_LINE: Final = 72
_SMALLEST: Final = 1024
"""Bits of an RSA key below which no one takes a signature (RFC 8301)."""


def canonical_body(data: bytes) -> bytes:
    """Return a piece of a body in relaxed form (section 3.4.4); it does not end in empty lines."""
    return _RUNS.sub(b" ", _BEFORE_END.sub(b"", data))


def canonical_field(field: str) -> str:
    """Return a field, with its line's end, in relaxed form (section 3.4.2)."""
    name, _, value = field.partition(":")
    return f"{name.lower().strip()}:{' '.join(value.split())}\r\n"


@dataclass(frozen=True, slots=True, kw_only=True)
class Signer:
    """A key of a domain, which its DNS publishes at ``selector``._domainkey.``domain``."""

    domain: str
    selector: str
    algorithm: str
    key: Any

    @classmethod
    def of(cls, path: Path, domain: str, selector: str) -> Self:
        """Return the signer whose private key in PEM is in ``path``. Raises ``SendError`` where that is none."""
        from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
        from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
        from cryptography.hazmat.primitives.serialization import load_pem_private_key

        try:
            key = load_pem_private_key(path.read_bytes(), password=None)
        except OSError as error:
            raise SendError(f"{path} of send.dkim cannot be read: {error.strerror}") from error
        except (ValueError, TypeError) as error:
            raise SendError(f"{path} of send.dkim is no private key in PEM without a password") from error
        if isinstance(key, Ed25519PrivateKey):
            return cls(domain=domain, selector=selector, algorithm="ed25519-sha256", key=key)
        if isinstance(key, RSAPrivateKey) and key.key_size >= _SMALLEST:
            return cls(domain=domain, selector=selector, algorithm="rsa-sha256", key=key)
        raise SendError(f"{path} of send.dkim is no key of RSA (2048 bits are usual) or Ed25519, which DKIM knows")

    def public(self) -> str:
        """Return the public key as DNS is to have it in ``p=`` (RFC 6376, section 3.6.1; RFC 8463, section 4)."""
        from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

        if self.algorithm == "ed25519-sha256":
            return b64encode(self.key.public_key().public_bytes_raw()).decode()
        der = self.key.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
        return b64encode(der).decode()

    def field(self, fields: Sequence[str], body: bytes, now: datetime) -> str:
        """Return the DKIM-Signature for a message of ``fields`` whose canonical body has the SHA-256 ``body``."""
        named = {field.partition(":")[0].lower(): canonical_field(field) for field in fields}
        names = ":".join((*named, *_TWICE))
        tags = (
            f"v=1; a={self.algorithm}; c=relaxed/relaxed; d={self.domain}; s={self.selector};",
            f"t={int(now.timestamp())}; bh={b64encode(body).decode()};",
            *_lines(f"h={names};", ":"),
            "b=",
        )
        unsigned = "DKIM-Signature: " + "\r\n ".join(tags)
        signed = "".join(named.values()) + canonical_field(unsigned).removesuffix("\r\n")
        made = b64encode(self._signature(signed.encode("ascii"))).decode()
        return unsigned + "\r\n ".join(_lines(made)) + "\r\n"

    def _signature(self, data: bytes) -> bytes:
        from hashlib import sha256

        if self.algorithm == "ed25519-sha256":
            return bytes(self.key.sign(sha256(data).digest()))  # RFC 8463, section 3
        from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
        from cryptography.hazmat.primitives.hashes import SHA256

        return bytes(self.key.sign(data, PKCS1v15(), SHA256()))


def signers_of(settings: Settings) -> tuple[Signer, ...]:
    """Return the signers that ``settings`` name. Raises ``SendError`` where a key cannot be used."""
    return tuple(
        Signer.of(settings.root / each.key_file, each.domain or settings.send.domain, each.selector)
        for each in settings.send.dkim
    )


def signers_for(settings: Settings, way: Way) -> Sequence[Signer]:
    """Return who signs what leaves by ``way``: nobody, where a signature would not arrive as it is."""
    return signers_of(settings) if way.promise.keeps_signature else ()


def _lines(text: str, after: str = "") -> list[str]:
    """Return ``text`` in lines that are no longer than those of a mail; they break only ``after`` that, if given."""
    if not after:
        return [text[at : at + _LINE] for at in range(0, len(text), _LINE)]
    lines = [""]
    for piece in re.split(f"(?<={after})", text):
        if len(lines[-1]) + len(piece) > _LINE:
            lines.append("")
        lines[-1] += piece
    return lines
